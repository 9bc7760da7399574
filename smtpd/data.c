/*
 * DATA, and what a message goes through whether it came by DATA or BDAT: the
 * Received line before it, limits, the filter, the commit (RFC 5321 4.1.1.4,
 * 4.4, 6.1, 6.3).  Lines and dots are lib/dot.c's business.
 */
#include "session.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include "../lib/clock.h"
#include "../lib/date.h"
#include "../lib/log.h"
#include "../lib/received.h"
#include "../lib/text.h"

#define RECEIVED_LINES	100	/* RFC 5321 6.3: "normally at least 100" */
#define RATE_MIN	100	/* octets in a second, after the first wait */

static void
add_address(struct text *t, const char *ip)
{
	text_add(t, strcmp(ip, "unknown") == 0 ? "" : strchr(ip, ':') != NULL ?
	    "[IPv6:" : "[");
	text_add(t, ip);
	text_add(t, strcmp(ip, "unknown") == 0 ? "" : "]");
}

/* RFC 3848, RFC 6531 4.3. */
static void
add_with(struct text *t, const struct session *s)
{
	text_add(t, s->now.utf8 ? "UTF8SMTP" : s->esmtp ? "ESMTP" : "SMTP");
	text_add(t, s->esmtp && s->secure ? "S" : "");
	text_add(t, s->esmtp && s->user[0] != '\0' ? "A" : "");
}

/* Opens the message with our trace line: it also ends the envelope block. */
void
message_begin(struct session *s)
{
	const char *name = s->set->remote_name;
	char line[RECEIVED_MAX], from[768], helo[sizeof(s->helo)], with[16];
	struct text t;

	s->now.body = &s->file;
	if (s->set->filter[0] != '\0') {
		spool_begin(&s->draft, &s->spool, s->set->me);
		s->now.body = &s->draft;
	}
	text_init(&t, with, sizeof(with));
	add_with(&t, s);
	text_init(&t, helo, sizeof(helo));	/* cut when it is in UTF-8 */
	text_add_printable(&t, s->helo, strlen(s->helo));
	text_init(&t, from, sizeof(from));
	text_add(&t, helo);
	text_add(&t, " (");
	if (name != NULL && address_is_domain(name, 0)) {
		text_add(&t, name);
		text_add(&t, " ");
	}
	add_address(&t, s->set->ip);
	text_add(&t, ")");
	text_init(&t, line, sizeof(line));
	received_add(&t, from, s->set->me, with, s->file.id,
	    s->now.accepted == 1 && !s->now.utf8 ? s->now.recipient : NULL,
	    time(NULL));
	spool_write(s->now.body, line, t.used);
	s->now.start = s->now.body->bytes + s->now.body->lines;
	s->now.header = 1;
	dot_in_init(&s->now.dot, s->set->normalize);
}

/* A whole line of the header has passed; its first octets are in name. */
static void
header_line(struct transaction *now)
{
	if (strncasecmp(now->name, "received:", 9) == 0)
		now->received++;
	else if (strncasecmp(now->name, "date:", 5) == 0)
		now->date = 1;
	else if (strncasecmp(now->name, "message-id:", 11) == 0)
		now->message_id = 1;
	if (!now->field)
		now->malformed = 1;
	now->field = 0;
	now->line = 0;
	memset(now->name, 0, sizeof(now->name));
}

/* Reads the header as it passes.  Returns how many octets belong to it. */
static size_t
header_scan(struct transaction *now, const char *from, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++) {
		char c = from[i];

		if (c == '\n' && now->line == 0) {
			now->header = 0;
			return i;
		}
		if (c == '\n') {
			header_line(now);
			continue;
		}
		if (now->line == 0 ? c == ' ' || c == '\t' : c == ':')
			now->field = 1;	/* continued, or named */
		if (now->line < sizeof(now->name) - 1)
			now->name[now->line] = c;
		now->line++;
	}
	return length;
}

/* What a submitted message must have and has not (RFC 6409 8); nothing if what
 * should be a header is something else. */
static void
complete_header(struct session *s)
{
	char line[DATE_MAX + UNIQUE_ID_MAX + ADDRESS_DOMAIN_MAX + 64];
	struct spool_file *body = s->now.body;
	unsigned long long before = body->bytes + body->lines;
	struct text t;

	if (s->user[0] == '\0' || s->now.malformed)
		return;
	text_init(&t, line, sizeof(line));
	if (!s->now.date) {
		text_add(&t, "Date: ");
		date_add(&t, time(NULL), 0);
		text_add(&t, "\n");
	}
	if (!s->now.message_id) {
		text_add(&t, "Message-ID: <");
		text_add(&t, s->file.id);
		text_add(&t, "@");
		text_add(&t, s->set->me);
		text_add(&t, ">\n");
	}
	spool_write(body, line, t.used);
	s->now.start += body->bytes + body->lines - before;	/* not his */
}

