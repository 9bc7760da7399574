/*
 * date - the date-time of RFC 5322 3.3, "Fri, 20 Nov 2026 09:00:00 +0000".
 */
#ifndef LIB_DATE_H
#define LIB_DATE_H

#include <time.h>

struct text;

#define DATE_MAX	48	/* octets of the longest date, NUL included */

/* Appends the date in the zone that is minutes east of UTC (-1439 to 1439).  A
 * time before 1970 is shown as 1970. */
void date_add(struct text *, time_t, int minutes);

/* Appends it in the local zone ($TZ), with its real offset: lib/localdate.c. */
void date_add_local(struct text *, time_t);

#endif
