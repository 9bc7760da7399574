/*
 * mime7_type - Content-Type (RFC 2045 5.1, 2046) as found in real mail: folded,
 * quoted, with comments, or wrong; and parameters with 8-bit values.
 */
#include <string.h>
#include <strings.h>

#include "text.h"
#include "mime7_state.h"

#define NAME_MAX_OCTETS	40	/* of a parameter's name that we can rewrite */
#define SECTION		74	/* octets of one section of a parameter */

/* Skips blanks, line ends and comments. */
static const char *
skip(const char *p, const char *end)
{
	size_t depth = 0;

	for (; p < end; p++) {
		if (*p == '(')
			depth++;
		else if (*p == ')' && depth > 0)
			depth--;
		else if (*p == '\\' && depth > 0 && p + 1 < end)
			p++;
		else if (depth == 0 && *p != ' ' && *p != '\t' && *p != '\n')
			break;
	}
	return p;
}

static const char *
token(const char *p, const char *end, const char *stop)
{
	while (p < end && *p != '\0' && strchr(stop, *p) == NULL)
		p++;
	return p;
}

/* The ";" that ends this parameter, or end. */
static const char *
parameter_end(const char *p, const char *end)
{
	int quoted = 0;

	for (; p < end && (quoted || *p != ';'); p++) {
		if (*p == '"')
			quoted = !quoted;
		else if (*p == '\\' && quoted && p + 1 < end)
			p++;
		else if (*p == '(' && !quoted)
			p = skip(p, end) - 1;
	}
	return p;
}

static int
same(const char *text, const char *end, const char *word)
{
	return (size_t)(end - text) == strlen(word) &&
	    strncasecmp(text, word, strlen(word)) == 0;
}

/* RFC 2046 5.1.1: a boundary never ends in a blank. */
static void
set_boundary(struct mime7_boundary *b, const char *p, const char *end)
{
	int quoted = *p == '"';

	b->length = 0;
	for (p += quoted; p < end && (!quoted || *p != '"'); p++) {
		if (*p == '\\' && quoted && p + 1 < end)
			p++;
		if (*p == '\n')
			continue;
		if (b->length == sizeof(b->text)) {
			b->length = 0;
			return;
		}
		b->text[b->length++] = *p;
	}
	while (b->length > 0 && (b->text[b->length - 1] == ' ' ||
	    b->text[b->length - 1] == '\t'))
		b->length--;
}

static void
read_parameter(struct mime7 *m, struct mime7_part *part, const char *name,
    const char *end)
{
	const char *name_end = token(name, end, " \t\n=(;\"");
	const char *value = skip(name_end, end), *value_end;

	if (value == end || *value != '=')
		return;
	value = skip(value + 1, end);
	value_end = value == end || *value == '"' ? end :
	    token(value, end, " \t\n(");
	if (value < end && same(name, name_end, "boundary") &&
	    part->boundary.length == 0)
		set_boundary(&part->boundary, value, value_end);
	if (!same(name, name_end, "charset") || part->labelled ||
	    part->charset_length > 0)
		return;
	part->charset_at = (size_t)(value - m->field);
	part->charset_length = (size_t)(value_end - value);
	part->labelled = !same(value, value_end, "us-ascii") &&
	    !same(value, value_end, "\"us-ascii\"") && value < value_end;
}

static enum mime7_kind
kind_of(const char *type, const char *type_end, const char *sub,
    const char *end, size_t boundary)
{
	if (same(type, type_end, "text"))
		return MIME7_TEXT;
	if (same(type, type_end, "multipart")) {
		if (boundary == 0 || same(sub, end, "signed") ||
		    same(sub, end, "encrypted"))
			return MIME7_SEALED;
		return same(sub, end, "digest") ? MIME7_DIGEST :
		    MIME7_MULTIPART;
	}
	if (same(type, type_end, "message")) {
		if (same(sub, end, "rfc822") || same(sub, end, "global"))
			return MIME7_MESSAGE;
		/* RFC 2045 6.4 allows the others no encoding; RFC 6533 does */
		return end - sub > 7 && strncasecmp(sub, "global-", 7) == 0 ?
		    MIME7_DATA : MIME7_SEALED;
	}
	if (same(type, type_end, "application") && (same(sub, end,
	    "pkcs7-mime") || same(sub, end, "x-pkcs7-mime")))
		return MIME7_SEALED;
	return MIME7_DATA;
}