/* Takes octets of the message, lines ended by LF. */
void
message_write(struct session *s, const char *from, size_t length)
{
	struct transaction *now = &s->now;
	size_t n = 0;

	if (now->too_big || now->dot.bad)
		return;
	if (now->header) {
		n = header_scan(now, from, length);
		spool_write(now->body, from, n);
		if (!now->header)
			complete_header(s);
	}
	spool_write(now->body, from + n, length - n);
	/* Octets as on the wire: every LF was a CRLF (RFC 1870 5). */
	now->too_big = s->set->message_bytes != 0 && now->body->bytes +
	    now->body->lines - now->start > s->set->message_bytes;
}

/* From here on the message is ours, if the commit succeeds. */
static void
queue(struct session *s, const char *size)
{
	char id[UNIQUE_ID_MAX], count[24], said[UNIQUE_ID_MAX + 16];
	int keep = 1;
	struct text t;

	if (s->now.body == &s->draft)
		keep = hook_filter(s, size);
	if (keep == -1)
		return;
	memcpy(id, s->file.id, sizeof(id));
	text_init(&t, count, sizeof(count));
	text_add_number(&t, s->now.kept, 1);
	text_init(&t, said, sizeof(said));
	text_add(&t, "queued as ");
	text_add(&t, id);
	if (keep == 0 || s->now.kept == 0)
		spool_abort(&s->file);
	else if (spool_commit(&s->file) == -1) {
		reply(s, 451, "3.0", "cannot store the message");
		return;
	} else
		spool_trigger(&s->spool);
	s->bad = s->unknown = s->logged = 0;
	reply(s, 250, "0.0", said);
	log_event(keep == 0 || s->now.kept == 0 ? "dropped" : "queued",
	    "id", id, "ip", s->set->ip, "helo", s->helo,
	    "user", s->user[0] != '\0' ? s->user : NULL,
	    "from", s->now.sender, "rcpts", count, "size", size);
}

void
message_end(struct session *s)
{
	struct transaction *now = &s->now;
	char size[24];
	struct text t;

	if (now->header && now->line == 0)
		complete_header(s);	/* a header was all there was */
	text_init(&t, size, sizeof(size));
	text_add_number(&t, now->body->bytes + now->body->lines - now->start,
	    1);
	if (now->dot.bad)
		reply(s, 550, "6.0", BAD_OCTETS);
	else if (now->too_big)
		reply(s, 552, "3.4", TOO_BIG);
	else if (now->received >= RECEIVED_LINES)
		reply(s, 554, "4.6", "too many Received lines: a loop");
	else
		queue(s, size);
	session_reset(s);
}

/*
 * The wait for a block is that for a command, but whoever stays below RATE_MIN
 * for the whole message has no more than one such wait in advance.
 */
void
message_deadline(struct session *s, long long since_ms,
    unsigned long long octets)
{
	long long end = since_ms + 1000LL * s->set->timeout_s +
	    (long long)(octets / RATE_MIN * 1000);

	in_deadline(&s->in, s->set->timeout_s);
	if (end < s->in.deadline_ms)
		s->in.deadline_ms = end;
}

/* Decodes one piece of what is buffered.  With -l a piece is at most a line,
 * and the codec gets the line end that it knows. */
static enum dot_end
decode(struct session *s)
{
	const char *from = s->in.buf + s->in.start;
	size_t length = in_waiting(&s->in), used, made;
	const char *lf = s->set->lf ? memchr(from, '\n', length) : NULL;
	enum dot_end end;

	if (lf == from && s->now.last != '\r') {
		end = dot_decode(&s->now.dot, "\r\n", 2, &used, s->data, &made);
		used = 1;
	} else {
		if (lf == from)
			length = 1;
		else if (lf != NULL)
			length = (size_t)(lf - from) + (lf[-1] == '\r');
		end = dot_decode(&s->now.dot, from, length, &used, s->data,
		    &made);
	}
	s->now.last = from[used - 1];
	s->in.start += used;
	message_write(s, s->data, made);
	return end;
}

void
do_data(struct session *s, char *arg)
{
	enum dot_end end = DOT_MORE;
	unsigned long long octets = 0;
	long long since_ms = clock_ms();

	(void)arg;
	reply(s, 354, "", "go ahead, end with a dot on a line of its own");
	message_begin(s);
	while (end == DOT_MORE) {
		enum in_status status;

		message_deadline(s, since_ms, octets);
		status = in_fill(&s->in);
		if (status != IN_OK) {
			session_lost(s, status);
			return;
		}
		octets += in_waiting(&s->in);
		end = decode(s);
		octets -= in_waiting(&s->in);
	}
	if (end == DOT_HANGUP) {
		/* The client's idea of the end may differ from ours: what
		 * follows could be taken for commands. */
		reply(s, 550, "6.0", "CR or LF outside CRLF around a dot");
		s->state = ST_END;
	} else
		message_end(s);
}
