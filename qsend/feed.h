/*
 * feed - the queue files to send, as they are named on standard input.
 *
 * A line is "NAME OFFSET...\n": the offsets, in the file, of the Delivered-To
 * lines of the recipients to send to; none: all that are pending.  NAME has no
 * blank in it.  When the input is a Unix-domain socket, SOCK_SEQPACKET or
 * SOCK_STREAM, an open descriptor (SCM_RIGHTS) comes with each line, and NAME is
 * only its label.
 */
#ifndef QSEND_FEED_H
#define QSEND_FEED_H

#include <sys/types.h>

#include <stddef.h>

#define FEED_LINE_MAX		16384
#define FEED_OFFSETS_MAX	2000
#define FEED_LABEL_MAX		1024
#define FEED_FDS_MAX		16	/* received and not yet used */

struct work {
	char	label[FEED_LABEL_MAX];
	int	fd;		/* the caller closes it; -1: error says why */
	int	error;
	size_t	count;		/* of offsets; 0: all pending */
	off_t	offsets[FEED_OFFSETS_MAX];
};

struct feed {
	int	fd, stop_fd, is_socket;
	int	fds[FEED_FDS_MAX];
	size_t	fd_count;
	size_t	start, end;
	char	buf[FEED_LINE_MAX + 1];
};

enum feed_status {
	FEED_WORK,
	FEED_END,	/* no more will come */
	FEED_IDLE,	/* nothing came within timeout_s */
	FEED_STOPPED,	/* stop_fd spoke */
	FEED_BAD	/* a line that makes no sense, or an error */
};

void feed_init(struct feed *, int fd, int stop_fd);

enum feed_status feed_next(struct feed *, struct work *,
    unsigned int timeout_s);

#endif