void
mime7_type(struct mime7 *m, struct mime7_part *part)
{
	const char *end = m->field + m->used;
	const char *type = token(m->field, end, ":"), *type_end, *sub, *sub_end;
	const char *p;

	type = skip(type + 1, end);
	type_end = token(type, end, " \t\n/;(\"");
	sub = skip(type_end, end);
	part->typed = type_end > type && sub < end && *sub == '/';
	if (!part->typed)
		return;
	sub = skip(sub + 1, end);
	sub_end = token(sub, end, " \t\n;(\"");
	for (p = parameter_end(sub_end, end); p < end; ) {
		p = skip(p + 1, end);
		read_parameter(m, part, p, parameter_end(p, end));
		p = parameter_end(p, end);
	}
	part->kind = kind_of(type, type_end, sub, sub_end,
	    part->boundary.length);
}

void
mime7_set_charset(struct mime7 *m, const struct mime7_part *part)
{
	static const char add[] = ";\n charset=";
	size_t n = strlen(part->charset), at = part->charset_at;
	size_t old = part->charset_length;

	if (m->used + sizeof(add) + n > sizeof(m->field)) {
		mime7_refuse(m, "a header field is too long to convert");
		return;
	}
	if (at == 0) {
		while (strchr(" \t\n;", m->field[m->used - 1]) != NULL)
			m->used--;
		memcpy(m->field + m->used, add, sizeof(add) - 1);
		at = m->used + sizeof(add) - 1;
		m->used = at;
		old = 0;
		m->field[m->used++] = '\n';
	}
	memmove(m->field + at + n, m->field + at + old, m->used - at - old);
	memcpy(m->field + at, part->charset, n);
	m->used = m->used - old + n;
}

static int
plain(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z') || (c != '\0' && strchr("-._", c) != NULL);
}

static void
add_octet(struct text *t, unsigned char c)
{
	static const char digits[] = "0123456789ABCDEF";
	char code[3];

	code[0] = plain(c) ? (char)c : '%';
	code[1] = digits[c >> 4];
	code[2] = digits[c & 15];
	text_add_bytes(t, code, plain(c) ? 1 : 3);
}

/* Sends name*=charset''text, or sections of it, cut between characters. */
static void
extended(struct mime7 *m, const char *name, const char *text, size_t length)
{
	int utf8 = mime7_is_utf8(text, length);
	char data[SECTION + 6];
	struct text t;
	unsigned int section;
	size_t left = length * 3;

	for (section = 0; length > 0 && !mime7_stopped(m); section++) {
		text_init(&t, data, sizeof(data));
		text_add(&t, name);
		if (section > 0 || left > SECTION / 2) {
			text_add(&t, "*");
			text_add_number(&t, section, 1);
		}
		text_add(&t, "*=");
		if (section == 0)
			text_add(&t, utf8 ? "utf-8''" : "unknown-8bit''");
		for (; length > 0; text++, length--) {
			if ((!utf8 || ((unsigned char)*text & 0xc0) != 0x80) &&
			    t.used + 12 > SECTION)
				break;
			add_octet(&t, (unsigned char)*text);
		}
		mime7_word(m, " ", 1, data, t.used);
		if (length > 0)
			mime7_word(m, "", 0, ";", 1);
	}
}

static void
parameter(struct mime7 *m, char *p, char *end)
{
	char *equals = memchr(p, '=', (size_t)(end - p)), *value;
	char name[NAME_MAX_OCTETS + 1];
	size_t n;

	n = equals == NULL ? 0 : (size_t)(token(p, equals, " \t(*") - p);
	if (n == 0 || n >= sizeof(name) || mime7_eight(p, equals) ||
	    memchr(p, '*', (size_t)(equals - p)) != NULL) {
		mime7_refuse(m, "8-bit octets beside a parameter value");
		return;
	}
	memcpy(name, p, n);
	name[n] = '\0';
	for (value = equals + 1; value < end && *value == ' '; value++)
		continue;
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	if (value < end && *value == '"')
		end = value + mime7_unquote(value,
		    mime7_token_end(value, end), 0);
	extended(m, name, value, (size_t)(end - value));
}

void
mime7_parameters(struct mime7 *m, char *p, char *end)
{
	char *stop = p + (parameter_end(p, end) - p);

	mime7_structured(m, p, stop, 0);
	while (stop < end && !mime7_stopped(m)) {
		mime7_word(m, "", 0, ";", 1);
		for (p = stop + 1; p < end && (*p == ' ' || *p == '\t'); p++)
			continue;
		stop = p + (parameter_end(p, end) - p);
		if (mime7_eight(p, stop))
			parameter(m, p, stop);
		else if (p < stop)
			mime7_word(m, " ", 1, p, (size_t)(stop - p));
	}
}
