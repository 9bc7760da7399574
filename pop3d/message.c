/*
 * message - one message of the maildrop: its size, its text, its unique-id.
 * Trusts neither the file nor its name.
 */
#include "maildrop.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../lib/dot.h"

#define COUNT_BYTES	16384	/* read at once to count */

int
maildrop_read(struct maildrop *d, struct message *m)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
	struct stat st;
	int fd = openat(m->flags & MESSAGE_NEW ? d->new : d->cur, m->name,
	    flags);

	if (fd == -1 && errno == ENOENT) {
		if (maildrop_relocate(d) == -1)
			return -1;
		fd = openat(m->flags & MESSAGE_NEW ? d->new : d->cur, m->name,
		    flags);
	}
	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	(void)close(fd); /* was only opened */
	errno = EINVAL;
	return -1;
}

unsigned long long
maildrop_octets(struct maildrop *d, struct message *m)
{
	char buf[COUNT_BYTES];
	struct dot_out count;
	ssize_t n;
	int fd;

	if (!(m->flags & MESSAGE_UNSIZED))
		return m->octets;
	m->flags &= ~(unsigned int)MESSAGE_UNSIZED;
	if ((fd = maildrop_read(d, m)) == -1)
		return m->octets;
	dot_out_init(&count, NULL);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		dot_encode(&count, buf, (size_t)n);
	dot_end_line(&count);
	(void)close(fd); /* was only read */
	m->octets = count.octets;
	return m->octets;
}

/* FNV-1a, 64 bits, from another start each time it is used. */
static unsigned long long
hash(const char *from, size_t length, unsigned long long start)
{
	unsigned long long h = start;
	size_t i;

	for (i = 0; i < length; i++)
		h = (h ^ (unsigned char)from[i]) * 0x100000001b3U;
	return h;
}

void
maildrop_uid(const struct message *m, char uid[MAILDROP_UID_MAX + 1])
{
	static const char hex[] = "0123456789abcdef";
	size_t length = strcspn(m->name, ",:");
	unsigned long long h;
	size_t i = 0;

	while (i < length && m->name[i] > ' ' && m->name[i] < 127)
		i++;
	if (i == length && length > 0 && length <= MAILDROP_UID_MAX) {
		memcpy(uid, m->name, length);
		uid[length] = '\0';
		return;
	}
	/* A name that begins with a comma is hashed whole, without flags. */
	if (length == 0)
		length = strcspn(m->name, ":");
	h = hash(m->name, length, 0xcbf29ce484222325U);
	for (i = 0; i < 32; i++) {
		if (i == 16)
			h = hash(m->name, length, h);
		uid[i] = hex[(h >> (60 - 4 * (i % 16))) & 15];
	}
	uid[32] = '\0';
}
