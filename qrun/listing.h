/*
 * listing - how mailq shows a message and its waiting recipients.
 */
#ifndef QRUN_LISTING_H
#define QRUN_LISTING_H

#include "../lib/address.h"
#include "../lib/out.h"
#include "../lib/unique.h"
#include "infoline.h"

enum listing_form {
	LISTING_PLAIN,	/* fields with tabs between them, numbers in seconds */
	LISTING_TABLE,	/* aligned, for people */
	LISTING_JSON	/* an object per message and line */
};

struct listing {
	enum listing_form form;
	long long now;
	struct out *out;
	size_t messages, recipients;	/* shown so far */
};

struct listing_message {
	const char *queue;	/* "new", "defer", "hold" */
	char	 id[UNIQUE_ID_MAX];
	long long arrival, size;
	long long next;		/* of the next attempt; 0: not known */
	char	 sender[ADDRESS_MAX];
};

/* A message, its pending recipients, its end. */
void listing_message(struct listing *, const struct listing_message *);
/* first: of the message.  info NULL: nothing is remembered about him. */
void listing_recipient(struct listing *, const struct listing_message *,
    const char *address, const struct infoline *info, int first);
void listing_end(struct listing *);

#endif
