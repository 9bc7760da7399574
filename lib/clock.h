/*
 * clock - time for deadlines.
 */
#ifndef LIB_CLOCK_H
#define LIB_CLOCK_H

/* Milliseconds on a clock that is never set. */
long long clock_ms(void);

#endif
