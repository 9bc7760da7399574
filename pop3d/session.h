/*
 * session - the TRANSACTION and UPDATE states of RFC 1939 with one client.
 */
#ifndef POP3D_SESSION_H
#define POP3D_SESSION_H

#include "../lib/in.h"
#include "../lib/out.h"
#include "maildrop.h"

#define SESSION_BLOCK	16384	/* octets of a message read at once */

struct session {
	struct maildrop	 drop;
	unsigned int	 timeout_s;
	int		 ended;
	struct in	 in;
	struct out	 out;
	char		 block[SESSION_BLOCK];
};

/*
 * Opens the maildrop at path, answers the client's PASS, and holds the session
 * until its end.  A client that goes without QUIT, or says nothing for
 * timeout_s seconds, changes nothing (RFC 1939 3, 6).
 */
void session_run(struct session *, int read_fd, int write_fd,
    const char *path, unsigned int timeout_s);

/* Queues one line of reply. */
void session_reply(struct session *, const char *text);

#endif
