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
	static const struct {
		const char *text;
		int valid;	/* 2 with SMTPUTF8, 3 always */
	} unitext[] = {
	{ "a@b.example", 3 }, { "\\x{2B}\\x{3D}\\x{5C}\\x{20}@b", 3 },
	{ "\\x{E9}\\x{BC25}\\x{1F600}\\x{10FFFF}@b", 3 },
	{ "caf\303\251@b", 2 }, { "\302\240", 2 },
	{ "", 0 }, { "a+2Bb", 0 }, { "a=b", 0 }, { "a b", 0 }, { "a\177", 0 },
	{ "a\nb", 0 }, { "\\", 0 }, { "\\x", 0 }, { "\\x{", 0 },
	{ "\\x{}", 0 }, { "\\x{E}", 0 }, { "\\x{E9", 0 }, { "\\x{e9}", 0 },
	{ "\\x{00}", 0 }, { "\\x{0D}", 0 }, { "\\x{7F}", 0 },
	{ "\\x{85}", 0 }, { "\\x{9F}", 0 }, { "\\x{D800}", 0 },
	{ "\\x{DFFF}", 0 }, { "\\x{110000}", 0 }, { "\\x{0010FFFF}", 0 },
	{ "\302\205", 0 }, { "\300\257", 0 }, { "\355\240\200", 0 },
	{ "caf\303", 0 }, { "\377", 0 },
	};
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

	for (i = 0; i < sizeof(unitext) / sizeof(unitext[0]); i++)
		is_int(xtext_unitext_valid(unitext[i].text, 1) * 2 +
		    xtext_unitext_valid(unitext[i].text, 0),
		    (unsigned int)unitext[i].valid, "E09 unitext number %u",
		    (unsigned int)i);
	return done_testing();
}
