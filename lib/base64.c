/* base64 - RFC 4648 4, strict. */
#include "base64.h"

#include <string.h>

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int
base64_decode(const char *from, size_t length, char *to, size_t size,
    size_t *made)
{
	size_t i, n = 0;

	if (length % 4 != 0)
		return -1;
	for (i = 0; i < length; i += 4) {
		unsigned long bits = 0;
		size_t pad = 0, k;

		if (i + 4 == length && from[i + 3] == '=')
			pad = from[i + 2] == '=' ? 2 : 1;
		for (k = 0; k < 4; k++) {
			const char *p = strchr(alphabet, from[i + k]);

			bits <<= 6;
			if (k >= 4 - pad)
				continue;
			if (p == NULL || *p == '\0')
				return -1;
			bits |= (unsigned long)(p - alphabet);
		}
		if (size - n < 3 - pad || (pad == 1 && (bits & 0xff) != 0) ||
		    (pad == 2 && (bits & 0xffff) != 0))
			return -1;
		for (k = 0; k < 3 - pad; k++)
			to[n++] = (char)(bits >> (16 - 8 * k) & 0xff);
	}
	*made = n;
	return 0;
}

size_t
base64_encode(const char *from, size_t length, char *to)
{
	size_t i, n = 0;

	for (i = 0; i < length; i += 3) {
		unsigned long bits = 0;
		size_t have = length - i < 3 ? length - i : 3;
		size_t k;

		for (k = 0; k < 3; k++)
			bits = bits << 8 |
			    (k < have ? (unsigned char)from[i + k] : 0U);
		for (k = 0; k < 4; k++)
			to[n++] = k > have ? '=' :
			    alphabet[bits >> (18 - 6 * k) & 63];
	}
	return n;
}
