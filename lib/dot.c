/*
 * dot - line ends and the dot.  Trusts neither the wire nor the file.
 */
#include "dot.h"

#include <string.h>

#include "octets.h"
#include "out.h"

/* Where in the wire's grammar the decoder stands. */
enum {
	LINE,		/* behind CRLF: a dot may be the end */
	TEXT,		/* inside a line */
	TEXT_CR,	/* ... behind its CR */
	DOT,		/* a dot behind CRLF */
	DOT_CR,		/* ... and a CR */
	BARE,		/* behind a CR or LF that stood alone */
	BARE_DOT	/* ... and a dot */
};

void
dot_in_init(struct dot_in *d, int normalize)
{
	d->state = LINE;
	d->normalize = normalize;
	d->bad = 0;
}

static void
put(char *to, size_t *made, char c)
{
	to[(*made)++] = c;
}

/*
 * Takes a CR or LF that stands alone.  Behind a lone dot that is DOT_HANGUP:
 * another reader of this stream might see an end of data here.
 */
static enum dot_end
bare(struct dot_in *d, char *to, size_t *made, int lone_dot)
{
	d->state = BARE;
	if (!d->normalize) {
		d->bad = 1;
		if (lone_dot)
			return DOT_HANGUP;
	} else if (lone_dot) {
		put(to, made, '.');
	}
	put(to, made, '\n');
	return DOT_MORE;
}

/* Takes the octet c in any state but TEXT's plain run. */
static enum dot_end
step(struct dot_in *d, char c, char *to, size_t *made)
{
	int dot = d->state == DOT || d->state == DOT_CR ||
	    d->state == BARE_DOT;

	if (d->state == TEXT_CR || d->state == DOT_CR) {
		enum dot_end end;

		if (c == '\n' && dot)
			return DOT_END;
		if (c == '\n') {
			put(to, made, '\n');
			d->state = LINE;
			return DOT_MORE;
		}
		end = bare(d, to, made, dot);
		return end != DOT_MORE ? end : step(d, c, to, made);
	}
	if (c == '\n' || (c == '\r' && d->state == BARE_DOT && !d->normalize))
		return bare(d, to, made, dot);
	if (c == '\r') {
		/* A lone dot behind a bare line end is text when normalizing. */
		if (d->state == BARE_DOT)
			put(to, made, '.');
		d->state = d->state == DOT ? DOT_CR : TEXT_CR;
		return DOT_MORE;
	}
	if (c == '.' && (d->state == LINE || d->state == BARE)) {
		d->state = d->state == LINE ? DOT : BARE_DOT;
		return DOT_MORE;
	}
	/* Text; the dot that stood before it was stuffed. */
	if (c == '\0')
		d->bad = 1;
	put(to, made, c);
	d->state = TEXT;
	return DOT_MORE;
}

/* Where the text at p stops: at a CR, an LF or end.  *nul: a NUL is in it. */
static const char *
run_end(const char *p, const char *end, int *nul)
{
	while ((p = octets_control(p, end)) < end && *p != '\r' && *p != '\n')
		*nul |= *p++ == '\0';
	return p;
}

enum dot_end
dot_decode(struct dot_in *d, const char *from, size_t length, size_t *used,
    char *to, size_t *made)
{
	const char *p = from;
	const char *end = from + length;
	enum dot_end result = DOT_MORE;

	*made = 0;
	while (p < end && result == DOT_MORE) {
		const char *stop;

		if (d->state != TEXT || *p == '\r' || *p == '\n') {
			result = step(d, *p++, to, made);
			continue;
		}
		stop = run_end(p, end, &d->bad);
		memcpy(to + *made, p, (size_t)(stop - p));
		*made += (size_t)(stop - p);
		p = stop;
	}
	*used = (size_t)(p - from);
	return result;
}

void
dot_out_init(struct dot_out *d, struct out *out)
{
	d->out = out;
	d->octets = 0;
	d->last = '\n';
}

static void
line_end(struct dot_out *d)
{
	if (d->out != NULL)
		out_bytes(d->out, "\r\n", 2);
	d->octets += 2;
}

void
dot_encode(struct dot_out *d, const char *from, size_t length)
{
	const char *p = from;
	const char *end = from + length;
	int nul = 0;	/* is text here */

	while (p < end) {
		const char *stop;

		if (*p == '\r' || *p == '\n') {
			if (*p == '\r' || d->last != '\r')
				line_end(d);
			d->last = *p++;
			continue;
		}
		stop = run_end(p, end, &nul);
		if (d->out != NULL) {
			if (*p == '.' && (d->last == '\n' || d->last == '\r'))
				out_bytes(d->out, ".", 1);
			out_bytes(d->out, p, (size_t)(stop - p));
		}
		d->octets += (size_t)(stop - p);
		d->last = stop[-1];
		p = stop;
	}
}

void
dot_end_line(struct dot_out *d)
{
	if (d->last != '\n' && d->last != '\r')
		line_end(d);
	d->last = '\n';
}

void
dot_end_data(struct dot_out *d)
{
	dot_end_line(d);
	if (d->out != NULL)
		out_text(d->out, ".\r\n");
}
