/*
 * complete - see complete.h.  Existing fields pass as they are, but for
 * "@defaulthost" behind bare names, and folding where a line is too long.
 */
#include <string.h>
#include <strings.h>

#include "../lib/address.h"
#include "../lib/date.h"
#include "../lib/mime7.h"
#include "../lib/spool.h"
#include "../lib/text.h"

#include "complete.h"
#include "fields.h"
#include "identity.h"

#define LINE_LONG	900	/* an address-list is folded behind this */

/* Lines on their way out; one that grows too long is cut at its last blank. */
struct fold {
	struct spool_file *file;
	size_t	 used;
	size_t	 blank;		/* of the last blank behind text, or 0 */
	int	 ink;		/* something else than blanks is in the line */
	int	 failed;
	char	 line[MIME7_LINE + 1];
};

static void
put_octet(struct fold *f, char c)
{
	if (c == '\n') {
		f->line[f->used++] = '\n';
		spool_write(f->file, f->line, f->used);
		f->used = f->blank = 0;
		f->ink = 0;
		return;
	}
	if (f->used == MIME7_LINE && f->blank > 0) {
		spool_write(f->file, f->line, f->blank);
		spool_write(f->file, "\n", 1);
		f->used -= f->blank;
		memmove(f->line, f->line + f->blank, f->used);
		f->blank = 0;
	}
	if (f->used == MIME7_LINE) {
		f->failed = 1;
		return;
	}
	if ((c == ' ' || c == '\t') && f->ink)
		f->blank = f->used;
	else if (c != ' ' && c != '\t')
		f->ink = 1;
	f->line[f->used++] = c;
}

static void
put_bytes(struct fold *f, const char *from, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		put_octet(f, from[i]);
}

static void
put(struct fold *f, const char *text)
{
	put_bytes(f, text, strlen(text));
}

/* Encoded words (RFC 2047 5 (3)) of at most 75 octets, cut between
 * characters. */
static void
put_encoded(struct fold *f, const char *name)
{
	static const char hex[] = "0123456789ABCDEF", begin[] = "=?utf-8?Q?";
	size_t length = sizeof(begin) - 1;
	const char *p;

	put(f, begin);
	for (p = name; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		/* the longest character is four octets, twelve here */
		if (length > 75 - 2 - 12 && (c & 0xc0) != 0x80) {
			put(f, "?= ");
			put(f, begin);
			length = sizeof(begin) - 1;
		}
		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z')) {
			put_octet(f, *p);
			length++;
		} else {
			put(f, "=");
			put_octet(f, hex[c >> 4]);
			put_octet(f, hex[c & 15]);
			length += 3;
		}
	}
	put(f, "?=");
}

/* A display-name: a quoted-string unless it is atoms and blanks. */
static void
put_phrase(struct fold *f, const char *name)
{
	const char *p = name;

	while (*p != '\0' && (unsigned char)*p < 128)
		p++;
	if (*p != '\0') {
		put_encoded(f, name);
		return;
	}
	if (strpbrk(name, "()<>[]:;@\\,.\"") == NULL) {
		put(f, name);
		return;
	}
	put(f, "\"");
	for (p = name; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			put(f, "\\");
		put_octet(f, *p);
	}
	put(f, "\"");
}

static void
put_from(struct fold *f, const struct complete *c, const char *name)
{
	put(f, name);
	if (c->identity->name[strspn(c->identity->name, " ")] != '\0') {
		put_phrase(f, c->identity->name);
		put(f, " <");
		put(f, c->address);
		put(f, ">\n");
	} else {
		put(f, c->address);
		put(f, "\n");
	}
}

static void
put_date(struct fold *f, const struct complete *c, const char *name)
{
	char date[DATE_MAX];
	struct text text;

	text_init(&text, date, sizeof(date));
	date_add_local(&text, c->now);
	put(f, name);
	put(f, date);
	put(f, "\n");
}

static void
put_message_id(struct fold *f, const struct complete *c, const char *name)
{
	put(f, name);
	put(f, c->id);
	put(f, "@");
	put(f, c->me);
	put(f, ">\n");
}

