/*
 * message - the message to send: where it is and what it holds.
 */
#ifndef QSEND_MESSAGE_H
#define QSEND_MESSAGE_H

#include <sys/types.h>

#include "reply.h"

struct session;

struct message {
	const char	*label;		/* for reports */
	int		 fd;
	off_t		 start;		/* of the message in fd */
	const char	*sender;	/* canonical, "" for <> */
	const char	*options;	/* of the envelope, "" none */
	/* found by message_scan() */
	int		 has_nul, has_8bit, has_8bit_header, has_long;
	unsigned long long octets;	/* on the wire, RFC 1870 */
	/* decided by message_prepare() for one server */
	int		 convert;	/* MIME7_EIGHT, MIME7_LONG */
};

/* Reads the message through: 0, or -1 with errno. */
int message_scan(struct message *);

/*
 * Decides how it can go to the server of an open session: 0, or -1 with the
 * verdict for all of its recipients.
 */
int message_prepare(struct message *, const struct session *, struct reply *);

/*
 * Sends it and the final dot.  0; or -1 with a temporary verdict, when the
 * message could not be read, the server does not take it, or nobody wants it
 * any more: then no final dot was sent, and the session must be ended.
 */
int message_send(const struct message *, struct session *, struct reply *);

/* Makes the descriptor of a message that can be read twice, from 0 as it is or
 * from an unlinked copy in directory.  -1 with errno. */
int message_seekable(int fd, const char *directory, off_t *start);

#endif
