/*
 * xtext_test - RFC 3461 4.
 * link: lib/xtext.c lib/text.c
 */
#include "lib/text.h"
#include "lib/xtext.h"
#include "tests/unit/tap.h"

static const char *
shown(const char *text, size_t length)
{
	static char buf[2048];
	struct text t;

	text_init(&t, buf, sizeof(buf));
	xtext_add_printable(&t, text, length);
	return buf;
}

int
main(void)
{
	static const char *const bad[] = { "", "a=b", "a b", "+", "+2", "+2b",
	    "+GG", "a\nb", "caf\xc3\xa9", "\x7f", "ab+4" };
	char buf[1024], all[256];
	struct text t;
	size_t i;

	ok(xtext_valid("QQ314159", 8), "E08 plain xtext");
	ok(xtext_valid("rfc822;a+2Bb+3D@c", 17), "E08 encoded octets");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!xtext_valid(bad[i], strlen(bad[i])),
		    "E08 not xtext: number %u", (unsigned int)i);
	ok(!xtext_valid("a\0b", 3), "SEC-S7 a NUL is no xtext");

	for (i = 1; i < sizeof(all); i++)
		all[i - 1] = (char)i;
	all[sizeof(all) - 1] = '\0';
	text_init(&t, buf, sizeof(buf));
	xtext_add(&t, all);
	ok(!t.full && xtext_valid(buf, t.used),
	    "what xtext_add makes of all octets is valid");
	is_str(shown("a+2Bb+3Dc", 9), "a+b=c", "decoded");
	is_str(shown("x+0D+0Asender:+20y", 18), "x\\x0D\\x0Asender: y",
	    "SEC-S5 CR and LF hidden in xtext stay one line");
	is_str(shown("+00", 3), "\\x00", "SEC-S7 and a hidden NUL is shown");
	is_str(shown("+zz+", 4), "+zz+", "what is no xtext is left");
	return done_testing();
}
