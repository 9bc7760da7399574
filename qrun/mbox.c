/*
 * mbox - appends to a file in mbox form (mboxrd: a line of "From " behind any
 * number of ">" gets one more, so that every message can be had back exactly).
 *
 * Runs as the file's owner.  Other programs append and rewrite the file: it is
 * locked as they lock it, and nobody waits for ever.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/clock.h"
#include "../lib/out.h"
#include "../lib/text.h"
#include "mbox.h"

#define LOCK_POLL_MS	50

struct mbox {
	struct out out;
	enum { LINE_START, LINE_QUOTES, LINE_REST } at;
	size_t	 matched;	/* octets of "From " after the ">"s */
	char	 last;
};

static const char from[] = "From ";

/* Ends what was held back because it could have become ">From ". */
static void
release(struct mbox *m, int quote)
{
	if (quote)
		out_bytes(&m->out, ">", 1);
	out_bytes(&m->out, from, m->matched);
	m->matched = 0;
	m->at = LINE_REST;
}

/*
 * The ">"s of a line may be written at once: one more of them looks the same in
 * front and behind.
 */
static void
sink_mbox(void *context, const char *octets, size_t n)
{
	struct mbox *m = context;
	const char *end = octets + n, *lf;

	if (n > 0)
		m->last = end[-1];
	while (octets < end) {
		if (m->at == LINE_REST) {
			lf = memchr(octets, '\n', (size_t)(end - octets));
			n = (size_t)(lf ? lf + 1 - octets : end - octets);
			out_bytes(&m->out, octets, n);
			octets += n;
			if (lf != NULL)
				m->at = LINE_START;
		} else if (m->matched == 0 && *octets == '>') {
			out_bytes(&m->out, octets++, 1);
		} else if (*octets == from[m->matched]) {
			octets++;
			if (++m->matched == sizeof(from) - 1)
				release(m, 1);
		} else {
			release(m, 0);
		}
	}
}

/* Opens the directory that the last name of a relative path is in, following
 * no link below the mailbox.  A descriptor, or -1. */
static int
open_parent(int at, char *path, char **name)
{
	int dir = fcntl(at, F_DUPFD_CLOEXEC, 0), next;
	char *slash;

	for (; dir != -1 && (slash = strchr(path, '/')) != NULL; dir = next) {
		*slash = '\0';
		next = openat(dir, path,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		(void)close(dir);	/* nothing was written */
		path = slash + 1;
	}
	*name = path;
	return dir;
}

/* Opens the file, making it when missing, and sees that it is one. */
static int
open_file(struct job *j, const char *path)
{
	const int flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW |
	    O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	char copy[4096];
	char *name;
	struct stat st;
	int fd, dir = AT_FDCWD;

	if (strlen(path) >= sizeof(copy)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	(void)memcpy(copy, path, strlen(path) + 1);
	name = copy;
	if (*path != '/') {
		dir = open_parent(j->mailbox, copy + (strncmp(path, "./", 2) ==
		    0 ? 2 : 0), &name);
		if (dir == -1)
			return -1;
	}
	fd = openat(dir, name, flags, 0600);
	if (dir != AT_FDCWD)
		(void)close(dir);	/* nothing was written */
	if (fd != -1 && (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))) {
		(void)close(fd);	/* nothing was written */
		errno = EINVAL;
		return -1;
	}
	return fd;
}

static int
lock(const struct job *j, int fd)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	long long deadline_ms = clock_ms() + MBOX_LOCK_S * 1000;

	while (fcntl(fd, F_SETLK, &whole) == -1) {
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			return -1;
		if (delivery_orphaned(j, LOCK_POLL_MS) ||
		    clock_ms() >= deadline_ms) {
			errno = EAGAIN;
			return -1;
		}
	}
	return 0;
}

/* Appends behind the size octets that are there. */
static int
append(struct job *j, struct mbox *m, int fd, off_t size)
{
	char line[ADDRESS_MAX + 40];
	struct text t;
	char c = '\n';

	out_file(&m->out, fd);
	if (size > 0 && pread(fd, &c, 1, size - 1) != 1)
		return -1;
	if (c != '\n')		/* another writer broke off */
		out_text(&m->out, "\n\n");
	text_init(&t, line, sizeof(line));
	delivery_add_from(&t, j->delivery->sender);
	out_text(&m->out, line);
	m->at = LINE_START;
	m->matched = 0;
	m->last = '\n';
	if (delivery_copy(j, sink_mbox, m) == -1)
		return -1;
	if (m->matched > 0)
		release(m, 0);
	out_text(&m->out, m->last == '\n' ? "\n" : "\n\n");
	return out_flush(&m->out) == -1 || fsync(fd) == -1 ? -1 : 0;
}

enum verdict
mbox_deliver(struct job *j, const char *path)
{
	static struct mbox m;
	struct stat st;
	int fd = open_file(j, path), failed = 1, why;

	if (fd == -1)
		return verdict(j, VERDICT_DEFER, "4.2.0", path,
		    strerror(errno));
	if (lock(j, fd) == -1) {
		why = errno == EAGAIN ? EBUSY : errno;
	} else if (fstat(fd, &st) == -1) {
		why = errno;
	} else {
		failed = append(j, &m, fd, st.st_size) == -1;
		why = errno;
		if (failed && ftruncate(fd, st.st_size) == -1)
			why = errno;	/* the worse of the two */
	}
	if (close(fd) == -1 && !failed) {
		failed = 1;
		why = errno;
	}
	return failed ? verdict(j, VERDICT_DEFER, "4.2.0", path,
	    strerror(why)) : verdict(j, VERDICT_DONE, "2.0.0", path, NULL);
}
