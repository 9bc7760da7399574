/*
 * mime7_body - leaf bodies: which encoding they need, and the encoding of
 * RFC 2045 6.7 and 6.8.  A body under "8bit" is lines whatever its type, so a line
 * end is encoded as CRLF; the one before a boundary belongs to the boundary.
 */
#include <string.h>

#include "../lib/base64.h"
#include "mime7_state.h"

struct utf8 {
	unsigned int	need;		/* octets still missing */
	unsigned int	low, high;	/* the next one is between these */
	int		wrong;
};

int
mime7_eight(const char *p, const char *end)
{
	while (p < end && ((unsigned char)*p & 0x80) == 0)
		p++;
	return p < end;
}

/* RFC 3629 4. */
static void
utf8_octet(struct utf8 *u, unsigned int c)
{
	if (u->need > 0) {
		u->wrong |= c < u->low || c > u->high;
		u->need--;
		u->low = 0x80;
		u->high = 0xbf;
		return;
	}
	if (c < 0x80)
		return;
	u->wrong |= c < 0xc2 || c > 0xf4;
	u->need = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
	u->low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	u->high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
}

int
mime7_is_utf8(const char *text, size_t length)
{
	struct utf8 u = { 0, 0, 0, 0 };

	while (length-- > 0)
		utf8_octet(&u, (unsigned char)*text++);
	return !u.wrong && u.need == 0;
}

void
mime7_judge(struct mime7 *m, struct mime7_part *part)
{
	struct utf8 u = { 0, 0, 0, 0 };
	unsigned long long total = 0, eight = 0;
	int wide = 0;
	size_t i;

	while (mime7_next(m)) {
		for (i = 0; i < m->length; i++) {
			eight += (unsigned char)m->piece[i] >> 7;
			utf8_octet(&u, (unsigned char)m->piece[i]);
		}
		if (m->ends)
			utf8_octet(&u, '\n');
		total += m->length;
		wide |= !m->ends && m->length == MIME7_LINE;
	}
	if (eight == 0 && (!wide || part->declared == MIME7_BASE64))
		return;
	if (part->kind == MIME7_SEALED)
		mime7_refuse(m, "8-bit data in a part that must not change");
	else if (part->declared > MIME7_8BIT)
		mime7_refuse(m, "8-bit data in a part said to be encoded");
	part->encoding = eight <= total / 4 ? MIME7_QP : MIME7_BASE64;
	if (eight > 0 && part->kind == MIME7_TEXT && !part->labelled)
		part->charset = !u.wrong && u.need == 0 ? "utf-8" :
		    "unknown-8bit";
}

static void
base64_line(struct mime7 *m)
{
	char line[BASE64_LENGTH(sizeof(m->triple))];

	if (m->group > 0) {
		mime7_put(m, line, base64_encode(m->triple, m->group, line));
		mime7_put(m, "\n", 1);
	}
	m->group = 0;
}

static void
base64_octet(struct mime7 *m, char c)
{
	m->triple[m->group++] = c;
	if (m->group == sizeof(m->triple))
		base64_line(m);
}

/* One octet of a quoted-printable line, at most 76 with the soft break. */
static void
qp_put(struct mime7 *m, unsigned int c, int plain)
{
	static const char digits[] = "0123456789ABCDEF";
	char code[3];

	if (m->column + (plain ? 1 : 3) > 75) {
		mime7_put(m, "=\n", 2);
		m->column = 0;
		/* what was inside a line must not become a boundary */
		plain = plain && c != '-';
	}
	code[0] = plain ? (char)c : '=';
	code[1] = digits[c >> 4 & 15];
	code[2] = digits[c & 15];
	mime7_put(m, code, plain ? 1 : 3);
	m->column += plain ? 1 : 3;
}

/* A blank is written when it is known whether it ends its line. */
static void
qp_held(struct mime7 *m, int plain)
{
	if (m->held != 0)
		qp_put(m, (unsigned int)m->held, plain);
	m->held = 0;
}

static void
qp_octet(struct mime7 *m, unsigned int c)
{
	qp_held(m, 1);
	if (c == ' ' || c == '\t')
		m->held = (int)c;
	else
		qp_put(m, c, c > ' ' && c < 127 && c != '=');
}

static void
line_end(struct mime7 *m, enum mime7_encoding encoding)
{
	if (encoding == MIME7_BASE64) {
		base64_octet(m, '\r');
		base64_octet(m, '\n');
		return;
	}
	qp_held(m, 0);
	mime7_put(m, "\n", 1);
	m->column = 0;
}

void
mime7_body(struct mime7 *m, const struct mime7_part *part)
{
	int pending = 0;
	size_t i;

	m->column = 0;
	while (mime7_next(m)) {
		if (part->encoding == MIME7_7BIT) {
			mime7_put(m, m->piece, m->length);
			/* base64 may be broken anywhere; others are not wide */
			mime7_put(m, "\n", 1);
			continue;
		}
		if (pending)
			line_end(m, part->encoding);
		pending = m->ends;
		for (i = 0; i < m->length; i++) {
			if (part->encoding == MIME7_QP)
				qp_octet(m, (unsigned char)m->piece[i]);
			else
				base64_octet(m, m->piece[i]);
		}
	}
	if (pending && (m->met == -1 || part->encoding == MIME7_QP))
		line_end(m, part->encoding);
	qp_held(m, 0);
	base64_line(m);
}
