/*
 * base64_test - RFC 4648 4, strict as RFC 4954 4 asks.
 * link: lib/base64.c
 */
#include <stdlib.h>

#include "lib/base64.h"
#include "tests/unit/tap.h"

/* Exactly as large as said, so that the sanitizer sees one octet too many. */
static int
decode(const char *from, size_t length, size_t size, char *to, size_t *made)
{
	char *copy = malloc(length + 1), *exact = malloc(size + 1);
	int result;

	memcpy(copy, from, length);
	exact[size] = '#';
	result = base64_decode(copy, length, exact, size, made);
	if (result == 0)
		memcpy(to, exact, *made);
	if (exact[size] != '#')
		result = -2;
	free(copy);
	free(exact);
	return result;
}

static void
test_lengths(void)
{
	static char plain[13000], coded[BASE64_LENGTH(13000)], back[13000];
	size_t n, made, length, wrong = 0, short_ok = 0, i;

	for (i = 0; i < sizeof(plain); i++)
		plain[i] = (char)(i * 7 + i / 256);
	for (n = 0; n < sizeof(plain); n += n < 600 ? 1 : 97) {
		length = base64_encode(plain, n, coded);
		wrong += length != BASE64_LENGTH(n);
		if (decode(coded, length, n, back, &made) != 0 || made != n ||
		    memcmp(back, plain, n) != 0)
			wrong++;
		if (n > 0 && decode(coded, length, n - 1, back, &made) != -1)
			short_ok++;
	}
	is_int(wrong, 0, "SEC-S8 decode(encode(x)) is x for lengths to 13,000");
	is_int(short_ok, 0, "SEC-S8 one octet too little room is refused");
}

static void
test_invalid(void)
{
	static const char *const bad[] = { "A", "AA", "AAA", "AAAAA", "=",
	    "====", "A===", "AA=A", "=AAA", "AA==AAAA", "AAA=AAAA", "AAAA====",
	    "AB==", "AAB=", "AA A", "AAA\n", "AAA-", "AAA_", "AAA\xff" };
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	char quad[5] = "AAAA", to[16];
	size_t i, at, made, wrong = 0;
	int c;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(decode(bad[i], strlen(bad[i]), 16, to, &made), -1,
		    "A03 SEC-S8 refused: number %u of the bad ones",
		    (unsigned int)i);
	for (at = 0; at < 4; at++) {
		for (c = 0; c < 256; c++) {
			int in = c != 0 && strchr(alphabet, c) != NULL;

			memcpy(quad, "AAAA", 4);
			quad[at] = (char)c;
			if (at == 3 && c == '=')
				in = 1;
			wrong += (decode(quad, 4, 16, to, &made) == 0) != in;
		}
	}
	is_int(wrong, 0, "SEC-S8 each of 256 octets at each of four places");
	ok(decode("", 0, 0, to, &made) == 0 && made == 0, "nothing is valid");
}

int
main(void)
{
	test_lengths();
	test_invalid();
	return done_testing();
}
