/*
 * policy - asks a configured program about a recipient or a message.
 *
 * The program gets MAILSTAGE REMOTEIP HELO SENDER RECIPIENT AUTHUSER SIZE ID in
 * its environment (those that are known, besides PATH, TZ and MAILCONF), the
 * message or nothing on 0.  Exit status: 0 accept, 99 accept and drop, 100
 * refuse, 111 temporary; any other status, a signal or a time-out is 111.  A
 * program that cannot be started is logged, and 111.
 */
#ifndef LIB_POLICY_H
#define LIB_POLICY_H

#include <stddef.h>

enum { POLICY_ACCEPT = 0, POLICY_DROP = 99, POLICY_REFUSE = 100,
    POLICY_TEMPORARY = 111 };

#define POLICY_REASON_MAX	400

struct policy {
	const char	*command;	/* words split at blanks; never a shell */
	unsigned int	 timeout_s;
	const char	*path, *tz, *mailconf;	/* as in our environment, or NULL */
	/* what is known at this stage; NULL or "" is left out */
	const char	*stage;		/* "rcpt" or "data" */
	const char	*remoteip, *helo, *sender, *recipient, *authuser, *size, *id;
	/* where its standard output goes; NULL: nowhere */
	void		(*sink)(void *context, const char *, size_t);
	void		*context;
	char		 reason[POLICY_REASON_MAX]; /* first line of its stderr,
						       printable; "" none */
};

/* Runs it with message_fd (-1: /dev/null) on 0, read from its current offset.
 * Returns one of the four. */
int policy_run(struct policy *, int message_fd);

#endif
