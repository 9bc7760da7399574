/*
 * delivery - what the instructions of a mailbox share: the message as the
 * mailbox's owner gets it, and how an instruction says what became of it.
 */
#ifndef QRUN_DELIVERY_H
#define QRUN_DELIVERY_H

#include <stddef.h>

#include "deliver.h"

#define DELIVERY_HEAD_MAX	(2 * ADDRESS_MAX + 40)

enum verdict {
	VERDICT_DONE,
	VERDICT_STOP,	/* done, and the instructions below do not count */
	VERDICT_DEFER,
	VERDICT_FAIL
};

struct job {
	const struct deliver_conf *conf;
	const struct delivery *delivery;
	int	mailbox, message;	/* descriptors */
	long long deadline_ms;		/* of the commands */
	int	ran;			/* a command was run */
	char	newsender[ADDRESS_MAX];	/* of forwards */
	char	text[DELIVER_LINE_MAX];	/* the last verdict's, status first */
};

/* Sets the text to "status what: why" (why may be NULL), printable, and returns
 * the verdict: what an instruction ends with. */
enum verdict verdict(struct job *, enum verdict, const char *status,
    const char *what, const char *why);

/*
 * Gives sink the whole copy in large blocks: Return-Path, Delivered-To and the
 * message from the queue file, with no other recipient's name.  0, or -1 with
 * errno.  A sink remembers its own errors.
 */
int delivery_copy(const struct job *,
    void (*sink)(void *context, const char *, size_t), void *context);

/*
 * True if the message's header says that it was delivered to this recipient
 * before: in a Delivered-To below which, as the next Received, is one of ours, as
 * in all that has left here.  Others anybody may have written, to have the message
 * returned to a sender of his choice.  -1 with errno.
 */
int delivery_loops(const struct job *);

/* Waits ms, or less: true when qrun is gone and so must we. */
int delivery_orphaned(const struct job *, int ms);

/* Appends "From sender Fri Nov 20 09:00:00 2026\n", in UTC. */
void delivery_add_from(struct text *, const char *sender);

#endif
