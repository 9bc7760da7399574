/*
 * reply - reads SMTP replies.  Trusts nothing in them: any octets, in any
 * amount, end as a verdict with printable text.
 */
#include "reply.h"

#include <errno.h>
#include <string.h>

#include "../lib/in.h"
#include "../lib/text.h"

#define LINE_KEPT	1024	/* octets of a line that are looked at */

struct line {
	size_t	octets;		/* of the whole reply so far */
	size_t	length;
	char	text[LINE_KEPT + 1];
};

void
reply_set(struct reply *r, const char *enhanced, const char *why)
{
	struct text t;

	r->code = 0;
	text_init(&t, r->enhanced, sizeof(r->enhanced));
	text_add(&t, enhanced);
	text_init(&t, r->text, sizeof(r->text));
	text_add_printable(&t, why, strlen(why));
}

void
reply_soften(struct reply *r)
{
	if (r->enhanced[0] == '5')
		r->enhanced[0] = '4';
}

static int
lost(struct reply *r, enum in_status status)
{
	if (status == IN_EOF)
		reply_set(r, "4.4.2", "the server closed the connection");
	else if (status == IN_TIMEOUT)
		reply_set(r, "4.4.2", "the server did not answer in time");
	else if (status == IN_STOPPED)
		reply_set(r, "4.3.2", "stopped");
	else
		reply_set(r, "4.4.2", strerror(errno));
	return -1;
}

/* Takes one line, ended by LF or CRLF; keeps its beginning. */
static enum in_status
get_line(struct in *in, struct line *l)
{
	l->length = 0;
	for (;;) {
		enum in_status status = in_fill(in);
		const char *from = in->buf + in->start;
		const char *lf;
		size_t n, room = LINE_KEPT - l->length;

		if (status != IN_OK)
			return status;
		lf = memchr(from, '\n', in_waiting(in));
		n = lf != NULL ? (size_t)(lf - from) : in_waiting(in);
		memcpy(l->text + l->length, from, n < room ? n : room);
		l->length += n < room ? n : room;
		in->start += n + (lf != NULL);
		l->octets += n + 1;
		if (l->octets > REPLY_OCTETS_MAX)
			return IN_LONG;
		if (lf == NULL)
			continue;
		if (l->length > 0 && l->text[l->length - 1] == '\r')
			l->length--;
		l->text[l->length] = '\0';
		return IN_OK;
	}
}

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The code at the start of a line, or 0 if this is no reply line. */
static int
line_code(const struct line *l)
{
	const char *s = l->text;

	if (l->length < 3 || (l->length > 3 && s[3] == '\0') ||
	    s[0] < '2' || s[0] > '5' || !is_digit(s[1]) || !is_digit(s[2]) ||
	    (s[3] != ' ' && s[3] != '-' && s[3] != '\0'))
		return 0;
	return (s[0] - '0') * 100 + (s[1] - '0') * 10 + s[2] - '0';
}

/*
 * Octets of the RFC 2034 status at the start of the text, of this class, with
 * the blank behind it; 0 if there is none.
 */
static size_t
status_length(const char *s, char class)
{
	const char *p = s;
	int part;

	if (*p++ != class)
		return 0;
	for (part = 0; part < 2; part++) {
		size_t digits = 0;

		if (*p++ != '.')
			return 0;
		while (digits < 3 && is_digit(p[digits]))
			digits++;
		if (digits == 0)
			return 0;
		p += digits;
	}
	if (*p != ' ' && *p != '\0')
		return 0;
	return (size_t)(p - s) + (*p == ' ');
}

/* Adds a line's text to the reply, and takes the status that it may carry. */
static void
add_line(struct reply *r, struct text *t, const struct line *l)
{
	static const char unknown[][sizeof("2.0.0")] = {
		"2.0.0", "3.0.0", "4.0.0", "5.0.0"
	};
	const char *s = l->text + 3 + (l->length > 3);
	size_t n = status_length(s, l->text[0]);
	struct text status;

	text_init(&status, r->enhanced, sizeof(r->enhanced));
	if (n > 0)
		text_add_bytes(&status, s, strcspn(s, " "));
	else
		text_add(&status, unknown[l->text[0] - '2']);
	if (t->used > 0)
		text_add_printable(t, " ", 1);
	text_add_printable(t, s + n, (size_t)(l->text + l->length - s) - n);
}

int
reply_read(struct in *in, unsigned int timeout_s, struct reply *r,
    void (*each)(void *, const char *), void *context)
{
	struct line l = { 0, 0, "" };
	struct text t;
	int lines, code;

	r->code = 0;
	text_init(&t, r->text, sizeof(r->text));
	in_deadline(in, timeout_s);
	for (lines = 0; lines < REPLY_LINES_MAX; lines++) {
		enum in_status status = get_line(in, &l);

		if (status == IN_LONG)
			break;
		if (status != IN_OK)
			return lost(r, status);
		code = line_code(&l);
		/* Lines that contradict each other are no answer. */
		if (code == 0 || (lines > 0 && code / 100 != r->code / 100)) {
			reply_set(r, "4.5.0", "what the server said is no "
			    "SMTP reply");
			return -1;
		}
		r->code = code;
		if (each != NULL && lines > 0)
			each(context, l.text + 3 + (l.length > 3));
		add_line(r, &t, &l);
		if (l.text[3] != '-')
			return 0;
	}
	reply_set(r, "4.5.0", "the server's reply does not end");
	return -1;
}
