/*
 * clock - what time it is, for deadlines and for headers.
 */
#ifndef LIB_CLOCK_H
#define LIB_CLOCK_H

#include <time.h>

struct text;

#define CLOCK_DATE_MAX	40	/* octets of the longest date, NUL included */

/* Milliseconds on a clock that is never set: for deadlines only. */
long long clock_ms(void);

/*
 * Appends an RFC 5322 3.3 date-time, "Fri, 20 Nov 2026 09:00:00 +0000", in UTC;
 * clock_add_local_date() in the local zone, with its real offset.
 */
void clock_add_date(struct text *, time_t);
void clock_add_local_date(struct text *, time_t);

#endif
