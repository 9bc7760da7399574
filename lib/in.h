/*
 * in - the one reader of peers: bounded lines and raw blocks, with deadlines.
 *
 * Before it waits it flushes the writer it was given, so replies are sent in
 * groups, exactly when no input is left that could add to the group: that is
 * all of PIPELINING (RFC 2920 3.2) on the server's side.
 */
#ifndef LIB_IN_H
#define LIB_IN_H

#include <stddef.h>

struct out;

#define IN_BYTES	16384	/* over RFC 4954's line of 12,288 octets */

enum in_status {
	IN_OK,
	IN_BARE,	/* a line that ends in LF without CR; it is there to use */
	IN_NUL,		/* a line with a NUL in it; it is there up to that */
	IN_LONG,	/* a line over the limit; consumed to its end */
	IN_EOF,		/* the peer closed; a partial line is dropped */
	IN_TIMEOUT,	/* the deadline passed */
	IN_STOPPED,	/* the stop descriptor spoke: a signal, a dead parent */
	IN_ERROR	/* errno says why; also when the flush failed */
};

struct in {
	int		 fd;
	int		 stop_fd;	/* readable or hung up = stop; -1 none */
	struct out	*out;		/* flushed before every wait; may be NULL */
	size_t		 chunk;		/* most octets per read(2) */
	size_t		 (*ahead)(int fd); /* says how many octets may be taken
					   now, at least 1, where the rest belongs
					   to the next program; NULL: all */
	long long	 deadline_ms;	/* of this command, clock_ms() */
	long long	 session_ms;	/* of the whole session */
	size_t		 start, end;	/* buffered octets: buf[start..end) */
	char		 buf[IN_BYTES];
};

/* Starts with no deadline, no stop descriptor, chunk IN_BYTES, ahead NULL. */
void in_init(struct in *, int fd, struct out *);

/* Gives the peer s seconds from now, for one command or one block. */
void in_deadline(struct in *, unsigned int s);

/*
 * Reads a line of at most max octets, line end included (max <= IN_BYTES).
 * *line is in the buffer, without its line end, NUL-terminated, good until the
 * next call; *length counts it.  A CR inside the line is left in it.
 */
enum in_status in_line(struct in *, size_t max, char **line, size_t *length);

/*
 * Makes sure that something is buffered: buf[start..end).  The caller advances
 * start by what it used.
 */
enum in_status in_fill(struct in *);

/* Octets that have been read and not used. */
size_t in_waiting(const struct in *);

/* Forgets what is buffered and goes on with another descriptor (STARTTLS). */
void in_change(struct in *, int fd);

#endif
