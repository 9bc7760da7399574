/*
 * in - the one reader of peers.  Trusts nothing it reads.
 */
#include "in.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "out.h"

void
in_init(struct in *in, int fd, struct out *out)
{
	in->fd = fd;
	in->stop_fd = -1;
	in->out = out;
	in->chunk = IN_BYTES;
	in->ahead = NULL;
	in->deadline_ms = LLONG_MAX;
	in->session_ms = LLONG_MAX;
	in->start = in->end = 0;
}

void
in_change(struct in *in, int fd)
{
	in->fd = fd;
	in->start = in->end = 0;
}

void
in_deadline(struct in *in, unsigned int s)
{
	in->deadline_ms = clock_ms() + (long long)s * 1000;
}

size_t
in_waiting(const struct in *in)
{
	return in->end - in->start;
}

/* Waits until fd can be read without waiting, or says why not. */
static enum in_status
ready(struct in *in)
{
	struct pollfd fds[2] = {
		{ in->fd, POLLIN, 0 }, { in->stop_fd, POLLIN, 0 }
	};
	long long end = in->deadline_ms < in->session_ms ? in->deadline_ms :
	    in->session_ms;

	for (;;) {
		int wait_ms = -1;

		/* Who always has something to say is no exception. */
		if (in->session_ms != LLONG_MAX &&
		    in->session_ms <= clock_ms())
			return IN_TIMEOUT;
		if (end != LLONG_MAX) {
			long long left = end - clock_ms();

			wait_ms = left <= 0 ? 0 : left > INT_MAX ? INT_MAX :
			    (int)left;
		}
		switch (poll(fds, 2, wait_ms)) {
		case -1:
			if (errno != EINTR)
				return IN_ERROR;
			break;
		case 0:
			return IN_TIMEOUT;
		default:
			return fds[1].revents != 0 ? IN_STOPPED : IN_OK;
		}
	}
}

/* Reads more behind what is buffered, for which there is room. */
static enum in_status
more(struct in *in)
{
	if (in->out != NULL && out_flush(in->out) == -1)
		return IN_ERROR;
	if (in->start == in->end)
		in->start = in->end = 0;
	for (;;) {
		size_t room = IN_BYTES - in->end, most = in->chunk;
		enum in_status status = ready(in);
		ssize_t n;

		if (status != IN_OK)
			return status;
		if (in->ahead != NULL)
			most = in->ahead(in->fd);
		n = read(in->fd, in->buf + in->end, room < most ? room : most);
		if (n > 0) {
			in->end += (size_t)n;
			return IN_OK;
		}
		if (n == 0 || errno == ECONNRESET)
			return IN_EOF;
		if (errno != EINTR && errno != EAGAIN)
			return IN_ERROR;
	}
}

enum in_status
in_fill(struct in *in)
{
	return in->start < in->end ? IN_OK : more(in);
}

/* Moves what is buffered to the front. */
static void
compact(struct in *in)
{
	if (in->start == 0)
		return;
	memmove(in->buf, in->buf + in->start, in->end - in->start);
	in->end -= in->start;
	in->start = 0;
}

/* Drops the rest of a line that is too long. */
static enum in_status
skip_line(struct in *in)
{
	for (;;) {
		char *lf = memchr(in->buf + in->start, '\n',
		    in->end - in->start);
		enum in_status status;

		if (lf != NULL) {
			in->start = (size_t)(lf - in->buf) + 1;
			return IN_LONG;
		}
		in->start = in->end = 0;
		status = more(in);
		if (status != IN_OK)
			return status;
	}
}

enum in_status
in_line(struct in *in, size_t max, char **line, size_t *length)
{
	size_t seen = 0;

	for (;;) {
		char *begin = in->buf + in->start;
		size_t have = in->end - in->start;
		char *lf = memchr(begin + seen, '\n', have - seen);
		enum in_status status = IN_BARE;

		if (lf == NULL && have < max) {
			seen = have;
			if (in->end == IN_BYTES)
				compact(in);
			status = more(in);
			if (status != IN_OK)
				return status;
			continue;
		}
		if (lf == NULL || (size_t)(lf - begin) >= max)
			return skip_line(in);
		in->start += (size_t)(lf - begin) + 1;
		if (lf > begin && lf[-1] == '\r') {
			status = IN_OK;
			lf--;
		}
		*lf = '\0';
		*line = begin;
		*length = (size_t)(lf - begin);
		return memchr(begin, '\0', *length) != NULL ? IN_NUL : status;
	}
}
