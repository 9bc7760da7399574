/*
 * transaction - one SMTP mail transaction: MAIL, up to a hundred RCPTs, DATA,
 * and a verdict for each recipient.
 */
#ifndef QSEND_TRANSACTION_H
#define QSEND_TRANSACTION_H

#include <stddef.h>

#include "../lib/address.h"
#include "reply.h"

struct session;
struct message;

#define TRANSACTION_MAX	100	/* recipients: what every server takes, RFC 5321
				   4.5.3.1.8 */
/* " NOTIFY=" and " ORCPT=" at their longest, RFC 3461 5.4 */
#define TRANSACTION_PARAMETERS_MAX	560

struct recipient {
	char		address[ADDRESS_MAX];	/* canonical */
	char		parameters[TRANSACTION_PARAMETERS_MAX];	/* of DSN */
	int		wants_success;	/* NOTIFY=SUCCESS */
	int		withheld;	/* not to be sent, the verdict is here */
	int		accepted;	/* RCPT was */
	struct reply	reply;		/* the verdict */
};

struct transaction {
	struct session	*session;
	const struct message *message;
	size_t		 count, accepted;
	int		 untried;	/* an old session ended before MAIL was
					   answered: a new one may do better */
	struct reply	 verdict;	/* for those without one of their own */
	struct recipient recipients[TRANSACTION_MAX];
};

/*
 * Makes the DSN parameters of a recipient from its options (RFC 3461); those
 * that are not well-formed are left out.
 */
void transaction_options(struct recipient *, const char *options);

/* Runs it; every recipient has its verdict then. */
void transaction_run(struct transaction *);

#endif
