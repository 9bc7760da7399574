/*
 * maildrop - the snapshot of one Maildir.  Runs as its owner; trusts neither
 * the names nor the files in it, nor that they stay.
 */
#include "maildrop.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "name.h"

#define LOCK_NAME	"pop3d.lock"
#define LOCK_PAUSE_MS	16	/* longest between two attempts */
#define NAMES_BYTES	1024	/* of the first allocation */

/* Names as they are read, one behind the other, each with its NUL. */
struct names {
	char	*data;
	size_t	 used, size, count;
};

static int
names_add(struct names *n, const char *name)
{
	size_t length = strlen(name) + 1;

	if (n->size - n->used < length) {
		size_t size = n->size == 0 ? NAMES_BYTES : 2 * n->size;
		char *data = size > n->size ? realloc(n->data, size) : NULL;

		if (data == NULL)
			return -1;
		n->data = data;
		n->size = size;
	}
	memcpy(n->data + n->used, name, length);
	n->used += length;
	n->count++;
	return 0;
}

/* Opens new/ or cur/ to read its names, now and later; its descriptor, or -1. */
static int
names_open(struct maildrop *d, const char *name, DIR **entries)
{
	int error, fd = openat(d->dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*entries = fd == -1 ? NULL : fdopendir(fd);
	if (*entries != NULL)
		return fd;
	error = errno;
	if (fd != -1)
		(void)close(fd); /* was only opened */
	errno = error;
	return -1;
}

/* Adds the names that are in a directory; 0, or -1 with errno. */
static int
names_read(struct names *n, DIR *entries)
{
	struct dirent *entry;

	while (errno = 0, (entry = readdir(entries)) != NULL)
		if (entry->d_name[0] != '.' &&
		    names_add(n, entry->d_name) == -1)
			return -1;
	return errno == 0 ? 0 : -1;
}

/* Fills in a message from its name.  0 if it is none: not a regular file. */
static int
message_init(struct maildrop *d, struct message *m, const char *name,
    unsigned int flags)
{
	struct stat st;

	m->name = name;
	m->flags = flags;
	m->time = name_time(name);
	m->octets = name_octets(name);
	if (m->octets != 0)
		return 1;
	m->flags |= MESSAGE_UNSIZED;
	return fstatat(flags & MESSAGE_NEW ? d->new : d->cur, name, &st,
	    AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
}

/*
 * Makes the messages from names, of which the first of_new are in new/.  One
 * that moved between the two directory reads is there twice: keeps the later.
 */
static int
messages_make(struct maildrop *d, const struct names *n, size_t of_new)
{
	const char *name = n->data;
	size_t i, count = 0;

	if (n->count == 0)
		return 0;
	if (n->count > SIZE_MAX / sizeof(*d->messages))
		return -1;
	d->messages = malloc(n->count * sizeof(*d->messages));
	if (d->messages == NULL)
		return -1;
	for (i = 0; i < n->count; i++) {
		count += (size_t)message_init(d, d->messages + count, name,
		    i < of_new ? MESSAGE_NEW : 0);
		name += strlen(name) + 1;
	}
	name_sort(d->messages, count);
	for (i = 0; i < count; i++) {
		struct message *last = d->messages + d->count;

		if (d->count == 0 ||
		    name_compare(last - 1, d->messages + i) != 0) {
			*last = d->messages[i];
			d->count++;
		} else if (last[-1].flags & MESSAGE_NEW) {
			last[-1] = d->messages[i];
		}
	}
	return 0;
}

/* A session that only looks for mail is over in less than a millisecond. */
static enum maildrop_status
lock(struct maildrop *d, unsigned int wait_ms)
{
	struct flock whole = { 0 };
	unsigned int pause_ms = 1;

	whole.l_type = F_WRLCK;
	whole.l_whence = SEEK_SET;
	d->lock = openat(d->dir, LOCK_NAME, O_RDWR | O_CREAT | O_CLOEXEC |
	    O_NOFOLLOW | O_NONBLOCK, 0600);
	if (d->lock == -1)
		return MAILDROP_ERROR;
	while (fcntl(d->lock, F_SETLK, &whole) == -1) {
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			return MAILDROP_ERROR;
		if (wait_ms < pause_ms)
			return MAILDROP_IN_USE;
		wait_ms -= pause_ms;
		(void)poll(NULL, 0, (int)pause_ms); /* only sleeps */
		if (pause_ms < LOCK_PAUSE_MS)
			pause_ms *= 2;
	}
	return MAILDROP_OK;
}

/* Reads new/ first: what moves to cur/ meanwhile is seen, twice at most. */
static enum maildrop_status
snapshot(struct maildrop *d)
{
	struct names names = { NULL, 0, 0, 0 };
	int done = names_read(&names, d->new_entries);
	size_t of_new = names.count;

	if (done == 0)
		done = names_read(&names, d->cur_entries);
	d->names = names.data;
	if (done == 0)
		done = messages_make(d, &names, of_new);
	return done == 0 ? MAILDROP_OK : MAILDROP_ERROR;
}

enum maildrop_status
maildrop_open(struct maildrop *d, const char *path, unsigned int wait_ms)
{
	enum maildrop_status status;

	d->new = d->cur = d->lock = -1;
	d->new_entries = d->cur_entries = NULL;
	d->messages = NULL;
	d->names = NULL;
	d->count = 0;
	d->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->dir == -1)
		return errno == ENOENT ? MAILDROP_ABSENT : MAILDROP_ERROR;
	d->new = names_open(d, "new", &d->new_entries);
	d->cur = names_open(d, "cur", &d->cur_entries);
	if (d->new == -1 || d->cur == -1)
		return MAILDROP_ERROR;
	status = lock(d, wait_ms);
	return status == MAILDROP_OK ? snapshot(d) : status;
}

void
maildrop_unlock(struct maildrop *d)
{
	if (d->lock != -1)
		(void)close(d->lock); /* nothing was written to it */
	d->lock = -1;
}

void
maildrop_close(struct maildrop *d)
{
	maildrop_unlock(d);
	if (d->new_entries != NULL)
		(void)closedir(d->new_entries); /* was only read */
	if (d->cur_entries != NULL)
		(void)closedir(d->cur_entries);
	if (d->dir != -1)
		(void)close(d->dir);
	d->new_entries = d->cur_entries = NULL;
	d->new = d->cur = d->dir = -1;
	d->count = 0;
}

int
maildrop_relocate(struct maildrop *d)
{
	struct names names = { NULL, 0, 0, 0 };
	const char *name;
	size_t i;
	int done;

	rewinddir(d->cur_entries);
	done = names_read(&names, d->cur_entries);
	name = names.data;
	for (i = 0; done == 0 && i < names.count; i++) {
		struct message key = { name_time(name), 0, name, 0 };
		struct message *m = bsearch(&key, d->messages, d->count,
		    sizeof(key), name_compare);

		name += strlen(name) + 1;
		if (m == NULL || strcmp(m->name, key.name) == 0)
			continue;
		if ((key.name = strdup(key.name)) == NULL) {
			done = -1;
			continue;
		}
		m->name = key.name;
		m->flags &= ~(unsigned int)MESSAGE_NEW;
	}
	free(names.data);
	return done;
}
