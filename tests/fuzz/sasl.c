/*
 * Fuzzes base64, SASL messages, xtext and networks.  A decoder that is strict
 * has one encoding of each text: what it accepts is what is encoded again.
 * link: lib/base64.c lib/sasl.c lib/xtext.c lib/text.c lib/peer.c
 */
#include <string.h>

#include "lib/base64.h"
#include "lib/peer.h"
#include "lib/sasl.h"
#include "lib/text.h"
#include "lib/xtext.h"
#include "tests/fuzz/fuzz.h"

#define SIZE	16384

static char from[SIZE + 1], to[SIZE + 1], again[2 * SIZE];

static void
both_ways(size_t size)
{
	size_t n, m;

	if (base64_decode(from, size, to, sizeof(to), &n) == 0) {
		m = base64_encode(to, n, again);
		check(m == BASE64_LENGTH(n) && m == size &&
		    memcmp(again, from, m) == 0, "encode(decode(x)) == x");
		check(n == 0 || base64_decode(from, size, to, n - 1, &m) == -1,
		    "its bound is kept");
	}
	m = base64_encode(from, size, again);
	check(base64_decode(again, m, to, sizeof(to), &n) == 0 && n == size &&
	    memcmp(to, from, n) == 0, "decode(encode(x)) == x");
}

static void
credentials(size_t size)
{
	static struct sasl s;
	char part[SASL_PART_MAX + 1];
	char *a, *b;
	size_t n;

	if (sasl_login(part, from, size) == SASL_OK)
		check(strlen(part) <= SASL_PART_MAX, "one answer of LOGIN");
	if (sasl_plain(&s, from, size) != SASL_OK)
		return;
	/* authzid NUL authcid NUL password, and no other NUL */
	check(base64_decode(from, size, to, sizeof(to), &n) == 0, "base64");
	a = memchr(to, '\0', n);
	b = a == NULL ? NULL : memchr(a + 1, '\0', n - (size_t)(a + 1 - to));
	check(b != NULL && strcmp(a + 1, s.user) == 0 &&
	    strlen(s.password) == n - (size_t)(b + 1 - to) &&
	    memcmp(b + 1, s.password, strlen(s.password)) == 0,
	    "two readings of PLAIN agree");
	check(s.user[0] != '\0', "a user");
	sasl_forget(&s);
	check(s.password[0] == '\0', "it is forgotten");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text t;
	size_t i;

	if (size > SIZE / 2)
		return 0;
	memcpy(from, data, size);
	from[size] = '\0';
	both_ways(size);
	credentials(size);
	text_init(&t, again, sizeof(again));
	if (xtext_valid(from, size))
		xtext_add_printable(&t, from, size);
	for (i = 0; i < t.used; i++)
		check(again[i] >= ' ' && again[i] <= '~', "printable");
	if (strlen(from) == size && size > 0 && size < 5000) {
		text_init(&t, again, sizeof(again));
		xtext_add(&t, from);
		check(!t.full && xtext_valid(again, t.used), "xtext");
	}
	(void)peer_matches("192.0.2.7", from);
	(void)peer_matches("2001:db8::1", from);
	return 0;
}
