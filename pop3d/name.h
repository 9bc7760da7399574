/*
 * name - what a message's name in a Maildir says.
 */
#ifndef POP3D_NAME_H
#define POP3D_NAME_H

#include <stddef.h>

struct message;

/* When the message came, in microseconds: SEC.MusecP... or SEC.anything */
unsigned long long name_time(const char *);

/* The size on the wire that the name states (,W=); 0: none that is believed. */
unsigned long long name_octets(const char *);

/*
 * Orders two struct message by time, then by what is unique in the name: all
 * before the flags.  For bsearch().
 */
int name_compare(const void *, const void *);

/* Sorts messages so, in a time that grows as their number does. */
void name_sort(struct message *, size_t count);

#endif
