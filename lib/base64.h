/*
 * base64 - RFC 4648 4, strict: no white space, padding required and only at
 * the end, unused bits zero (RFC 4954 4 asks for exactly this).
 */
#ifndef LIB_BASE64_H
#define LIB_BASE64_H

#include <stddef.h>

/* Octets of the encoding of n octets, without a NUL. */
#define BASE64_LENGTH(n)	(((n) + 2) / 3 * 4)

/*
 * Decodes length octets at from into at most size octets at to.  0 and *made,
 * or -1: not base64, or over size.
 */
int base64_decode(const char *from, size_t length, char *to, size_t size,
    size_t *made);

/* Encodes; to has room for BASE64_LENGTH(length).  Returns what it wrote. */
size_t base64_encode(const char *from, size_t length, char *to);

#endif
