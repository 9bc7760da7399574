/*
 * report - what qsend prints: one line per recipient as soon as it is known,
 * and a line about the destination when that ends the work.
 *
 *	sent     LABEL RECIPIENT CODE ENHANCED HOST: text
 *	relayed  LABEL RECIPIENT CODE ENHANCED HOST: text
 *	deferred LABEL RECIPIENT CODE ENHANCED HOST: text
 *	failed   LABEL RECIPIENT CODE ENHANCED HOST: text
 *	down   - DESTINATION CODE ENHANCED HOST: text
 *	closed - DESTINATION CODE ENHANCED HOST: text
 *
 * The lines come in the order of the input, for a queue file in the order of
 * its offsets, one for each.  One blank separates the fields.  A line is
 * printable ASCII, at most REPORT_LINE_MAX octets.
 *
 * LABEL is the queue file as it was named, "-" for a message on standard input.
 * RECIPIENT is the address in its canonical form, blanks and what is not
 * printable as \xHH; "-" when the file could not be read: then the line is about
 * all of its recipients; "?" for an offset where no pending recipient is.  Both
 * are cut at 1,024 octets.  CODE is the server's reply code, 000 when no server
 * said this.  ENHANCED always has the class of the verdict: 2 sent and relayed,
 * 4 deferred, 5 failed.  HOST is the name of the server that was spoken to, "-"
 * if none was.
 *
 * relayed: like sent, but NOTIFY=SUCCESS was asked for and the server has no
 * DSN, so a "relayed" notification is the sender's to make.
 *
 * down: no session could be had with any server of DESTINATION.  closed: the
 * session ended.  After either line nothing more is sent; the recipients of
 * the messages fed until then are still reported, untried, with the same
 * verdict.  Those after closed may be tried again at once; each connection
 * ends with at least one message having been tried.
 */
#ifndef QSEND_REPORT_H
#define QSEND_REPORT_H

#include "../lib/out.h"

struct reply;

#define REPORT_LINE_MAX	4096

struct report {
	struct out	out;
	int		deferred, failed;	/* any recipient was */
};

void report_init(struct report *, int fd);

/*
 * Reports a recipient; the class of the reply's enhanced status is the verdict.
 * relayed changes "sent" to "relayed".  host may be "".
 */
void report_recipient(struct report *, const char *label, const char *recipient,
    const char *host, const struct reply *, int relayed);

/* Reports the destination; event is "down" or "closed". */
void report_destination(struct report *, const char *event,
    const char *destination, const char *host, const struct reply *);

#endif
