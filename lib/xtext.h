/*
 * xtext - RFC 3461 4: printable octets, "+" and "=" and the rest as +HH.
 */
#ifndef LIB_XTEXT_H
#define LIB_XTEXT_H

#include <stddef.h>

struct text;

/* True if the text is valid xtext (upper-case hex) and not empty. */
int xtext_valid(const char *, size_t);

/* True if the string is a utf-8-addr-unitext (RFC 6533 3), or, unless utf8, a
 * utf-8-addr-xtext, which has no octets over 127.  A control, which no address
 * may hold, is refused as \x{HEX}, too. */
int xtext_unitext_valid(const char *, int utf8);

/* Appends a utf-8-addr-unitext as utf-8-addr-xtext, which every server that knows
 * DSN can take. */
void xtext_unitext_add(struct text *, const char *);

void xtext_add(struct text *, const char *);	/* encodes a string */

/* Appends the decoded octets, made printable: xtext may hide CR, LF, NUL. */
void xtext_add_printable(struct text *, const char *, size_t);

#endif
