/*
 * received - the trace line of RFC 5321 4.4 that starts every message we take.
 */
#ifndef LIB_RECEIVED_H
#define LIB_RECEIVED_H

#include <time.h>

struct text;

#define RECEIVED_MAX	2048	/* octets of the longest one */

/*
 * Appends "Received: from FROM by BY with WITH id ID for <RECIPIENT>; date\n",
 * folded, LF line ends.  from, with and recipient may be NULL: left out.  All
 * must be printable already; from is "crepes.fr (name [192.0.2.7])".
 */
void received_add(struct text *, const char *from, const char *by,
    const char *with, const char *id, const char *recipient, time_t);

#endif
