/*
 * bounce - writes delivery status notifications into the spool.
 *
 * Trusts nothing in the original: it is attached, its octets are checked for
 * what a queue file may not hold, and no line of it can end its part.
 */
#include "bounce.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/date.h"
#include "../lib/received.h"
#include "../lib/text.h"
#include "bouncereport.h"

#define HEADER_BYTES	16384	/* of an attached header */

static const char *const subjects[] = {
	[BOUNCE_FAILED] = "Mail could not be delivered",
	[BOUNCE_DELAYED] = "Mail is delayed, and will be tried again",
	[BOUNCE_RELAYED] = "Mail was passed on",
	[BOUNCE_DELIVERED] = "Mail was delivered",
};

void
bounce_put(struct bounce *b, const char *text)
{
	spool_write(&b->file, text, strlen(text));
}

void
bounce_put_clean(struct bounce *b, const char *text, int utf8)
{
	char c;

	for (; *text != '\0'; text++) {
		c = *text;
		if ((c & 0x80) != 0 ? !utf8 : c < ' ' || c == 127)
			c = '?';
		spool_write(&b->file, &c, 1);
	}
}

void
bounce_put_date(struct bounce *b, const char *name, time_t when)
{
	char date[DATE_MAX];
	struct text t;

	text_init(&t, date, sizeof(date));
	date_add_local(&t, when);
	bounce_put(b, name);
	bounce_put(b, ": ");
	bounce_put(b, date);
	bounce_put(b, "\n");
}

/* Octets of the header in what was read, without the blank line. */
static size_t
header_length(const struct bounce *b)
{
	const char *p = b->original, *end = b->original + b->length;

	while (p < end && *p != '\n') {
		p = memchr(p, '\n', (size_t)(end - p));
		if (p == NULL)
			return b->length;
		p++;
	}
	return (size_t)(p - b->original);
}

/* Reads as much as may be attached.  0, or -1 with errno. */
static int
read_original(struct bounce *b)
{
	off_t at = b->message->envelope->message;
	struct stat st;
	ssize_t n = 1;

	b->length = 0;
	if (fstat(b->message->fd, &st) == -1)
		return -1;
	while (n != 0 && b->length < sizeof(b->original) - 1) {
		n = pread(b->message->fd, b->original + b->length,
		    sizeof(b->original) - 1 - b->length,
		    at + (off_t)b->length);
		if (n == -1 && errno != EINTR)
			return -1;
		b->length += n > 0 ? (size_t)n : 0;
	}
	b->whole = st.st_size - at <= (off_t)b->length;
	return 0;
}

/* True if the sender asked for the header only (RFC 3461 4.3). */
static int
wants_header(const struct bounce *b)
{
	size_t length;
	const char *ret = envelope_option(b->message->envelope->options, "RET",
	    &length);

	return ret != NULL && length == 4 && strncasecmp(ret, "HDRS", 4) == 0;
}

/* Cuts what was read to what is attached, and looks what octets it has. */
static void
prepare_original(struct bounce *b)
{
	size_t i, header = header_length(b);

	if (b->action != BOUNCE_FAILED || wants_header(b))
		b->whole = 0;
	if (!b->whole) {
		b->length = header < HEADER_BYTES ? header : HEADER_BYTES;
		if (b->length < header)		/* never in a line's middle */
			while (b->length > 0 &&
			    b->original[b->length - 1] != '\n')
				b->length--;
	}
	if (b->length > 0 && b->original[b->length - 1] != '\n')
		b->original[b->length++] = '\n';
	for (i = 0; i < b->length; i++) {
		if (b->original[i] == '\r' || b->original[i] == '\0')
			b->original[i] = ' ';
		if ((b->original[i] & 0x80) != 0)
			b->eight = 1;
	}
}

/* True if a line of what is attached is the text. */
static int
has_line(const struct bounce *b, const char *text, size_t length)
{
	const char *p = b->original, *end = p + length, *lf;
	size_t n = strlen(text);

	for (; p < end; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (lf == NULL)
			lf = end;
		if ((size_t)(lf - p) >= n && memcmp(p, text, n) == 0)
			return 1;
	}
	return 0;
}

/* The mark of a notification to the postmaster: if that cannot be delivered
 * either, the next one would go the same way for ever. */
static void
loop_mark(const struct bounce *b, struct text *t)
{
	text_add(t, "X-Loop: postmaster@");
	text_add(t, b->me);
}

