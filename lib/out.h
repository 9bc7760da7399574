/*
 * out - the one buffered writer, for peers and for files.  It remembers its
 * first error; after that nothing more is written.  Ask once, at out_flush().
 */
#ifndef LIB_OUT_H
#define LIB_OUT_H

#include <stddef.h>

#define OUT_BYTES	16384

struct out {
	int		 fd;
	int		 timeout_ms;	/* longest wait for the reader of fd */
	int		 error;		/* errno of the first failure, or 0 */
	size_t		 chunk;		/* most octets in one write(2) */
	size_t		 used;
	char		 buf[OUT_BYTES];
};

/* Writes to a file: no deadline. */
void out_file(struct out *, int fd);

/*
 * Writes to a peer: every write gives up after timeout_s seconds with
 * ETIMEDOUT.  On a TCP socket this sets TCP_NODELAY, so that a group of
 * replies, which is one write, leaves at once.
 */
void out_peer(struct out *, int fd, unsigned int timeout_s);

/* Goes on with another descriptor (after STARTTLS); drops what is buffered. */
void out_change(struct out *, int fd);

void out_bytes(struct out *, const void *, size_t);
void out_text(struct out *, const char *);

/* Writes what is buffered.  Returns 0, or -1 with errno the first error. */
int out_flush(struct out *);

/* Writes "who: what" and ": why", unless that is NULL, as a line to 2. */
void out_complaint(const char *who, const char *what, const char *why);

#endif
