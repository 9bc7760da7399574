/*
 * dot - the only code that knows line ends and the dot (RFC 5321 2.3.8, 4.1.1.4,
 * 4.5.2; RFC 1939 3).  In files a line ends in LF, on the wire in CRLF.
 *
 * Decoding is strict: mail data ends at CRLF.CRLF and nowhere else.  Whatever
 * the octets, encoding yields lines that end in CRLF, with no other CR or LF,
 * and exactly one lone dot, the last line.
 */
#ifndef LIB_DOT_H
#define LIB_DOT_H

#include <stddef.h>

struct out;

enum dot_end {
	DOT_MORE,	/* all input used, the end is not there yet */
	DOT_END,	/* CRLF.CRLF; *used is just behind it */
	DOT_HANGUP	/* a lone dot with a wrong line end: what follows could be
			   taken for commands, so close the connection */
};

struct dot_in {
	int	state;
	int	normalize;	/* bare CR or LF ends a line (never the data) */
	int	bad;		/* a bare CR or LF (unless normalize) or a NUL was
				   met: the message must be refused at its end */
};

void dot_in_init(struct dot_in *, int normalize);

/*
 * Decodes length octets of wire at from into lines with LF at to, which has
 * room for length + 2.  Sets *used octets taken and *made octets written.
 */
enum dot_end dot_decode(struct dot_in *, const char *from, size_t length,
    size_t *used, char *to, size_t *made);

struct dot_out {
	struct out	*out;		/* NULL: only count */
	unsigned long long octets;	/* sent, without stuffed dots and without
					   the final dot: RFC 1870 5, RFC 1939 11 */
	char		 last;		/* the octet before, to know line starts */
};

void dot_out_init(struct dot_out *, struct out *);

/*
 * Sends octets of a file.  LF, CRLF and a lone CR are each one line end.
 */
void dot_encode(struct dot_out *, const char *, size_t);

/* Completes the last line.  dot_end_data() also sends the lone dot. */
void dot_end_line(struct dot_out *);
void dot_end_data(struct dot_out *);

#endif
