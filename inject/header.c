/*
 * header - see header.h.  Takes each octet once: time is linear in the header's
 * length, whatever is in it.
 */
#include <string.h>
#include <strings.h>

#include "header.h"

static const struct {
	const char	*name;
	int		 once;	/* RFC 5322 3.6: at most one */
} names[FIELD_COUNT] = {
	[FIELD_OTHER] = { "", 0 },
	[FIELD_RECEIVED] = { "Received", 0 },
	[FIELD_RETURN_PATH] = { "Return-Path", 0 },
	[FIELD_FROM] = { "From", 1 },
	[FIELD_RESENT_FROM] = { "Resent-From", 0 },
	[FIELD_SENDER] = { "Sender", 1 },
	[FIELD_RESENT_SENDER] = { "Resent-Sender", 0 },
	[FIELD_TO] = { "To", 1 },
	[FIELD_RESENT_TO] = { "Resent-To", 0 },
	[FIELD_CC] = { "Cc", 1 },
	[FIELD_RESENT_CC] = { "Resent-Cc", 0 },
	[FIELD_BCC] = { "Bcc", 1 },
	[FIELD_RESENT_BCC] = { "Resent-Bcc", 0 },
	[FIELD_REPLY_TO] = { "Reply-To", 1 },
	[FIELD_RESENT_REPLY_TO] = { "Resent-Reply-To", 0 },
	[FIELD_DATE] = { "Date", 1 },
	[FIELD_RESENT_DATE] = { "Resent-Date", 0 },
	[FIELD_MESSAGE_ID] = { "Message-ID", 1 },
	[FIELD_RESENT_MESSAGE_ID] = { "Resent-Message-ID", 0 },
	[FIELD_IN_REPLY_TO] = { "In-Reply-To", 1 },
	[FIELD_REFERENCES] = { "References", 1 },
	[FIELD_SUBJECT] = { "Subject", 1 }
};

const char *
header_name(enum field_id id)
{
	return names[id].name;
}

int
header_is_resent(enum field_id id)
{
	return strncmp(names[id].name, "Resent-", 7) == 0;
}

const char *
header_duplicate(const struct header *h)
{
	size_t i;

	for (i = 0; i < FIELD_COUNT; i++)
		if (names[i].once && h->count[i] > 1)
			return names[i].name;
	return NULL;
}

static enum field_id
find_id(const char *name, size_t length)
{
	size_t i;

	for (i = 1; i < FIELD_COUNT; i++)
		if (strlen(names[i].name) == length &&
		    strncasecmp(names[i].name, name, length) == 0)
			return (enum field_id)i;
	return FIELD_OTHER;
}

/* Octets of the field name a line begins with, 0 if it begins with none; *value
 * is where the value starts.  Blanks before the colon are obsolete (4.5.8). */
static size_t
name_length(const char *line, size_t length, size_t *value)
{
	size_t n = 0, colon;

	while (n < length && line[n] > ' ' && line[n] < 127 && line[n] != ':')
		n++;
	for (colon = n; colon < length &&
	    (line[colon] == ' ' || line[colon] == '\t');)
		colon++;
	*value = colon + 1;
	return colon < length && line[colon] == ':' ? n : 0;
}

static int
is_blank(const char *line, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		if (line[i] != ' ' && line[i] != '\t' && line[i] != '\n')
			return 0;
	return 1;
}

/*
 * Reads a line behind what is there.  1 and *length, its LF included; 0 at the
 * end or when there is no room, then *length is what there is of it; -1.
 */
static int
read_line(struct header *h, struct input *in, size_t *length,
    struct verdict *v)
{
	size_t begin = h->used;
	int more = 1;
	char c = '\0';

	while (c != '\n' && h->used < sizeof(h->data) - 1 &&
	    (more = input_fill(in, v)) == 1) {
		c = in->buf[in->start++];
		h->data[h->used++] = c;
	}
	if (more == 0 && h->used > begin && c != '\n') {
		h->data[h->used++] = '\n';
		c = '\n';
	}
	*length = h->used - begin;
	return more == -1 ? -1 : c == '\n';
}

/* Decides about the line behind the header: 1 it belongs to it, 0 it is the
 * empty line or blank and is dropped, -1 it is body. */
static int
judge(struct header *h, size_t length)
{
	char *line = h->data + h->length, *cr;
	size_t value, n;
	enum field_id id;

	if (line[0] == ' ' || line[0] == '\t') {
		if (h->length == 0)
			return -1;
		if (is_blank(line, length))
			return 0;
	} else {
		n = name_length(line, length, &value);
		if (n == 0)
			return -1;
		id = find_id(line, n);
		h->count[id]++;
		h->resent |= header_is_resent(id);
	}
	while ((cr = memchr(line, '\r', length)) != NULL)
		*cr = ' ';
	return 1;
}

int
header_read(struct header *h, struct input *in, struct verdict *v)
{
	int first = 1, whole, verdict;
	size_t length;

	h->length = h->used = 0;
	h->resent = 0;
	memset(h->count, 0, sizeof(h->count));
	for (;; first = 0) {
		whole = read_line(h, in, &length, v);
		if (whole == -1)
			return -1;
		if (length == 0)
			return 0;
		if (length == 1 && h->data[h->length] == '\n') {
			h->used = h->length;
			return 0;
		}
		if (first && whole &&
		    strncmp(h->data, "From ", 5) == 0) {
			h->used = 0;
			continue;
		}
		verdict = judge(h, length);
		if (verdict == -1)
			return 0;
		if (!whole)
			return verdict_fail(v, EX_DATAERR,
			    "the header is over 262144 octets", NULL);
		if (verdict == 1)
			h->length = h->used;
		else
			h->used = h->length;
	}
}

int
header_next(const struct header *h, size_t *at, struct field *f)
{
	const char *begin = h->data + *at, *lf = begin;
	size_t left = h->length - *at, value;

	if (left == 0)
		return 0;
	do {
		lf = memchr(lf, '\n', left - (size_t)(lf - begin));
		lf++;
	} while ((size_t)(lf - begin) < left && (*lf == ' ' || *lf == '\t'));
	f->name = begin;
	f->name_length = name_length(begin, left, &value);
	f->id = find_id(begin, f->name_length);
	f->value = begin + value;
	f->length = (size_t)(lf - f->value);
	*at += (size_t)(lf - begin);
	return 1;
}
