/*
 * quota - octets in a mailbox.  Trusts the names of files, which the mailbox's
 * owner could forge, in his favour only against himself.
 */
#include "quota.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "text.h"
#include "unique.h"

#define DIRECTORY	(O_RDONLY | O_DIRECTORY | O_CLOEXEC)

/* The limit in .quota.  0, or -1 with errno. */
static int
read_limit(int mailbox, unsigned long long *limit)
{
	char text[32];
	int fd = openat(mailbox, ".quota",
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t n;

	if (fd == -1)
		return errno == ENOENT ? 0 : -1;
	n = read(fd, text, sizeof(text) - 1);
	(void)close(fd); /* was only read */
	if (n == -1)
		return -1;
	text[n] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	if (text_number(text, ~0ULL, limit) == 0)
		return 0;
	errno = EINVAL;
	return -1;
}

/* Adds the files of one directory to *used, until it reaches limit. */
static int
count(int mailbox, const char *name, unsigned long long limit,
    unsigned long long *used)
{
	int fd = openat(mailbox, name, DIRECTORY);
	const struct dirent *entry;
	unsigned long long octets;
	struct stat st;
	DIR *dir;

	if (fd == -1)
		return errno == ENOENT ? 0 : -1;
	dir = fdopendir(fd);
	if (dir == NULL) {
		(void)close(fd); /* was only read */
		return -1;
	}
	while (*used < limit && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		if (unique_size(entry->d_name, 'S', &octets) == -1)
			octets = fstatat(fd, entry->d_name, &st,
			    AT_SYMLINK_NOFOLLOW) == 0 && st.st_size > 0 ?
			    (unsigned long long)st.st_size : 0;
		*used = octets > limit ? limit : *used + octets;
	}
	(void)closedir(dir); /* was only read */
	return 0;
}

int
quota_over(int at, const char *mailbox, unsigned long long limit)
{
	int fd = openat(at, mailbox, DIRECTORY);
	unsigned long long used = 0;
	int result = -1;

	if (fd == -1)
		return -1;
	if (read_limit(fd, &limit) == 0) {
		if (limit == 0)
			result = 0;
		else if (count(fd, "Maildir/new", limit, &used) == 0 &&
		    count(fd, "Maildir/cur", limit, &used) == 0)
			result = used >= limit;
	}
	(void)close(fd); /* was only read */
	return result;
}
