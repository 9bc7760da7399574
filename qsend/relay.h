/*
 * relay - takes messages to the destination, and reports on each recipient.
 */
#ifndef QSEND_RELAY_H
#define QSEND_RELAY_H

#include "message.h"
#include "report.h"
#include "session.h"
#include "transaction.h"

struct feed;
struct work;

struct relay {
	const char	*destination;	/* as it was given */
	struct session	 session;
	struct report	 report;
	int		 told;		/* that the destination is down, or that
					   the session was closed */
	struct transaction transaction;
};

/* Sends one message to a NULL-terminated list of addresses (address_mailbox()
 * takes them). */
void relay_message(struct relay *, struct message *, char *const recipients[]);

/* Sends a queue file; closes it. */
void relay_queue_file(struct relay *, const struct work *);

/*
 * Sends what is fed until the end of input, or for as long as anybody reads the
 * reports.  0; -1 when the input makes no sense or the reports go nowhere.
 */
int relay_feed(struct relay *, struct feed *, struct work *);

#endif
