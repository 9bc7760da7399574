/*
 * info - what is remembered of a message between attempts: info/NAME, a line per
 * waiting recipient.  Losing it loses no mail, so nothing here is fsynced and no
 * failure matters; only that a half written file is never taken for one.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/text.h"
#include "infoline.h"
#include "qrun.h"

#define LINE_MAX_BYTES	(ADDRESS_MAX + REPLY_MAX + 64)

struct reader {
	int	 fd;
	size_t	 start, end;
	char	 buf[8192];
};

/* The next whole line, or NULL. */
static char *
next_line(struct reader *r)
{
	char *line, *end;
	ssize_t n;

	for (;;) {
		line = r->buf + r->start;
		end = memchr(line, '\n', r->end - r->start);
		if (end != NULL) {
			*end = '\0';
			r->start += (size_t)(end - line) + 1;
			return line;
		}
		memmove(r->buf, line, r->end - r->start);
		r->end -= r->start;
		r->start = 0;
		n = read(r->fd, r->buf + r->end, sizeof(r->buf) - r->end);
		if (n <= 0)	/* the end, trouble, or a line of no sense */
			return NULL;
		r->end += (size_t)n;
	}
}

/* Lines and recipients are in the same order; some of either may be missing. */
void
info_read(struct qrun *q, struct message *m, long long excess)
{
	static struct reader reader;
	struct infoline info;
	struct recipient *r;
	char *line;
	size_t i, at = 0;

	for (i = 0; i < m->count; i++)
		m->recipients[i].first = m->began;
	reader.fd = openat(q->info, m->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (reader.fd == -1)
		return;
	reader.start = reader.end = 0;
	while (at < m->count && (line = next_line(&reader)) != NULL) {
		for (i = at; i < m->count; i++)
			if (infoline_parse(line, m->recipients[i].address,
			    &info))
				break;
		if (i == m->count)
			continue;
		r = &m->recipients[i];
		at = i + 1;
		r->attempts = info.attempts;
		r->delay_told = info.delay_told;
		r->first = info.first + excess;
		if (r->first > m->began)
			r->first = m->began;
		free(r->reply);
		r->reply = strdup(info.reply);	/* longer than ours? cut */
		if (r->reply != NULL && strlen(r->reply) >= REPLY_MAX)
			r->reply[REPLY_MAX - 1] = '\0';
	}
	(void)close(reader.fd);
}

static void
write_line(struct out *o, const struct recipient *r)
{
	char line[LINE_MAX_BYTES];
	struct text t;

	text_init(&t, line, sizeof(line) - 1);
	text_add(&t, r->address);
	text_add(&t, " ");
	text_add_number(&t, r->attempts, 1);
	text_add(&t, r->delay_told ? "d " : " ");
	text_add_number(&t, (unsigned long long)r->first, 1);
	text_add(&t, " ");
	if (r->reply != NULL)
		text_add_printable(&t, r->reply, strlen(r->reply));
	line[t.used] = '\n';
	out_bytes(o, line, t.used + 1);
}

void
info_write(struct qrun *q, struct message *m)
{
	static struct out o;
	char draft[UNIQUE_NAME_MAX + 8];
	size_t i;
	int fd;

	strcpy(draft, "tmp.");
	strcat(draft, m->name);
	fd = openat(q->info, draft, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW |
	    O_CLOEXEC, 0600);
	if (fd == -1)
		return;
	out_file(&o, fd);
	for (i = 0; i < m->count; i++)
		if (!m->recipients[i].marked &&
		    m->recipients[i].outcome >= DEFERRED)
			write_line(&o, &m->recipients[i]);
	if (out_flush(&o) == -1 || close(fd) == -1 ||
	    renameat(q->info, draft, q->info, m->name) == -1)
		(void)unlinkat(q->info, draft, 0);
}

/*
 * Each attempt writes the file anew.  One that is older than any message gets
 * belongs to none; should it, only the count of attempts begins again.
 */
void
info_clean(struct qrun *q)
{
	time_t now = tmpdir_now(q);
	int fd = openat(q->info, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd == -1 ? NULL : fdopendir(fd);
	struct dirent *e;
	struct stat st;

	if (dir == NULL) {
		if (fd != -1)
			(void)close(fd);
		return;
	}
	while ((e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.' && fstatat(q->info, e->d_name, &st,
		    AT_SYMLINK_NOFOLLOW) == 0 && now - st.st_mtime >
		    (time_t)q->set.lifetime_s + 86400)
			(void)unlinkat(q->info, e->d_name, 0);
	(void)closedir(dir);
}
