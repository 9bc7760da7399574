/*
 * take - a name that a scan found becomes a message in the window.
 *
 * A file in new/ may have been planted: it is opened so that nothing else than a
 * file can be, and gets a name of our making before anything happens to it.
 * What needs marks is in defer/, under the time of the next attempt, before this
 * one begins: whatever goes wrong from there, it is not tried again at once.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../lib/log.h"
#include "../lib/text.h"
#include "name.h"
#include "qrun.h"

#define OPEN_FLAGS	(O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
#define GAP_MIN_S	86400	/* a wait longer than this may be the clock's */
#define SOON_S		60

void
take_later(struct qrun *q, long long when)
{
	if (when < q->next_due)
		q->next_due = when;
}

void
take_bad(struct qrun *q, int dir, const char *name, const char *why)
{
	char id[UNIQUE_ID_MAX];

	unique_id(id);
	if (renameat(dir, name, q->bad, id) == -1) {
		/* Another user's directory cannot be moved; an empty one can
		 * be removed. */
		if (errno != ENOENT && unlinkat(dir, name, AT_REMOVEDIR) == -1)
			say_trouble(q, "cannot move to bad/", name);
		return;
	}
	if (q->terminal)
		say_event(q, "bad", name, NULL, why);
	else
		log_event("bad", "id", id, "was", name, "text", why);
}

/* Is errno about the file itself, or about us and now? */
static int
is_planted(void)
{
	return errno == ELOOP || errno == EISDIR || errno == EACCES ||
	    errno == EPERM || errno == ENXIO || errno == ENODEV ||
	    errno == EOVERFLOW || errno == EMLINK;
}

/* Opens a queue file.  -1: *why it belongs in bad/, or NULL: not now. */
static int
open_file(struct qrun *q, int dir, const char *name, const char **why)
{
	unsigned long long size;
	struct stat st;
	int fd = openat(dir, name, OPEN_FLAGS);

	*why = NULL;
	if (fd == -1) {
		if (is_planted())
			*why = "not a file that we may read and mark";
		else if (errno != ENOENT) {
			say_trouble(q, "cannot open", name);
			take_later(q, (long long)time(NULL) + SOON_S);
		}
		return -1;
	}
	if (fstat(fd, &st) == -1)
		say_trouble(q, "cannot look at", name);
	else if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
		*why = "not a file with one name";
	else if (unique_size(name, 'S', &size) == -1 ||
	    (unsigned long long)st.st_size != size)
		*why = "not of the size that its name says";
	else
		return fd;
	(void)close(fd);
	return -1;
}

/* W is for POP3's sizes; a name without it costs one reading. */
static unsigned long long
wire_size(int fd, const char *name, unsigned long long size)
{
	static char buf[65536];
	unsigned long long wire;
	const char *p;
	off_t at = 0;
	ssize_t n;

	if (unique_size(name, 'W', &wire) == 0)
		return wire;
	wire = size;
	while ((n = pread(fd, buf, sizeof(buf), at)) > 0) {
		at += n;
		for (p = buf; (p = memchr(p, '\n', (size_t)(buf + n - p))) !=
		    NULL; p++)
			wire++;
	}
	return wire;
}

/* NEXT.NAME for an attempt that begins now. */
static void
appoint(struct qrun *q, const char *name, long long now, char *file)
{
	long long next = now + (long long)q->set.retry_s;
	struct text t;

	text_init(&t, file, QUEUE_NAME_MAX);
	text_add_number(&t, (unsigned long long)next, 1);
	text_add(&t, ".");
	text_add(&t, name);
	take_later(q, next);
}

int
take_back(struct qrun *q, int dir, const char *name)
{
	char file[QUEUE_NAME_MAX];

	appoint(q, name, (long long)time(NULL), file);
	if (renameat(dir, name, q->defer, file) == -1)
		return -1;
	if (fsync(q->defer) == -1) {
		say_trouble(q, "cannot sync", "defer");
		q->broken = 1;
	}
	return 0;
}

