/*
 * delivery - the message as one recipient gets it.  Trusts nothing in it.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "../lib/text.h"
#include "delivery.h"

#define BLOCK_BYTES	65536
#define HOPS_MAX	20	/* forwards of a message on its way here */

enum verdict
verdict(struct job *j, enum verdict v, const char *status, const char *what,
    const char *why)
{
	struct text t;

	text_init(&t, j->text, sizeof(j->text) - 3);	/* "Z " and LF */
	text_add(&t, status);
	text_add(&t, " ");
	text_add_printable(&t, what, strlen(what));
	if (why != NULL) {
		text_add(&t, ": ");
		text_add_printable(&t, why, strlen(why));
	}
	return v;
}

int
delivery_copy(const struct job *j,
    void (*sink)(void *context, const char *, size_t), void *context)
{
	static char block[BLOCK_BYTES];
	char head[DELIVERY_HEAD_MAX];
	struct text t;
	off_t at = (off_t)j->delivery->message;
	ssize_t n;

	text_init(&t, head, sizeof(head));
	text_add(&t, "Return-Path: <");
	text_add(&t, j->delivery->sender);
	text_add(&t, ">\nDelivered-To: ");
	text_add(&t, j->delivery->recipient);
	text_add(&t, "\n");
	if (t.full) {
		errno = EMSGSIZE;
		return -1;
	}
	sink(context, head, t.used);
	for (;;) {
		n = pread(j->message, block, sizeof(block), at);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return (int)n;
		sink(context, block, (size_t)n);
		at += n;
	}
}

/* True if the line is "Delivered-To: recipient". */
static int
is_own(const char *line, const char *recipient)
{
	static const char field[] = "Delivered-To:";
	size_t n = strlen(recipient);

	if (strncasecmp(line, field, sizeof(field) - 1) != 0)
		return 0;
	line += sizeof(field) - 1;
	line += strspn(line, " \t");
	return strncasecmp(line, recipient, n) == 0 &&
	    line[n + strspn(line + n, " \t\r")] == '\0';
}

/* True if "by ME" stands in a line of a Received field. */
static int
is_by(const char *line, const char *me)
{
	static const char blanks[] = " \t";
	size_t n = strlen(me);
	const char *by;

	for (by = line; (by = strstr(by, "by")) != NULL; by += 2) {
		const char *host = by + 2 + strspn(by + 2, blanks);

		if (by > line && strchr(blanks, by[-1]) != NULL &&
		    host > by + 2 && strncasecmp(host, me, n) == 0 &&
		    strchr(" \t\r;(", host[n]) != NULL)
			return 1;	/* strchr() finds the NUL, too */
	}
	return 0;
}

/* What the header has said so far. */
struct trace {
	int	in_received;
	int	own, hops;	/* Delivered-To since the last Received */
	int	ours;		/* of them, above Received lines of ours */
};

/* Judges the next line: true when it shows that the message was here before. */
static int
has_been_here(struct trace *t, const char *line, const struct job *j)
{
	static const char received[] = "Received:", to[] = "Delivered-To:";

	if (*line != ' ' && *line != '\t') {
		if (t->in_received)	/* another host's: a stranger wrote */
			t->own = t->hops = 0;	/* what is above it */
		t->in_received = strncasecmp(line, received,
		    sizeof(received) - 1) == 0;
		t->own |= is_own(line, j->delivery->recipient);
		t->hops += strncasecmp(line, to, sizeof(to) - 1) == 0;
	}
	if (!t->in_received || !is_by(line, j->conf->me))
		return 0;
	t->ours += t->hops;
	if (t->own || t->ours > HOPS_MAX)
		return 1;	/* or forwards fan out to their own +tags */
	t->in_received = t->hops = 0;
	return 0;
}

int
delivery_loops(const struct job *j)
{
	static char block[BLOCK_BYTES];
	char line[ADDRESS_MAX + 40];
	off_t at = (off_t)j->delivery->message;
	struct trace trace = { 0, 0, 0, 0 };
	size_t used = 0;
	ssize_t n, i;

	for (;;) {
		n = pread(j->message, block, sizeof(block), at);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return (int)n;
		for (i = 0; i < n; i++) {
			if (block[i] != '\n') {
				/* a longer line is cut: it is not ours */
				if (used < sizeof(line) - 1)
					line[used++] = block[i];
				continue;
			}
			line[used] = '\0';
			if (used == 0)
				return 0;	/* the end of the header */
			if (has_been_here(&trace, line, j))
				return 1;
			used = 0;
		}
		at += n;
	}
}

int
delivery_orphaned(const struct job *j, int ms)
{
	struct pollfd p = { j->conf->lifeline, 0, 0 };

	return poll(&p, 1, ms) == 1;
}

void
delivery_add_from(struct text *t, const char *sender)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const char *s = *sender == '\0' ? "MAILER-DAEMON" : sender;
	struct tm tm = { .tm_mday = 1 };
	time_t now = time(NULL);

	text_add(t, "From ");
	for (; *s != '\0'; s++)	/* the sender ends at the first blank */
		text_add_bytes(t, *s == ' ' || *s == '\t' ? "-" : s, 1);
	(void)gmtime_r(&now, &tm);	/* fails in the year 2^31 only */
	text_add(t, " ");
	text_add_bytes(t, days + 3 * tm.tm_wday, 3);
	text_add(t, " ");
	text_add_bytes(t, months + 3 * tm.tm_mon, 3);
	text_add(t, tm.tm_mday < 10 ? "  " : " ");
	text_add_number(t, (unsigned int)tm.tm_mday, 1);
	text_add(t, " ");
	text_add_number(t, (unsigned int)tm.tm_hour, 2);
	text_add(t, ":");
	text_add_number(t, (unsigned int)tm.tm_min, 2);
	text_add(t, ":");
	text_add_number(t, (unsigned int)tm.tm_sec, 2);
	text_add(t, " ");
	text_add_number(t, (unsigned int)tm.tm_year + 1900, 4);
	text_add(t, "\n");
}
