/*
 * dryrun - "qrun -n": says what a pass would do, a line per recipient on
 * standard output.  Only reads; takes no lock.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../lib/envelope.h"
#include "../lib/out.h"
#include "../lib/text.h"
#include "name.h"
#include "qrun.h"

static void
say(struct out *o, const char *id, const char *to, const char *verb,
    const char *what)
{
	char line[2048];
	struct text t;

	text_init(&t, line, sizeof(line) - 1);
	text_add_printable(&t, id, strlen(id));
	text_add(&t, " ");
	if (to != NULL) {
		text_add_printable(&t, to, strlen(to));
		text_add(&t, " ");
	}
	text_add(&t, verb);
	text_add_printable(&t, what, strlen(what));
	line[t.used] = '\n';
	out_bytes(o, line, t.used + 1);
}

static void
recipient(struct qrun *q, struct out *o, const char *id, const char *to)
{
	char host[ADDRESS_DOMAIN_MAX + 3];
	struct mailbox box;
	struct address a;
	unsigned int port;

	if (address_mailbox(to, ADDRESS_NO_DOMAIN | ADDRESS_ALLOW_UTF8, &a) !=
	    ADDRESS_OK) {
		say(o, id, to, "bounce: ", "this is no address");
		return;
	}
	switch (mailbox_find(q->spawn.mailroot, q->set.me, &a, 0, &box)) {
	case MAILBOX_FOUND:
		say(o, id, to, "deliver to ", box.path);
		break;
	case MAILBOX_NOT_LOCAL:
		if (route_find(&q->conf, a.domain, host, sizeof(host),
		    &port) == -1)
			say(o, id, to, "defer: ", "smtproutes is wrong");
		else
			say(o, id, to, "send to ", host);
		break;
	case MAILBOX_UNKNOWN:
		say(o, id, to, "bounce: ", "no such mailbox here");
		break;
	case MAILBOX_POSTMASTER:
		say(o, id, to, q->set.postmaster[0] == '\0' ? "keep" :
		    "forward to ", q->set.postmaster);
		break;
	case MAILBOX_TEMPORARY:
		say(o, id, to, "defer: ", "cannot look for the mailbox");
		break;
	}
}

static void
message(struct qrun *q, struct out *o, int dir, const char *file)
{
	static struct envelope e;
	static struct envelope_recipient r;
	char id[UNIQUE_ID_MAX];
	const char *name = file;
	int fd = openat(dir, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);

	if (name_next(file, &name) == -1)
		name = file;
	name_id(name, id);
	if (fd == -1 || envelope_open(&e, fd) == -1)
		say(o, id, NULL, "not readable: ", strerror(errno));
	else
		while (envelope_next(&e, &r) == 1)
			if (r.state == ENVELOPE_PENDING)
				recipient(q, o, id, r.address);
	if (fd != -1)
		(void)close(fd);
}

static int
walk(struct qrun *q, struct out *o, int at, int deferred, long long now)
{
	int fd = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd == -1 ? NULL : fdopendir(fd);
	const char *name;
	struct dirent *e;

	if (dir == NULL) {
		say_trouble(q, "cannot read the spool", NULL);
		return -1;
	}
	while ((e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		if (!deferred || name_next(e->d_name, &name) <= now)
			message(q, o, at, e->d_name);
	}
	(void)closedir(dir);
	return 0;
}

int
dryrun(struct qrun *q)
{
	static struct out o;
	long long now = (long long)time(NULL);

	out_file(&o, 1);
	return walk(q, &o, q->spool.new, 0, now) == -1 ||
	    walk(q, &o, q->defer, 1, now) == -1 ||
	    out_flush(&o) == -1 ? 111 : 0;
}
