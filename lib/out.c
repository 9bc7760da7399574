/*
 * out - the one buffered writer.  Trusts no reader to read.
 */
#include "out.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#ifndef PIPE_BUF
#define PIPE_BUF _POSIX_PIPE_BUF
#endif

#define LINE_OCTETS	256	/* of a line that is copied here */

static void
start(struct out *o, int fd)
{
	const int yes = 1;
	struct timeval limit = { 0, 0 };

	o->fd = fd;
	o->used = 0;
	o->chunk = OUT_BYTES;
	if (o->timeout_ms == 0)
		return;
	limit.tv_sec = o->timeout_ms / 1000;
	/* A write to a socket waits no longer than this.  A pipe or terminal
	 * takes PIPE_BUF octets without waiting when poll() says so. */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) == -1)
		o->chunk = PIPE_BUF;
	else
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes,
		    sizeof(yes)); /* refused where it has no meaning */
}

void
out_file(struct out *o, int fd)
{
	o->timeout_ms = 0;
	o->error = 0;
	start(o, fd);
}

void
out_peer(struct out *o, int fd, unsigned int timeout_s)
{
	o->timeout_ms = timeout_s > 86400 ? 86400000 : (int)timeout_s * 1000;
	o->error = 0;
	start(o, fd);
}

void
out_change(struct out *o, int fd)
{
	start(o, fd);
}

static void
write_all(struct out *o, const char *from, size_t length)
{
	while (length > 0 && o->error == 0) {
		struct pollfd ready = { o->fd, POLLOUT, 0 };
		ssize_t n;

		if (o->timeout_ms != 0 && o->chunk == PIPE_BUF) {
			int events = poll(&ready, 1, o->timeout_ms);

			if (events == 0)
				o->error = ETIMEDOUT;
			else if (events == -1 && errno != EINTR)
				o->error = errno;
			if (events != 1)
				continue;
		}
		n = write(o->fd, from, length < o->chunk ? length : o->chunk);
		if (n > 0) {
			from += n;
			length -= (size_t)n;
		} else if (n == 0) {
			o->error = EIO;
		} else if (errno != EINTR) {
			o->error = errno == EAGAIN ? ETIMEDOUT : errno;
		}
	}
}

/* Most of what comes is a line: some memcpy()s, musl's for one, take longer to
 * begin than to copy it. */
static void
copy(char *to, const char *from, size_t length)
{
	size_t i;

	if (length > LINE_OCTETS) {
		memcpy(to, from, length);
		return;
	}
	for (i = 0; length - i >= 8; i += 8)
		memcpy(to + i, from + i, 8);	/* a load and a store */
	for (; i < length; i++)
		to[i] = from[i];
}

void
out_bytes(struct out *o, const void *bytes, size_t length)
{
	const char *from = bytes;

	while (length > 0) {
		size_t room = OUT_BYTES - o->used;
		size_t n = length < room ? length : room;

		if (o->used == 0 && length >= OUT_BYTES) {
			/* large blocks are not copied */
			n = length - length % OUT_BYTES;
			write_all(o, from, n);
		} else {
			copy(o->buf + o->used, from, n);
			o->used += n;
			if (o->used == OUT_BYTES)
				(void)out_flush(o); /* kept in o->error */
		}
		from += n;
		length -= n;
	}
}

void
out_text(struct out *o, const char *text)
{
	out_bytes(o, text, strlen(text));
}

int
out_flush(struct out *o)
{
	size_t used = o->used;

	o->used = 0;
	write_all(o, o->buf, used);
	if (o->error == 0)
		return 0;
	errno = o->error;
	return -1;
}

void
out_complaint(const char *who, const char *what, const char *why)
{
	struct out o;

	out_file(&o, 2);
	out_text(&o, who);
	out_text(&o, ": ");
	out_text(&o, what);
	if (why != NULL) {
		out_text(&o, ": ");
		out_text(&o, why);
	}
	out_text(&o, "\n");
	(void)out_flush(&o); /* nobody is left to be told */
}
