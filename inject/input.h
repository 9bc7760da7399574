/*
 * input - the message on standard input, in chunks of constant size, in
 * canonical form: lines end in LF, whether they came with LF or CRLF, and a
 * lone dot ends the message unless it may not.  What is left as CR is a CR that
 * ended no line; header and body judge it differently.
 */
#ifndef INJECT_INPUT_H
#define INJECT_INPUT_H

#include <stddef.h>

#include "verdict.h"

#define INPUT_BYTES	16384

struct input {
	int	fd;
	int	keep_dots;	/* a lone dot is a line like others (-i) */
	int	ended;
	int	bol, dot, cr;	/* at a line's start; held back: "." and CR */
	size_t	start, end;	/* canonical octets: buf[start..end) */
	char	buf[INPUT_BYTES + 2];
};

void input_init(struct input *, int fd, int keep_dots);

/*
 * Makes sure that something is in the buffer; the caller advances start.  1; 0
 * at the end of the message; -1 with the verdict (reading failed, or a NUL).
 */
int input_fill(struct input *, struct verdict *);

#endif