/* Moves to its appointment in defer/ and sends each recipient on his way. */
static void
begin(struct qrun *q, struct message *m, int dir, const char *old,
    long long excess)
{
	size_t i;

	if (renameat(dir, old, q->defer, m->file) == -1) {
		if (errno != ENOENT) {	/* else the administrator took it */
			say_trouble(q, "cannot move to defer/", old);
			q->broken = 1;
		}
		message_free(q, m);
		return;
	}
	if (dir == q->spool.new)
		say_new(q, m->id, old, m->sender);
	info_read(q, m, excess);
	for (i = 0; i < m->count; i++)
		if (!m->recipients[i].is_twin)
			route_recipient(q, &m->recipients[i]);
	if (m->count == 0)
		message_touch(q, m);
}

static struct message *
load(struct qrun *q, int dir, int fd, const char *old, const char *file,
    const char *name)
{
	struct message *m = message_load(q, fd, file, name);
	int error = errno;

	if (m == NULL) {
		(void)close(fd);
		if (error == EINVAL)
			take_bad(q, dir, old, "no envelope");
		else {
			errno = error;
			say_trouble(q, "cannot read", old);
			take_later(q, (long long)time(NULL) + SOON_S);
		}
	}
	return m;
}

/*
 * Makes a new queue id that keeps the moment of arrival which old states, so
 * that mailboxes stay in the order of arrival; the rest is of our making.
 */
static void
renew(const char *old, char *to)
{
	char fresh[UNIQUE_ID_MAX];
	long long second = name_arrival(old);
	const char *rest = old + strcspn(old, ".");
	struct text t;
	size_t digits;

	unique_id(fresh);
	text_init(&t, to, UNIQUE_ID_MAX);
	if (second <= 0 || second > (long long)time(NULL) || rest[1] != 'M') {
		text_add(&t, fresh);
		return;
	}
	digits = strspn(rest + 2, "0123456789");
	text_add_number(&t, (unsigned long long)second, 1);
	text_add_bytes(&t, rest, 2 + (digits < 6 ? digits : 6));
	text_add(&t, strchr(fresh, 'P'));
}

void
take_new(struct qrun *q, const char *old)
{
	char id[UNIQUE_ID_MAX], name[UNIQUE_NAME_MAX], file[QUEUE_NAME_MAX];
	unsigned long long size = 0;
	struct message *m;
	const char *why;
	long long now = (long long)time(NULL);
	int fd = open_file(q, q->spool.new, old, &why);

	if (why != NULL)
		take_bad(q, q->spool.new, old, why);
	if (fd == -1)
		return;
	(void)unique_size(old, 'S', &size);	/* open_file() has read it */
	renew(old, id);
	unique_name(name, sizeof(name), id, q->set.me, size,
	    wire_size(fd, old, size));
	if (rename_deliver(q, fd, old, name, id)) {
		(void)close(fd);
		return;
	}
	appoint(q, name, now, file);
	m = load(q, q->spool.new, fd, old, file, name);
	if (m == NULL)
		return;
	m->began = now;
	begin(q, m, q->spool.new, old, 0);
}

/*
 * How much of the time since the last attempt was not waiting: the clock was
 * set, or the machine was off.  Then the first attempt is taken to be later by
 * that much, and nobody's mail expires by it.
 */
static long long
clock_excess(const struct qrun *q, long long now, long long next)
{
	long long retry = (long long)q->set.retry_s;
	long long gap = now - (next - retry);
	long long limit = 2 * retry > GAP_MIN_S ? 2 * retry : GAP_MIN_S;

	return gap > limit ? gap - retry : 0;
}

void
take_deferred(struct qrun *q, const char *old, const char *name,
    long long next)
{
	char file[QUEUE_NAME_MAX];
	struct message *m;
	const char *why;
	long long now = (long long)time(NULL);
	int fd = open_file(q, q->defer, old, &why);

	if (why != NULL)
		take_bad(q, q->defer, old, why);
	if (fd == -1)
		return;
	appoint(q, name, now, file);
	m = load(q, q->defer, fd, old, file, name);
	if (m == NULL)
		return;
	m->began = now;
	begin(q, m, q->defer, old, clock_excess(q, now, next));
}
