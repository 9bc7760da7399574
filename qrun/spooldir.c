/*
 * spooldir - makes what is missing under the spool directory, opens it, and
 * takes the lock that says "one qrun".
 *
 * spool/ itself is the gate: 0710, group slot.  tmp/ and new/ behind it may be
 * written by those who pass it; the rest is ours.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "qrun.h"

static const struct {
	const char	*name;
	mode_t		 mode;
} parts[] = {
	{ "tmp",	03777 },
	{ "new",	03777 },
	{ "defer",	0700 },
	{ "bad",	0700 },
	{ "hold",	0700 },
	{ "info",	0700 },
};

/* Returns a descriptor of it, made when missing; or -1. */
static int
part(int dir, const char *name, mode_t mode, int make)
{
	int made = make && mkdirat(dir, name, 0700) == 0;
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);

	if (fd != -1 && made && fchmod(fd, mode) == -1) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* The group that may write to it is the gate's: slot. */
static int
trigger(int dir)
{
	struct stat st;
	int fd, made = mkfifoat(dir, "trigger", 0600) == 0;

	fd = openat(dir, "trigger", O_RDWR | O_NONBLOCK | O_NOFOLLOW |
	    O_CLOEXEC);
	if (fd == -1 || fstat(fd, &st) == -1)
		return -1;
	if (!S_ISFIFO(st.st_mode)) {
		errno = EINVAL;
		return -1;
	}
	if (made && fstat(dir, &st) == 0) {
		/* Not being of that group, we do without: qrun looks anyway. */
		if (fchown(fd, (uid_t)-1, st.st_gid) == -1)
			errno = 0;
		if (fchmod(fd, 0620) == -1)
			return -1;
	}
	return fd;
}

static int
lock(int fd)
{
	struct flock l = { 0 };

	l.l_type = F_WRLCK;
	l.l_whence = SEEK_SET;
	if (fcntl(fd, F_SETLK, &l) == 0)
		return 0;
	return errno == EAGAIN || errno == EACCES ? 1 : -1;
}

int
spooldir_open(struct qrun *q, const char **what)
{
	int dir, fds[6], i;

	*what = q->set.spool;
	dir = open(q->set.spool, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir == -1)
		return -1;
	for (i = 0; i < 6; i++) {
		*what = parts[i].name;
		fds[i] = part(dir, parts[i].name, parts[i].mode, !q->dry);
		if (fds[i] == -1)
			return -1;
	}
	(void)close(fds[4]);		/* hold/ is the administrator's */
	q->spool.tmp = fds[0];
	q->spool.new = fds[1];
	q->defer = fds[2];
	q->bad = fds[3];
	q->info = fds[5];
	if (q->dry)
		return 0;
	*what = "trigger";
	if ((q->trigger = trigger(dir)) == -1)
		return -1;
	*what = "lock";
	q->lock = openat(dir, "lock", O_RDWR | O_CREAT | O_NOFOLLOW |
	    O_CLOEXEC, 0600);
	return q->lock == -1 ? -1 : lock(q->lock);
}
