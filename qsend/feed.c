/*
 * feed - the queue files to send.  Trusts that whoever feeds us may read what
 * he hands over, and nothing else: only regular files are taken.
 */
#include "feed.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "../lib/text.h"

void
feed_init(struct feed *f, int fd, int stop_fd)
{
	struct stat st;

	f->fd = fd;
	f->stop_fd = stop_fd;
	f->is_socket = fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
	f->fd_count = 0;
	f->start = f->end = 0;
}

/* Keeps the descriptors that came with a message: 0, or -1 too many. */
static int
keep_descriptors(struct feed *f, struct msghdr *m)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);	/* there is one at most */
	size_t n = 0, i;

	if (c != NULL && c->cmsg_level == SOL_SOCKET &&
	    c->cmsg_type == SCM_RIGHTS)
		n = ((size_t)c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	for (i = 0; i < n; i++) {
		int fd;

		memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
		if (f->fd_count == FEED_FDS_MAX)
			return -1;
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
		f->fds[f->fd_count++] = fd;
	}
	return m->msg_flags & (MSG_TRUNC | MSG_CTRUNC) ? -1 : 0;
}

static ssize_t
receive(struct feed *f, char *to, size_t size)
{
	union {
		struct cmsghdr	align;
		char		space[CMSG_SPACE(4 * sizeof(int))];
	} control;
	struct iovec data = { to, size };
	struct msghdr m;
	ssize_t n;

	if (!f->is_socket)
		return read(f->fd, to, size);
	memset(&m, 0, sizeof(m));
	m.msg_iov = &data;
	m.msg_iovlen = 1;
	m.msg_control = &control;
	m.msg_controllen = sizeof(control);
	n = recvmsg(f->fd, &m, 0);
	if (n != -1 && keep_descriptors(f, &m) == -1) {
		errno = EMSGSIZE;
		return -1;
	}
	return n;
}

/* Gets more input: FEED_WORK when there is some. */
static enum feed_status
more(struct feed *f, unsigned int timeout_s)
{
	struct pollfd fds[2] = {
		{ f->fd, POLLIN, 0 }, { f->stop_fd, POLLIN, 0 }
	};
	ssize_t n;

	if (f->end - f->start == FEED_LINE_MAX)
		return FEED_BAD;
	memmove(f->buf, f->buf + f->start, f->end - f->start);
	f->end -= f->start;
	f->start = 0;
	switch (poll(fds, 2, (int)timeout_s * 1000)) {
	case -1:
		return errno == EINTR ? FEED_WORK : FEED_BAD;
	case 0:
		return FEED_IDLE;
	}
	if (fds[1].revents != 0)
		return FEED_STOPPED;
	n = receive(f, f->buf + f->end, FEED_LINE_MAX - f->end);
	if (n == -1)
		return errno == EINTR ? FEED_WORK : FEED_BAD;
	f->end += (size_t)n;
	if (n == 0 && f->end > 0)
		f->buf[f->end++] = '\n';	/* the last line had none */
	return n == 0 && f->end == 0 ? FEED_END : FEED_WORK;
}

/* Opens, or takes from those received, the file of the label. */
static void
open_file(struct feed *f, struct work *w)
{
	struct stat st;

	w->error = EBADF;
	if (!f->is_socket) {
		w->fd = open(w->label, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		w->error = errno;
	} else if (f->fd_count > 0) {
		w->fd = f->fds[0];
		f->fd_count--;
		memmove(f->fds, f->fds + 1, f->fd_count * sizeof(f->fds[0]));
	}
	if (w->fd == -1 || (fstat(w->fd, &st) == 0 && S_ISREG(st.st_mode)))
		return;
	(void)close(w->fd); /* not what it should be */
	w->fd = -1;
	w->error = EINVAL;
}

static enum feed_status
parse(struct feed *f, char *line, struct work *w)
{
	size_t length = strcspn(line, " ");
	unsigned long long offset;

	w->fd = -1;
	w->count = 0;
	if (length == 0 || length >= sizeof(w->label))
		return FEED_BAD;
	memcpy(w->label, line, length);
	w->label[length] = '\0';
	line += length;
	for (;;) {
		char *number = line + strspn(line, " ");

		if (*number == '\0')
			break;
		line = number + strcspn(number, " ");
		if (*line != '\0')
			*line++ = '\0';
		if (w->count == FEED_OFFSETS_MAX ||
		    text_number(number, (unsigned long long)1 << 62,
		    &offset) == -1)
			return FEED_BAD;
		w->offsets[w->count++] = (off_t)offset;
	}
	open_file(f, w);
	return FEED_WORK;
}

enum feed_status
feed_next(struct feed *f, struct work *w, unsigned int timeout_s)
{
	for (;;) {
		char *line = f->buf + f->start;
		char *lf = memchr(line, '\n', f->end - f->start);
		enum feed_status status;

		if (lf != NULL) {
			f->start += (size_t)(lf - line) + 1;
			*lf = '\0';
			if (lf == line)
				continue;
			return parse(f, line, w);
		}
		status = more(f, timeout_s);
		if (status != FEED_WORK)
			return status;
	}
}
