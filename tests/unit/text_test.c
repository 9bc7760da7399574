/*
 * text_test - bounded text: what does not fit is never written, never forgotten.
 * link: lib/text.c
 */
#include <limits.h>

#include "lib/text.h"
#include "tests/unit/tap.h"

static void
test_bounds(void)
{
	char buf[16];
	struct text t;
	size_t size, wrong = 0;

	for (size = 1; size <= sizeof(buf); size++) {
		memset(buf, '#', sizeof(buf));
		text_init(&t, buf, size);
		text_add(&t, "abc");
		text_add(&t, "defgh");
		wrong += t.used >= size || buf[t.used] != '\0';
		wrong += size < sizeof(buf) && buf[size] != '#';
		wrong += t.full != (size < 9);
	}
	is_int(wrong, 0, "SEC-S3 nothing is written behind any size");
	text_init(&t, buf, 5);
	text_add(&t, "too long");
	text_add(&t, "x");
	is_str(buf, "", "after the first miss nothing more is added");
	ok(t.full, "and it stays full");
	text_init(&t, buf, 5);
	ok(!t.full && t.used == 0, "until text_init()");
}

static void
test_numbers(void)
{
	char buf[64];
	struct text t;
	unsigned long long n = 7;

	text_init(&t, buf, sizeof(buf));
	text_add_number(&t, 0, 1);
	text_add(&t, " ");
	text_add_number(&t, 7, 2);
	text_add(&t, " ");
	text_add_number(&t, ULLONG_MAX, 1);
	is_str(buf, "0 07 18446744073709551615", "numbers and leading zeros");

	ok(text_number("18446744073709551615", ULLONG_MAX, &n) == 0 &&
	    n == ULLONG_MAX, "SEC-S15 the largest number is read");
	n = 7;
	is_int(text_number("18446744073709551616", ULLONG_MAX, &n), -1,
	    "SEC-S15 one more is refused");
	is_int(text_number("101", 100, &n), -1, "over max");
	is_int(text_number("", 100, &n), -1, "empty");
	is_int(text_number("-1", 100, &n), -1, "SEC-S15 a sign");
	is_int(text_number("+1", 100, &n), -1, "a plus");
	is_int(text_number(" 1", 100, &n), -1, "a blank");
	is_int(text_number("1x", 100, &n), -1, "something behind");
	is_int(text_number("9", 5, &n), -1, "a digit over a small max");
	is_int(n, 7, "the number is untouched by all these");
	ok(text_number("000100", 100, &n) == 0 && n == 100, "leading zeros");
}

static void
test_printable(void)
{
	char buf[2048], all[256];
	struct text t;
	size_t i, wrong = 0;

	for (i = 0; i < sizeof(all); i++)
		all[i] = (char)i;
	text_init(&t, buf, sizeof(buf));
	text_add_printable(&t, all, sizeof(all));
	for (i = 0; i < t.used; i++)
		wrong += buf[i] < ' ' || buf[i] > '~';
	is_int(wrong, 0, "SEC-S5 SEC-S22 every octet becomes printable ASCII");
	ok(strncmp(buf, "\\x00\\x01", 8) == 0, "controls as \\xHH");
	ok(strstr(buf, "[\\x5C]") != NULL, "and the backslash");
	text_init(&t, buf, 7);
	text_add_printable(&t, "ab\ncd", 5);
	is_str(buf, "ab\\x0A", "cut before what does not fit");
	ok(!t.full, "without turning full");
}

int
main(void)
{
	test_bounds();
	test_numbers();
	test_printable();
	return done_testing();
}