static int
is_loop(const struct bounce *b)
{
	char mark[ADDRESS_DOMAIN_MAX + 40];
	struct text t;

	text_init(&t, mark, sizeof(mark));
	loop_mark(b, &t);
	return has_line(b, mark, header_length(b));
}

/* Makes a boundary that no line of the original begins with. */
static void
make_boundary(struct bounce *b)
{
	do {
		(void)memcpy(b->boundary, "--=_", sizeof("--=_"));
		unique_id(b->boundary + 4);
	} while (has_line(b, b->boundary, b->length));
}

static int
is_eight(const char *s)
{
	while (*s != '\0' && (*s & 0x80) == 0)
		s++;
	return *s != '\0';
}

static void
put_header(struct bounce *b)
{
	char line[RECEIVED_MAX];
	struct text t;
	time_t now = time(NULL);

	text_init(&t, line, sizeof(line));
	received_add(&t, NULL, b->me, NULL, b->file.id, NULL, now);
	bounce_put(b, line);
	bounce_put_date(b, "Date", now);
	bounce_put(b, "From: Mail Delivery System <MAILER-DAEMON@");
	bounce_put(b, b->me);
	bounce_put(b, ">\nTo: ");
	bounce_put(b, b->to);
	bounce_put(b, "\nSubject: ");
	bounce_put(b, b->doubled ? "A bounce could not be delivered" :
	    subjects[b->action]);
	bounce_put(b, "\nMessage-ID: <");
	bounce_put(b, b->file.id);
	bounce_put(b, "@");
	bounce_put(b, b->me);
	bounce_put(b, ">\nAuto-Submitted: auto-replied\n");
	if (b->doubled) {
		text_init(&t, line, sizeof(line));
		loop_mark(b, &t);
		bounce_put(b, line);
		bounce_put(b, "\n");
	}
	bounce_put(b, "MIME-Version: 1.0\nContent-Type: multipart/report; "
	    "report-type=delivery-status;\n\tboundary=\"");
	bounce_put(b, b->boundary + 2);
	bounce_put(b, b->utf8 || b->eight ?
	    "\"\nContent-Transfer-Encoding: 8bit\n" : "\"\n");
}

static void
put_part(struct bounce *b, const char *type, int eight)
{
	bounce_put(b, "\n");
	bounce_put(b, b->boundary);
	bounce_put(b, "\nContent-Type: ");
	bounce_put(b, type);
	bounce_put(b, eight ? "\nContent-Transfer-Encoding: 8bit\n\n" :
	    "\n\n");
}

static void
put_message(struct bounce *b)
{
	put_header(b);
	put_part(b, b->utf8 ? "text/plain; charset=utf-8" :
	    "text/plain; charset=us-ascii", b->utf8);
	bouncereport_text(b);
	put_part(b, b->utf8 ? "message/global-delivery-status" :
	    "message/delivery-status", b->utf8);
	bouncereport_status(b);
	put_part(b, b->whole ?
	    (b->utf8 ? "message/global" : "message/rfc822") :
	    (b->utf8 ? "message/global-headers" : "text/rfc822-headers"),
	    b->eight);
	spool_write(&b->file, b->original, b->length);
	bounce_put(b, "\n");
	bounce_put(b, b->boundary);
	bounce_put(b, "--\n");
}

int
bounce_write(struct spool *spool, const char *me, const char *postmaster,
    enum bounce_action action, const struct bounce_message *message,
    const struct bounce_recipient *recipients, size_t n)
{
	static struct bounce b;
	size_t i;

	b.me = me;
	b.to = message->envelope->sender;
	b.doubled = b.to[0] == '\0';
	b.action = action;
	b.message = message;
	b.recipients = recipients;
	b.count = n;
	if (b.doubled)
		b.to = postmaster != NULL && *postmaster != '\0' ? postmaster :
		    "postmaster";
	if (n == 0 || (b.doubled && action != BOUNCE_FAILED))
		return 1;
	b.utf8 = is_eight(b.to);
	for (i = 0; i < n; i++)
		b.utf8 |= is_eight(recipients[i].address);
	b.eight = 0;
	if (read_original(&b) == -1)
		return -1;
	if (b.doubled && is_loop(&b))
		return 1;
	prepare_original(&b);
	make_boundary(&b);
	spool_begin(&b.file, spool, me);
	spool_sender(&b.file, "", b.utf8 ? "BODY=8BITMIME SMTPUTF8" :
	    b.eight ? "BODY=8BITMIME" : "");
	spool_recipient(&b.file, b.to, "NOTIFY=NEVER");
	put_message(&b);
	return spool_commit(&b.file);
}