static int
count_mailbox(void *context, const struct fields_mailbox *m)
{
	(void)m;
	++*(size_t *)context;
	return 0;
}

/* RFC 5322 3.6.2: From with several authors needs a Sender. */
static int
needs_sender(const struct complete *c)
{
	const struct header *h = c->header;
	size_t at = 0, authors = 0;
	struct field f;

	if (h->count[FIELD_SENDER] != 0)
		return 0;
	while (header_next(h, &at, &f))
		if (f.id == FIELD_FROM && fields_mailboxes(f.value, f.length,
		    c->defaulthost, count_mailbox, &authors) == -1)
			return 0;
	return authors > 1;
}

/* The original fields of a message that is resent are another's (3.6.6). */
static void
add_missing(struct fold *f, const struct complete *c)
{
	const struct header *h = c->header;

	if (h->resent) {
		if (h->count[FIELD_RESENT_DATE] == 0)
			put_date(f, c, "Resent-Date: ");
		if (h->count[FIELD_RESENT_FROM] == 0)
			put_from(f, c, "Resent-From: ");
		if (h->count[FIELD_RESENT_MESSAGE_ID] == 0)
			put_message_id(f, c, "Resent-Message-ID: <");
		return;
	}
	if (h->count[FIELD_DATE] == 0)
		put_date(f, c, "Date: ");
	if (h->count[FIELD_FROM] == 0)
		put_from(f, c, "From: ");
	else if (needs_sender(c)) {
		put(f, "Sender: ");
		put(f, c->address);
		put(f, "\n");
	}
	if (h->count[FIELD_MESSAGE_ID] == 0)
		put_message_id(f, c, "Message-ID: <");
}

struct qualify {
	struct fold	*fold;
	const char	*host;
	const char	*done;		/* the value is written up to here */
};

static int
qualify_mailbox(void *context, const struct fields_mailbox *m)
{
	struct qualify *q = context;

	put_bytes(q->fold, q->done, (size_t)(m->begin - q->done));
	q->done = m->begin;
	if (q->fold->used > LINE_LONG && *m->begin != '\n')
		put(q->fold, strchr(" \t", *m->begin) ? "\n" : "\n ");
	if (m->bare != NULL) {
		put_bytes(q->fold, q->done, (size_t)(m->bare - q->done));
		q->done = m->bare;
		put(q->fold, "@");
		put(q->fold, q->host);
	}
	return 0;
}

static int
is_known_list(void *context, const struct fields_mailbox *m)
{
	(void)context, (void)m;
	return 0;
}

static int
has_addresses(const struct complete *c, enum field_id id)
{
	if (id < FIELD_FROM || id > FIELD_RESENT_REPLY_TO)
		return 0;
	return !c->header->resent || header_is_resent(id);
}

static void
put_field(struct fold *f, const struct complete *c, const struct field *field)
{
	struct qualify q = { f, c->defaulthost, field->value };

	put_bytes(f, field->name, field->name_length);
	put(f, ":");
	/* What is no address-list passes as it is. */
	if (has_addresses(c, field->id) &&
	    fields_mailboxes(field->value, field->length, c->defaulthost,
	    is_known_list, NULL) == 0)
		(void)fields_mailboxes(field->value, field->length,
		    c->defaulthost, qualify_mailbox, &q);
	put_bytes(f, q.done,
	    (size_t)(field->value + field->length - q.done));
}

static int
is_dropped(enum field_id id)
{
	return id == FIELD_RETURN_PATH || id == FIELD_BCC ||
	    id == FIELD_RESENT_BCC;
}

int
complete_header(const struct complete *c, struct spool_file *file,
    struct verdict *v)
{
	struct fold f = { 0 };
	struct field field;
	size_t at = 0;

	f.file = file;
	add_missing(&f, c);
	while (header_next(c->header, &at, &field))
		if (!is_dropped(field.id))
			put_field(&f, c, &field);
	return f.failed ? verdict_fail(v, EX_DATAERR, "a header line is over "
	    "998 octets and has no blank to fold it at", NULL) : 0;
}
