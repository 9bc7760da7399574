/*
 * deliver - one message to one local mailbox, in a process of its own that has
 * already become the mailbox's owner.
 *
 * Does what MAILBOX/.qmail says, or ./Maildir/.  Forwards are not sent from
 * here: they are reported, and the queue manager writes them to the spool.
 */
#ifndef QRUN_DELIVER_H
#define QRUN_DELIVER_H

#include "../lib/address.h"
#include "../lib/mailbox.h"

struct delivery {
	char		sender[ADDRESS_MAX];	/* canonical, "" for <> */
	char		recipient[ADDRESS_MAX];	/* as in its Delivered-To line */
	struct mailbox	mailbox;
	long long	message;	/* offset of the message in the queue file */
	unsigned long long quota;	/* octets a Maildir may hold; 0 no limit */
};

/*
 * What a delivery prints on its result descriptor: lines, of at most
 * DELIVER_LINE_MAX octets, printable:
 *
 *	S address	envelope sender of the forwards (a list's owner); "S" alone: <>
 *	F address	forward to this address
 *	E		this process is not to be given another message
 *	K text		delivered      \
 *	Z text		deferred        > the last line, exactly one
 *	D text		failed for good/
 *
 * text begins with an enhanced status, "2.0.0 ", and K's may be the file's name.
 * End of file without the last line is a deferral.
 */
#define DELIVER_LINE_MAX	600

#define DELIVERY_GRACE_S 60	/* what a delivery may take beyond its commands */
#define DELIVERIES_S	10	/* for so long a process is given messages */

struct deliver_conf {
	const char	*me;		/* host name for file names and headers */
	unsigned int	 command_s;	/* all |commands together may take */
	int		 lifeline;	/* hangs up when qrun is gone; -1 none */
	const char	*path;		/* $PATH of commands; NULL: a usual one */
};

/*
 * Delivers.  mailbox is the opened mailbox directory, message_fd the queue file
 * (O_RDONLY), result_fd where the lines go.  The lines are the status.  0: it has
 * run a command, or could not write them, and the process exits; else it may
 * deliver another message.
 */
int deliver(const struct deliver_conf *, const struct delivery *,
    int mailbox, int message_fd, int result_fd);

/* Writes one last line, of K, Z or D, for those who cannot even begin. */
void deliver_result(int result_fd, char letter, const char *text);

#endif
