/*
 * complete - writes the header as RFC 5322 wants it: what must be there and is
 * not is added, what must not leave this host is left out.
 */
#ifndef INJECT_COMPLETE_H
#define INJECT_COMPLETE_H

#include <time.h>

#include "header.h"

struct identity;
struct spool_file;

struct complete {
	const struct header	*header;
	const struct identity	*identity;
	const char		*me, *defaulthost;
	const char		*address;	/* for From and Sender */
	const char		*id;		/* makes the Message-ID */
	time_t			 now;
};

/* Appends the fields, without the empty line.  0, or -1 with the verdict: a
 * line over 998 octets has no blank to fold it at (2.1.1). */
int complete_header(const struct complete *, struct spool_file *,
    struct verdict *);

#endif
