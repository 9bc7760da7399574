/*
 * mailq - show what is in the spool: a line per message and waiting recipient.
 *
 * Only reads.  It takes no lock and holds no message in memory; what qrun moves
 * meanwhile may be missing from the list, or in it twice.
 *
 * exit status: 0 all was shown, 100 usage, 111 something could not be read
 */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../lib/conf.h"
#include "../lib/envelope.h"
#include "../lib/startup.h"
#include "../lib/text.h"
#include "listing.h"
#include "name.h"

#define INFO_MAX	65536	/* octets of an info file that are looked at */

struct mailq {
	struct listing	 list;
	struct out	 out;
	int		 info;		/* directory, -1 not readable */
	struct envelope	 envelope;
	char		 remembered[INFO_MAX + 1];
};

static void
die(int status, const char *what, const char *why)
{
	out_complaint(status == 100 ? "usage" : "mailq", what, why);
	exit(status);
}

/* Reads info/NAME, as much as there is room for: a hint, no more. */
static void
read_info(struct mailq *q, const char *name)
{
	ssize_t n = 0;
	int fd = -1;

	if (q->info != -1)
		fd = openat(q->info, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd != -1) {
		n = read(fd, q->remembered, INFO_MAX);
		(void)close(fd);
	}
	q->remembered[n < 0 ? 0 : n] = '\0';
}

/* The recipient's line, looked for from *at on: they are in the same order. */
static int
find_info(char **at, const char *address, struct infoline *info)
{
	char *line = *at, *end;

	while ((end = strchr(line, '\n')) != NULL) {
		char copy[2048];
		size_t n = (size_t)(end - line);

		if (n < sizeof(copy)) {
			memcpy(copy, line, n);
			copy[n] = '\0';
			if (infoline_parse(copy, address, info)) {
				*end = '\0';	/* into the text that stays */
				info->reply = line + (info->reply - copy);
				*at = end + 1;
				return 1;
			}
		}
		line = end + 1;
	}
	return 0;
}

static void
show(struct mailq *q, struct listing_message *m, int fd)
{
	static struct envelope_recipient r;
	struct infoline info;
	char *at = q->remembered;
	int first = 1;

	if (envelope_open(&q->envelope, fd) == -1)
		return;		/* qrun will say what is wrong with it */
	strcpy(m->sender, q->envelope.sender);
	listing_message(&q->list, m);
	while (envelope_next(&q->envelope, &r) == 1) {
		if (r.state != ENVELOPE_PENDING)
			continue;
		listing_recipient(&q->list, m, r.address,
		    find_info(&at, r.address, &info) ? &info : NULL, first);
		first = 0;
	}
	listing_end(&q->list);
}

static void
show_file(struct mailq *q, int dir, const char *queue, const char *file)
{
	struct listing_message m;
	struct stat st;
	const char *name = file;
	int fd;

	memset(&m, 0, sizeof(m));
	m.queue = queue;
	m.next = name_next(file, &name);
	if (m.next == -1)
		name = file;
	if (m.next == -1 || queue[0] != 'd')
		m.next = 0;
	name_id(name, m.id);
	m.arrival = name_arrival(name);
	fd = openat(dir, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1)
		return;		/* taken away since, or nothing of ours */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		m.size = (long long)st.st_size;
		read_info(q, name);
		show(q, &m, fd);
	}
	(void)close(fd);
}

/* Calls show_file() for every file of a queue, or only counts them. */
static size_t
walk(struct mailq *q, int spool, const char *queue, int only_count)
{
	int fd = openat(spool, queue, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd == -1 ? NULL : fdopendir(fd);
	struct dirent *e;
	size_t count = 0;

	if (dir == NULL)
		die(111, queue, strerror(errno));
	while (dir != NULL && (e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		count++;
		if (!only_count)
			show_file(q, fd, queue, e->d_name);
	}
	if (dir != NULL)
		(void)closedir(dir);
	return count;
}

static void
summary(struct mailq *q, size_t bad)
{
	char text[64];
	struct text t;

	text_init(&t, text, sizeof(text));
	text_add_number(&t, q->list.messages, 1);
	text_add(&t, q->list.messages == 1 ? " message" : " messages");
	if (bad > 0) {
		text_add(&t, ", and in bad/: ");
		text_add_number(&t, bad, 1);
	}
	text_add(&t, "\n");
	if (q->list.form == LISTING_TABLE)
		out_text(&q->out, text);
}

static const char *
options(struct mailq *q, int argc, char **argv)
{
	const char *dir = NULL;
	int c;

	q->list.form = isatty(1) ? LISTING_TABLE : LISTING_PLAIN;
	while ((c = getopt(argc, argv, "c:j")) != -1) {
		if (c == 'c')
			dir = optarg;
		else if (c == 'j')
			q->list.form = LISTING_JSON;
		else
			die(100, "mailq [-c DIR] [-j]", NULL);
	}
	if (optind != argc)
		die(100, "mailq [-c DIR] [-j]", NULL);
	return startup_conf_path(dir, getenv("MAILCONF"));
}

int
main(int argc, char **argv)
{
	static struct mailq q;
	struct conf conf;
	char path[CONF_LINE_MAX] = "/var/spool/pennypost";
	size_t bad;
	int spool;

	startup(NULL, 0);
	conf_open(&conf, options(&q, argc, argv));
	(void)conf_text(&conf, "spool", path, sizeof(path));
	if (conf.error[0] != '\0')
		die(111, conf.error, NULL);
	spool = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (spool == -1)
		die(111, path, strerror(errno));
	q.info = openat(spool, "info", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	q.list.now = (long long)time(NULL);
	q.list.out = &q.out;
	out_file(&q.out, 1);
	(void)walk(&q, spool, "new", 0);
	(void)walk(&q, spool, "defer", 0);
	(void)walk(&q, spool, "hold", 0);
	bad = walk(&q, spool, "bad", 1);
	summary(&q, bad);
	if (out_flush(&q.out) == -1)
		die(111, "cannot write", strerror(errno));
	if (bad > 0 && q.list.form != LISTING_TABLE)
		die(0, "there are files in bad/ that qrun could not understand",
		    NULL);
	return 0;
}
