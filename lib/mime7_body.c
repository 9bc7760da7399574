/*
 * mime7_body - leaf bodies: which encoding they need, and the encoding of
 * RFC 2045 6.7 and 6.8, or more line breaks in what has it.  A body under
 * "8bit" is lines whatever its type, so a line end is encoded as CRLF; the one
 * before a boundary belongs to the boundary.
 */
#include <string.h>

#include "base64.h"
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

/* Decides what is done about a body; eight and wide are what must not be. */
static void
decide(struct mime7 *m, struct mime7_part *part, int eight, int wide)
{
	static const char sealed[] =
	    "8-bit data in a part that must not change";

	if (part->kind != MIME7_SEALED && part->declared <= MIME7_8BIT) {
		part->encoding = MIME7_QP;
		m->changed = 1;
	} else if (eight) {
		mime7_refuse(m, part->kind == MIME7_SEALED ? sealed :
		    "8-bit data in a part said to be encoded");
	} else if (wide && part->kind != MIME7_SEALED &&
	    part->declared != MIME7_UNKNOWN) {
		part->rewrap = 1;
		m->changed = 1;
	} else {
		mime7_leave(m, "a line is too long in a part that must not "
		    "change");
	}
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
		wide |= mime7_is_long(m);
	}
	wide = wide && (m->what & MIME7_LONG);
	if (wide || (eight > 0 && (m->what & MIME7_EIGHT)))
		decide(m, part, eight > 0 && (m->what & MIME7_EIGHT), wide);
	if (part->encoding == MIME7_7BIT)
		return;
	if (eight > total / 4)
		part->encoding = MIME7_BASE64;
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

/*
 * One octet of a line that is encoded and too long.  Blanks count for nothing
 * in base64; one keeps what was inside a line from becoming a boundary.
 */
static void
wrap_octet(struct mime7 *m, char c, int qp)
{
	size_t need = !qp ? 0 : c == '=' ? 3 : 1;

	if (m->escape > 0) {
		m->escape--;
	} else {
		if (m->column + need > 75) {
			mime7_puts(m, qp ? "=\n" : c == '-' ? "\n " : "\n");
			m->column = 0;
			if (qp && c == '-') {
				qp_put(m, '-', 0);
				return;
			}
		}
		m->escape = qp && c == '=' ? 2 : 0;
	}
	mime7_put(m, &c, 1);
	m->column++;
}

static void
pass(struct mime7 *m, const struct mime7_part *part)
{
	size_t i;

	if (!part->rewrap || !mime7_is_long(m)) {
		mime7_put(m, m->piece, m->length);
	} else {
		for (i = 0; i < m->length; i++)
			wrap_octet(m, m->piece[i], part->declared == MIME7_QP);
	}
	if (m->ends) {
		mime7_put(m, "\n", 1);
		m->column = 0;
		m->escape = 0;
	}
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
	m->escape = 0;
	while (mime7_next(m)) {
		if (part->encoding == MIME7_7BIT) {
			pass(m, part);
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
