/*
 * sasl_test - PLAIN and LOGIN.
 * link: lib/sasl.c lib/base64.c
 */
#include "lib/base64.h"
#include "lib/sasl.h"
#include "tests/unit/tap.h"

static struct sasl s;

static enum sasl_status
plain(const char *message, size_t length)
{
	static char coded[BASE64_LENGTH(12288)];

	return sasl_plain(&s, coded, base64_encode(message, length, coded));
}

#define PLAIN(literal)	plain(literal, sizeof(literal) - 1)

int
main(void)
{
	static char big[9300], coded[BASE64_LENGTH(9300)];
	char to[SASL_PART_MAX + 1];
	size_t n, wrong = 0;

	ok(PLAIN("\0bob\0hungry") == SASL_OK && strcmp(s.user, "bob") == 0 &&
	    strcmp(s.password, "hungry") == 0, "A09 user and password");
	sasl_forget(&s);
	is_str(s.password, "", "the password is forgotten");
	is_int(PLAIN("bob\0bob\0hungry"), SASL_OK, "A09 the same authzid");
	is_int(PLAIN("eve\0bob\0hungry"), SASL_REFUSED, "A09 another authzid");
	is_int(PLAIN("bob\0hungry"), SASL_REFUSED, "A09 one NUL");
	is_int(PLAIN("\0bob\0hun\0gry"), SASL_REFUSED, "A09 three NULs");
	is_int(PLAIN("\0\0hungry"), SASL_REFUSED, "A09 no user");
	is_int(PLAIN("\0bob\0"), SASL_REFUSED, "A09 no password");
	is_int(PLAIN(""), SASL_REFUSED, "A09 nothing");
	is_int(sasl_plain(&s, "=", 1), SASL_REFUSED, "A03 = is nothing");
	is_int(sasl_plain(&s, "x", 1), SASL_SYNTAX, "A03 no base64");
	is_int(sasl_plain(&s, "*", 1), SASL_SYNTAX, "A03 nor is *");
	for (n = 1; n < sizeof(big); n += 7) {
		memset(big, 'a', n);
		big[0] = '\0';
		if (n > 5)
			big[4] = '\0';
		if (plain(big, n) == SASL_OK &&
		    strlen(s.user) + strlen(s.password) > 509)
			wrong++;
	}
	is_int(wrong, 0, "SEC-S8 never more than checkpassword takes");
	n = base64_encode(big, sizeof(big), coded);
	ok(sasl_plain(&s, coded, n) != SASL_OK, "SEC-S8 an over-long message");

	ok(sasl_login(to, "Ym9i", 4) == SASL_OK && strcmp(to, "bob") == 0,
	    "A03 LOGIN decodes an answer");
	is_int(sasl_login(to, "AAAA", 4), SASL_REFUSED, "SEC-S7 with no NULs");
	is_int(sasl_login(to, "", 0), SASL_REFUSED, "A03 an empty answer");
	is_int(sasl_login(to, "Ym9", 3), SASL_SYNTAX, "A03 cut base64");
	memset(big, 'a', 256);
	n = base64_encode(big, 256, coded);
	is_int(sasl_login(to, coded, n), SASL_REFUSED, "SEC-S8 256 octets");
	n = base64_encode(big, 255, coded);
	is_int(sasl_login(to, coded, n), SASL_OK, "SEC-S8 255 octets");
	return done_testing();
}
