/*
 * input - see input.h.  Trusts no octet.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "input.h"

void
input_init(struct input *in, int fd, int keep_dots)
{
	in->fd = fd;
	in->keep_dots = keep_dots;
	in->ended = 0;
	in->bol = 1;
	in->dot = in->cr = 0;
	in->start = in->end = 0;
}

static void
put(struct input *in, char c)
{
	in->buf[in->end++] = c;
}

/* Two octets at most may be held back, so at most two more come out than go
 * in.  A run of CRs counts as one: some callers write CRCRLF. */
static void
take(struct input *in, char c)
{
	if (c == '\r') {
		in->cr = 1;
		return;
	}
	if (c == '\n') {
		in->ended = in->dot;
		in->cr = 0;
		in->bol = 1;
		if (!in->ended)
			put(in, '\n');
		return;
	}
	if (in->dot)
		put(in, '.');
	if (in->cr)
		put(in, '\r');
	in->dot = in->bol && !in->dot && !in->cr && c == '.' && !in->keep_dots;
	in->bol = in->cr = 0;
	if (!in->dot)
		put(in, c);
}

int
input_fill(struct input *in, struct verdict *v)
{
	char raw[INPUT_BYTES];
	struct pollfd ready = { in->fd, POLLIN, 0 };
	ssize_t n, i;

	if (in->start < in->end)
		return 1;
	in->start = in->end = 0;
	while (in->end == 0 && !in->ended) {
		n = read(in->fd, raw, sizeof(raw));
		if (n == -1 && errno == EINTR)
			continue;
		/* some callers share a pipe that they made non-blocking */
		if (n == -1 && errno == EAGAIN &&
		    (poll(&ready, 1, -1) != -1 || errno == EINTR))
			continue;
		if (n == -1)
			return verdict_errno(v, "cannot read the message",
			    errno);
		if (n == 0) {
			in->ended = 1;
			if (in->cr && !in->dot)
				put(in, '\n');
		} else if (memchr(raw, '\0', (size_t)n) != NULL) {
			return verdict_fail(v, EX_DATAERR,
			    "the message holds a NUL", NULL);
		}
		for (i = 0; i < n && !in->ended; i++)
			take(in, raw[i]);
	}
	return in->end > 0;
}
