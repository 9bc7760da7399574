/*
 * auth - asks a checkpassword program (cr.yp.to interface: user NUL password NUL
 * timestamp NUL on descriptor 3), and splits a program started as root in two:
 * a parent that only does this, and a child that talks to the peer.
 */
#ifndef LIB_AUTH_H
#define LIB_AUTH_H

#include <stddef.h>
#include <sys/types.h>

struct sasl;

#define AUTH_OUTPUT_MAX	8192

enum { AUTH_OK = 0, AUTH_BAD = 1, AUTH_MISUSED = 2, AUTH_TEMPORARY = 111 };

struct auth {
	char *const	*argv;		/* checkpassword program and its arguments */
	int		 socket;	/* to the parent, or -1: we ask ourselves */
	int		 connection;	/* the program gets the peer on 0 and 1
					   (pop3auth); else /dev/null and what it
					   prints is returned (smtpd) */
	int		 read_fd, write_fd; /* the peer: 0 and 1, or TLS's */
	int		 log_fd;	/* its stderr, -1 for /dev/null */
	unsigned int	 timeout_s;	/* without connection: 111 after that */
};

/*
 * Forks.  The child drops to uid and gid, and returns 0, a->socket set.  The
 * parent serves it, with no other use of the peer, until it ends: then it
 * returns 1 and *status is the child's exit status.  -1 with errno: neither.
 */
int auth_split(struct auth *, uid_t, gid_t, int *status);

/* From now on the peer is at these descriptors; tells the parent. */
void auth_change(struct auth *, int read_fd, int write_fd);

/*
 * Runs the checkpassword program.  Returns its exit status, that of the program
 * it became; 111 when it could not be run or was killed.  What it printed, at
 * most AUTH_OUTPUT_MAX - 1 octets, is in output, NUL-terminated (may be NULL with
 * connection).  More than that, or a NUL in it, is AUTH_TEMPORARY.
 */
int auth_check(struct auth *, const struct sasl *, char *output);

/*
 * Waits before a login that began at began_ms (clock_ms()) is refused.  Guessing
 * costs a second; and because the answer comes at a full second from the question,
 * it does not tell how long that took, nor so who exists.
 */
void auth_delay(long long began_ms);

#endif
