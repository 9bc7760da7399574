/*
 * xtext - RFC 3461 4: printable octets, "+" and "=" and the rest as +HH.
 */
#ifndef LIB_XTEXT_H
#define LIB_XTEXT_H

#include <stddef.h>

struct text;

/* True if the text is valid xtext (upper-case hex) and not empty. */
int xtext_valid(const char *, size_t);

void xtext_add(struct text *, const char *);	/* encodes a string */

/* Appends the decoded octets, made printable: xtext may hide CR, LF, NUL. */
void xtext_add_printable(struct text *, const char *, size_t);

#endif
