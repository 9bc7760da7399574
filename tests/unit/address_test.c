/*
 * address_test - the address parser is total.
 * link: lib/address.c lib/text.c
 */
#include <stdlib.h>

#include "lib/address.h"
#include "lib/text.h"
#include "tests/unit/tap.h"

static struct address a;
static char canonical[ADDRESS_MAX];

/* The canonical text of a path, or the name of what is wrong with it. */
static const char *
path(const char *text, int flags)
{
	const char *rest = "";
	struct text t;

	switch (address_path(text, flags, &a, &rest)) {
	case ADDRESS_OK:
		text_init(&t, canonical, sizeof(canonical));
		address_add(&t, &a);
		text_add(&t, rest[0] == '\0' ? "" : " + ");
		text_add(&t, rest);
		return t.full ? "FULL" : canonical;
	case ADDRESS_SYNTAX:
		return "syntax";
	case ADDRESS_LONG:
		return "long";
	case ADDRESS_UTF8:
		return "utf8";
	}
	return "?";
}

static void
test_paths(void)
{
	static const struct {
		const char *id, *text;
		int flags;
		const char *want;
	} cases[] = {
	{ "S28", "<bob@hamburger.edu>", 0, "bob@hamburger.edu" },
	{ "S03", "<BoB@Hamburger.EDU>", 0, "BoB@Hamburger.EDU" },
	{ "S21", " <bob@hamburger.edu>", 0, "bob@hamburger.edu" },
	{ "S21", " park@kihyun.uu.ac.kr", 0, "park@kihyun.uu.ac.kr" },
	{ "S21", "park@kihyun.uu.ac.kr SIZE=1", 0,
	    "park@kihyun.uu.ac.kr + SIZE=1" },
	{ "S28", "<bob@hamburger.edu>  SIZE=1 BODY=7BIT", 0,
	    "bob@hamburger.edu + SIZE=1 BODY=7BIT" },
	{ "S22", "<@a.example,@b.example:u@d.example>", 0, "u@d.example" },
	{ "S22", "<@[192.0.2.1]:u@d.example>", 0, "u@d.example" },
	{ "S22", "<@a.example,b.example:u@d>", 0, "syntax" },
	{ "S22", "<@a.example>", 0, "syntax" },
	{ "S11", "<>", ADDRESS_NULL, "" },
	{ "S11", "<> SIZE=0", ADDRESS_NULL, " + SIZE=0" },
	{ "S28", "<>", 0, "syntax" },
	{ "S23", "<postmaster>", ADDRESS_NO_DOMAIN, "postmaster" },
	{ "S23", "<postmaster>", 0, "syntax" },
	{ "S28", "<\"a\"@d.example>", 0, "a@d.example" },
	{ "S28", "<\"a b\"@d.example>", 0, "\"a b\"@d.example" },
	{ "S28", "<\"a\\b\"@d.example>", 0, "ab@d.example" },
	{ "S28", "<\"a\\\"b\"@d.example>", 0, "\"a\\\"b\"@d.example" },
	{ "S28", "<\"a\\\\b\"@d.example>", 0, "\"a\\\\b\"@d.example" },
	{ "S28", "<\"a@b\"@d.example>", 0, "\"a@b\"@d.example" },
	{ "S28", "<\"a..b\"@d.example>", 0, "\"a..b\"@d.example" },
	{ "S28", "<\".a\"@d.example>", 0, "\".a\"@d.example" },
	{ "S28", "<\"a>\"@d.example>", 0, "\"a>\"@d.example" },
	{ "S28", "<u@[192.0.2.1]>", 0, "u@[192.0.2.1]" },
	{ "S28", "<u@[IPv6:2001:db8::1]>", 0, "u@[IPv6:2001:db8::1]" },
	{ "S28", "<u@[2001:db8::1]>", 0, "syntax" },
	{ "S28", "<u@[192.0.2.256]>", 0, "syntax" },
	{ "S28", "<u@[]>", 0, "syntax" },
	{ "S28", "<u@[192.0.2.1>", 0, "syntax" },
	{ "S28", "<a+b=c!d#e$f%g&h'i*j/k?l^m_n`o{p|q}r~s@d.example>", 0,
	    "a+b=c!d#e$f%g&h'i*j/k?l^m_n`o{p|q}r~s@d.example" },
	{ "SEC-S14 S29", "<\"\"@d.example>", 0, "syntax" },
	{ "SEC-S14", "<@d.example>", 0, "syntax" },
	{ "SEC-S14", "<\"@>", 0, "syntax" },
	{ "SEC-S14", "<\"\\", 0, "syntax" },
	{ "SEC-S14", "", ADDRESS_NULL, "syntax" },
	{ "SEC-S14", "   ", ADDRESS_NULL | ADDRESS_NO_DOMAIN, "syntax" },
	{ "S29", "<a..b@d.example>", 0, "syntax" },
	{ "S29", "<.a@d.example>", 0, "syntax" },
	{ "S29", "<a.@d.example>", 0, "syntax" },
	{ "S28", "<a@b@c.example>", 0, "syntax" },
	{ "S28", "<a@d..example>", 0, "syntax" },
	{ "S28", "<a@.example>", 0, "syntax" },
	{ "S28", "<a@d.example.>", 0, "syntax" },
	{ "S28", "<a@-d.example>", 0, "syntax" },
	{ "S28", "<a@d-.example>", 0, "syntax" },
	{ "S28", "<a@>", 0, "syntax" },
	{ "S28", "<a b@d.example>", 0, "syntax" },
	{ "S28", "<a@d.example", 0, "syntax" },
	{ "S28", "a@d.example>", 0, "syntax" },
	{ "S28", "<a@d.example>x", 0, "syntax" },
	{ "S28", "<<a@d.example>>", 0, "syntax" },
	{ "S27", "<a\ab@d.example>", 0, "syntax" },
	{ "S27", "<a\tb@d.example>", 0, "syntax" },
	{ "S27", "<\"a\ab\"@d.example>", 0, "syntax" },
	{ "S27", "<\"a\\\ab\"@d.example>", 0, "syntax" },
	{ "S27", "<\"a\177b\"@d.example>", 0, "syntax" },
	{ "S27", "<a@d\001.example>", 0, "syntax" },
	{ "S27", "<caf\303\251@d.example>", 0, "utf8" },
	{ "S27", "<a@caf\303\251.example>", 0, "utf8" },
	{ "E09", "<caf\303\251@d.example>", ADDRESS_ALLOW_UTF8,
	    "caf\303\251@d.example" },
	{ "E09", "<\"\303\251 b\"@caf\303\251.example>", ADDRESS_ALLOW_UTF8,
	    "\"\303\251 b\"@caf\303\251.example" },
	{ "E09", "<caf\303@d.example>", ADDRESS_ALLOW_UTF8, "utf8" },
	{ "E09", "<\300\257@d.example>", ADDRESS_ALLOW_UTF8, "utf8" },
	{ "E09", "<\355\240\200@d.example>", ADDRESS_ALLOW_UTF8, "utf8" },
	{ "E09", "<\364\220\200\200@d.example>", ADDRESS_ALLOW_UTF8, "utf8" },
	{ "E09", "<a\302\205@d.example>", ADDRESS_ALLOW_UTF8, "utf8" },
	{ "E09", "<a\302\200@d.example>", ADDRESS_ALLOW_UTF8, "utf8" },
	{ "E09", "<\"\302\237\"@d.example>", ADDRESS_ALLOW_UTF8, "utf8" },
	{ "E09", "<a@\302\233.example>", ADDRESS_ALLOW_UTF8, "utf8" },
	{ "E09", "<\302\240@d.example>", ADDRESS_ALLOW_UTF8,
	    "\302\240@d.example" },
	{ "E09", "<\340\202\205@d.example>", ADDRESS_ALLOW_UTF8, "utf8" },
	{ "E09", "<\342\205\205@d.example>", ADDRESS_ALLOW_UTF8,
	    "\342\205\205@d.example" },
	{ "SEC-S4", "<-oQ/tmp@d.example>", 0, "-oQ/tmp@d.example" },
	{ "SEC-S4", "<;id;@d.example>", 0, "syntax" },
	{ "SEC-S4", "<a@$(id).example>", 0, "syntax" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_str(path(cases[i].text, cases[i].flags), cases[i].want,
		    "%s path %u of the table", cases[i].id, (unsigned int)i);
}

static void
test_limits(void)
{
	char text[700];
	size_t n, wrong = 0;

	for (n = 1; n < 200; n++) {
		memset(text, 'l', n);
		strcpy(text + n, "@d.example");
		wrong += strcmp(path(text, 0), n <= 64 ? text : "long") != 0;
	}
	is_int(wrong, 0, "S28 a local-part of 64 octets, and no longer one");
	for (wrong = 0, n = 1; n < 600; n++) {
		size_t i;

		strcpy(text, "u@");
		for (i = 0; i < n; i++)
			text[2 + i] = i % 50 == 49 && i + 1 < n ? '.' : 'd';
		text[2 + n] = '\0';
		wrong += strcmp(path(text, 0), n <= 255 ? text : "long") != 0;
	}
	is_int(wrong, 0, "S28 a domain of 255 octets, and no longer one");
	memset(text, '"', 1);
	for (n = 0; n < 64; n++)
		memcpy(text + 1 + 2 * n, "\\\"", 2);
	strcpy(text + 129, "\"@");
	memset(text + 131, 'd', 63);
	for (n = 131 + 63; n < 131 + 255; n++)
		text[n] = (n - 131) % 64 == 63 ? '.' : 'd';
	text[131 + 255] = '\0';
	is_str(path(text, 0), text, "the longest canonical text fits");
	ok(address_is_domain("hamburger.edu", 0), "a domain");
	ok(address_is_domain("[192.0.2.1]", 0), "a literal");
	ok(!address_is_domain("", 0), "nothing is none");
	ok(!address_is_domain("a b", 0), "a blank");
	ok(!address_is_domain("a/b", 0), "a slash");
	ok(!address_is_domain("caf\303\251", 0), "UTF-8 without asking");
	ok(address_is_domain("caf\303\251", 1), "UTF-8");
	ok(!address_is_domain("caf\302\205", 1), "SEC-S22 a C1 control");
	ok(!address_is_domain("caf\303", 1), "half a character");
}

/*
 * All strings over a small alphabet: never a crash (each is in memory of exactly
 * its size), and what is accepted means the same when it is read again.
 */
static void
test_exhaustive(size_t length)
{
	static const char letters[] = "a\"\\@.<>[] :";
	const size_t radix = sizeof(letters) - 1;
	size_t total = 1, n, i, accepted = 0, wrong = 0;
	char *exact = malloc(length + 1);
	struct address first, again;
	char text[ADDRESS_MAX];
	const char *rest;
	struct text t;

	for (i = 0; i < length; i++)
		total *= radix;
	for (n = 0; n < total; n++) {
		size_t value = n;

		for (i = 0; i < length; i++, value /= radix)
			exact[i] = letters[value % radix];
		exact[length] = '\0';
		if (address_path(exact, ADDRESS_NULL | ADDRESS_NO_DOMAIN,
		    &first, &rest) != ADDRESS_OK)
			continue;
		accepted++;
		wrong += rest < exact || rest > exact + length;
		text_init(&t, text, sizeof(text));
		address_add(&t, &first);
		wrong += address_mailbox(text, ADDRESS_NULL | ADDRESS_NO_DOMAIN,
		    &again) != ADDRESS_OK || memcmp(&first, &again,
		    sizeof(first)) != 0;
	}
	free(exact);
	is_int(wrong, 0, "SEC-S14 all %lu strings of length %u; %lu are paths",
	    (unsigned long)total, (unsigned int)length, (unsigned long)accepted);
}

int
main(void)
{
	size_t length;

	test_paths();
	test_limits();
	for (length = 0; length <= 6; length++)
		test_exhaustive(length);
	return done_testing();
}
