/*
 * qrun - deliver what is in the spool: to mailboxes here, by qsend elsewhere.
 *
 * Started as root it forks at once: what follows runs as the spool directory's
 * owner, and a small parent lends out the mailboxes' owners and qsenduser.
 *
 * exit status: 0 everything due was tried, or another qrun is at it; 100 usage;
 * 111 could not start, or the spool can no longer remember what was done
 */
#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/log.h"
#include "../lib/out.h"
#include "../lib/startup.h"
#include "../lib/text.h"
#include "qrun.h"

#define FILES_MAX	4096	/* descriptors we ask for */
#define FILES_OURS	64	/* that are not a message's or a child's */

static void
die(int status, const char *name, const char *why)
{
	out_complaint(status == 100 ? "usage" : "qrun", name, why);
	exit(status);
}

static void
options(struct qrun *q, int argc, char **argv)
{
	const char *dir = NULL;
	int c;

	while ((c = getopt(argc, argv, "c:nw")) != -1) {
		if (c == 'c')
			dir = optarg;
		else if (c == 'n')
			q->dry = 1;
		else if (c == 'w')
			q->watch = 1;
		else
			die(100, "qrun [-c DIR] [-n | -w]", NULL);
	}
	if (optind != argc || (q->dry && q->watch))
		die(100, "qrun [-c DIR] [-n | -w]", NULL);
	q->conf_path = startup_conf_path(dir, getenv("MAILCONF"));
	q->terminal = !q->watch && isatty(2);
}

/* Each message of the window holds a file open. */
static void
limit(struct qrun *q)
{
	struct rlimit r;
	unsigned long long children = q->set.local + 4 * q->set.remote;
	rlim_t want = FILES_MAX;

	q->window = 1;
	if (getrlimit(RLIMIT_NOFILE, &r) == -1)
		return;
	if (r.rlim_cur < want) {
		r.rlim_cur = r.rlim_max < want ? r.rlim_max : want;
		(void)setrlimit(RLIMIT_NOFILE, &r);
		(void)getrlimit(RLIMIT_NOFILE, &r);
	}
	if (r.rlim_cur > children + FILES_OURS)
		q->window = (size_t)(r.rlim_cur - children - FILES_OURS);
	if (q->window > WINDOW_MESSAGES)
		q->window = WINDOW_MESSAGES;
}

/* Becomes the spool's owner; its group is new/'s, or the owner's own: the spool
 * directory's is that of those who may pass it. */
static void
drop(struct qrun *q)
{
	struct stat st, new;
	const struct passwd *pw;
	char path[CONF_LINE_MAX + 8];
	int status = 0, split;

	if (stat(q->set.spool, &st) == -1)
		die(111, q->set.spool, strerror(errno));
	/* Without it every address might be local: all mail would wait. */
	if (stat(q->set.mailroot, &new) == -1)
		die(111, q->set.mailroot, strerror(errno));
	if (!S_ISDIR(new.st_mode))
		die(111, q->set.mailroot, strerror(ENOTDIR));
	if (geteuid() == 0 && st.st_uid == 0)
		die(111, q->set.spool, "belongs to root, who must not manage "
		    "a queue");
	if (geteuid() == 0) {
		strcpy(path, q->set.spool);
		strcat(path, "/new");
		pw = getpwuid(st.st_uid);
		if (lstat(path, &new) == 0)
			st.st_gid = new.st_gid;
		else if (pw != NULL)
			st.st_gid = pw->pw_gid;
	} else {
		st.st_uid = geteuid();
		st.st_gid = getegid();
	}
	if (q->set.qsenduser[0] == '\0' && getpwnam("qsend") != NULL)
		strcpy(q->set.qsenduser, "qsend");	/* the usual account */
	q->spawn_conf.me = q->set.me;
	q->spawn_conf.mailroot = q->set.mailroot;
	q->spawn_conf.qsenduser = q->set.qsenduser;
	q->spawn_conf.conf_path = q->conf_path;
	q->spawn_conf.command_s = (unsigned int)q->set.command_s;
	q->spawn_conf.path = getenv("PATH");
	split = spawn_init(&q->spawn, &q->spawn_conf, st.st_uid, st.st_gid,
	    &status);
	if (split == 1)
		exit(status);
	if (split == -1)
		die(111, "cannot start", strerror(errno));
}

int
main(int argc, char **argv)
{
	static struct qrun q;
	const char *what;
	int status;

	startup(NULL, 0);
	log_open("qrun");
	options(&q, argc, argv);
	if (settings_read(&q.conf, q.conf_path, &q.set) == -1)
		die(111, q.conf.error, NULL);
	limit(&q);
	drop(&q);
	status = spooldir_open(&q, &what);
	if (status == -1)
		die(111, what, strerror(errno));
	if (status == 1) {
		if (q.terminal || q.watch)
			die(0, "another one is running", NULL);
		return 0;
	}
	return q.dry ? dryrun(&q) : run(&q);
}
