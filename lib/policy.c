/*
 * policy - asks a configured program.  Peer data reaches it in the environment
 * and on standard input only; what it answers is bounded.
 */
#include "policy.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "clock.h"
#include "conf.h"
#include "log.h"
#include "text.h"

#define POLICY_VARIABLES	11
#define POLICY_BLOCK		8192

/* The environment of the program. */
struct variables {
	char	*list[POLICY_VARIABLES + 1];
	size_t	 count;
	struct text text;
	char	 buf[8192];
};

static void
set(struct variables *v, const char *name, const char *value)
{
	size_t at = v->text.used;

	if (value == NULL || value[0] == '\0')
		return;
	/* "() {" at the start was a function to some shells. */
	if (strncmp(value, "()", 2) == 0)
		v->text.full = 1;
	text_add(&v->text, name);
	text_add(&v->text, "=");
	text_add(&v->text, value);
	text_add_bytes(&v->text, "", 1);
	v->list[v->count++] = v->buf + at;
	v->list[v->count] = NULL;
}

static int
variables(struct variables *v, const struct policy *p)
{
	text_init(&v->text, v->buf, sizeof(v->buf));
	v->count = 0;
	v->list[0] = NULL;
	set(v, "PATH", p->path);
	set(v, "TZ", p->tz);
	set(v, "MAILCONF", p->mailconf);
	set(v, "MAILSTAGE", p->stage);
	set(v, "REMOTEIP", p->remoteip);
	set(v, "HELO", p->helo);
	set(v, "SENDER", p->sender);
	set(v, "RECIPIENT", p->recipient);
	set(v, "AUTHUSER", p->authuser);
	set(v, "SIZE", p->size);
	set(v, "ID", p->id);
	return v->text.full ? -1 : 0;
}

/* Keeps the first line of what the program says on stderr. */
static void
keep_reason(struct text *reason, int *line_over, const char *from, size_t n)
{
	const char *lf = memchr(from, '\n', n);

	if (!*line_over)
		text_add_printable(reason, from,
		    lf == NULL ? n : (size_t)(lf - from));
	if (lf != NULL)
		*line_over = 1;
}

/* Reads both pipes to their ends.  0, or -1 when the deadline passed. */
static int
listen_to(struct policy *p, int out, int err, long long deadline_ms)
{
	struct pollfd fds[2] = { { out, POLLIN, 0 }, { err, POLLIN, 0 } };
	char block[POLICY_BLOCK];
	struct text reason;
	int i, line_over = 0;

	text_init(&reason, p->reason, sizeof(p->reason));
	while (fds[0].fd != -1 || fds[1].fd != -1) {
		long long left = deadline_ms - clock_ms();
		int ready = left <= 0 ? 0 : poll(fds, 2, (int)left);

		if (ready == 0)
			return -1;
		if (ready == -1)
			continue;	/* a signal: nothing is there to read */
		for (i = 0; i < 2; i++) {
			ssize_t n;

			if (fds[i].fd == -1 || fds[i].revents == 0)
				continue;
			n = read(fds[i].fd, block, sizeof(block));
			if (n == -1 && errno == EINTR)
				continue;
			if (n <= 0)
				fds[i].fd = -1;
			else if (i == 1)
				keep_reason(&reason, &line_over, block,
				    (size_t)n);
			else if (p->sink != NULL)
				p->sink(p->context, block, (size_t)n);
		}
	}
	return 0;
}

int
policy_run(struct policy *p, int message_fd)
{
	long long deadline_ms = clock_ms() + (long long)p->timeout_s * 1000;
	char command[CONF_LINE_MAX], *words[CHILD_WORDS_MAX];
	struct variables env;
	int out[2] = { -1, -1 }, err[2] = { -1, -1 };
	int status = POLICY_TEMPORARY;

	p->reason[0] = '\0';
	if (strlen(p->command) >= sizeof(command))
		return POLICY_TEMPORARY;
	(void)strcpy(command, p->command);
	if (child_words(command, words) > 0 && variables(&env, p) == 0 &&
	    child_pipe(out) == 0 && child_pipe(err) == 0) {
		const int fds[3] = { message_fd, out[1], err[1] };
		pid_t pid = child_start(words, env.list, fds, 3);

		if (pid == -1)
			log_event("trouble", "what", "cannot start", "name",
			    words[0], "text", strerror(errno));
		(void)close(out[1]);
		(void)close(err[1]);
		out[1] = err[1] = -1;
		if (pid != -1) {
			int late = listen_to(p, out[0], err[0], deadline_ms);

			status = child_wait(pid, late ? 0 : deadline_ms);
			/* It may have ended, and what it began still writes. */
			if (late)
				status = POLICY_TEMPORARY;
		}
	}
	for (int i = 0; i < 2; i++) {
		if (out[i] != -1)
			(void)close(out[i]);
		if (err[i] != -1)
			(void)close(err[i]);
	}
	if (status != POLICY_ACCEPT && status != POLICY_DROP &&
	    status != POLICY_REFUSE)
		return POLICY_TEMPORARY;
	return status;
}
