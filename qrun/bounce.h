/*
 * bounce - writes delivery status notifications (RFC 3464 in RFC 6522, headers
 * of RFC 3834) into the spool: failed, delayed, relayed, delivered.
 */
#ifndef QRUN_BOUNCE_H
#define QRUN_BOUNCE_H

#include <sys/types.h>
#include <time.h>

#include "../lib/envelope.h"
#include "../lib/spool.h"

enum bounce_action { BOUNCE_FAILED, BOUNCE_DELAYED, BOUNCE_RELAYED,
    BOUNCE_DELIVERED };

struct bounce_recipient {
	const char	*address;	/* as in its Delivered-To line */
	const char	*options;	/* its Recipient-Options, "" none */
	const char	*status;	/* "5.1.1" */
	const char	*remote;	/* name of the host that answered, or NULL */
	const char	*text;		/* its reply or our reason, printable */
	time_t		 last_attempt;
};

struct bounce_message {
	int		 fd;		/* the queue file, readable */
	const struct envelope *envelope;	/* of that file, read to its end */
	time_t		 arrival;
	time_t		 will_retry_until;	/* of BOUNCE_DELAYED */
};

/*
 * Writes and commits one notification of one kind about n recipients, from <> to
 * the envelope's sender; to postmaster instead (a local address, with a text that
 * says so) when the sender is <> and the kind is BOUNCE_FAILED.  The original is
 * attached when it is small and RET asks for it or says nothing, else its header;
 * bounces of success kinds carry the header only.  Returns 0 when it is durable in the
 * spool, 1 when nothing is to be sent, -1 with errno.  1 for BOUNCE_FAILED: this
 * was a notification to postmaster already; keep the message in bad/.
 * Whether NOTIFY wants it is the caller's question.
 */
int bounce_write(struct spool *, const char *me, const char *postmaster,
    enum bounce_action, const struct bounce_message *,
    const struct bounce_recipient *, size_t n);

#endif
