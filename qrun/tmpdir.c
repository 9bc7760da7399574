/*
 * tmpdir - what writers that died left in tmp/.  A writer holds a lock on its
 * file from its first octet to its last rename, so what can be locked has none.
 *
 * A file that states its size and has it, without a NUL (a hole that a power
 * failure left), is complete and goes to new/: perhaps its client has been
 * answered.  Anything else nobody was promised; it is removed, but not at once:
 * between a writer's open and its lock the file looks the same.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "qrun.h"

#define GRACE_S	3600	/* far longer than from open to lock */

static int
lock(int fd)
{
	struct flock l = { 0 };

	l.l_type = F_WRLCK;
	l.l_whence = SEEK_SET;
	return fcntl(fd, F_SETLK, &l);
}

/* The file system's own time: both ends of the age are read from one clock. */
time_t
tmpdir_now(const struct qrun *q)
{
	struct stat st;

	if (futimens(q->lock, NULL) == -1 || fstat(q->lock, &st) == -1)
		return 0;	/* nothing is old */
	return st.st_mtime;
}

static int
has_nul(int fd)
{
	static char buf[65536];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		if (memchr(buf, '\0', (size_t)n) != NULL)
			return 1;
	return n == -1;
}

/* 1: another process has it, or it was promoted. */
static int
promote(struct qrun *q, const char *name, int fd)
{
	unsigned long long size;
	struct stat st;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) || st.st_nlink != 1)
		return 0;
	if (lock(fd) == -1)
		return 1;
	if (unique_size(name, 'S', &size) == -1 ||
	    (unsigned long long)st.st_size != size || has_nul(fd))
		return 0;
	if (fsync(fd) == -1 ||
	    renameat(q->spool.tmp, name, q->spool.new, name) == -1) {
		if (errno != ENOENT)	/* else its writer has done it */
			say_trouble(q, "cannot move to new/", name);
		return 1;
	}
	say_event(q, "promoted", name, NULL, NULL);
	return 1;
}

void
tmpdir_clean(struct qrun *q, const char *name)
{
	struct stat st;
	int fd, kept;

	fd = openat(q->spool.tmp, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);
	if (fd == -1 && (errno == EMFILE || errno == ENFILE || errno == EIO ||
	    errno == ENOMEM || errno == EROFS))
		return;
	kept = fd != -1 && promote(q, name, fd);
	if (!kept && fstatat(q->spool.tmp, name, &st, AT_SYMLINK_NOFOLLOW) == 0
	    && !S_ISDIR(st.st_mode) &&
	    tmpdir_now(q) - st.st_mtime > GRACE_S) {
		if (unlinkat(q->spool.tmp, name, 0) == 0)
			say_event(q, "removed", name, NULL, NULL);
		else
			say_trouble(q, "cannot remove", name);
	}
	if (fd != -1)
		(void)close(fd);
}
