/*
 * octets_test - the first control octet, wherever it stands.
 * link: lib/octets.c
 */
#include "lib/octets.h"
#include "tests/unit/tap.h"

/* Every octet value at every place of every length, behind others that are
 * close to the limit. */
static void
test_all(void)
{
	static const unsigned char around[] = { 16, 17, 127, 128, 144, 255 };
	char buf[40];
	size_t length, at, i, wrong = 0;
	int c;

	for (i = 0; i < sizeof(around); i++)
		for (length = 0; length <= 20; length++)
			for (at = 0; at <= length; at++)
				for (c = 0; c < 256; c++) {
					memset(buf, around[i], sizeof(buf));
					buf[1 + at] = (char)c;
					wrong += octets_control(buf + 1, buf +
					    1 + length) != buf + 1 + (c < 16 &&
					    at < length ? at : length);
				}
	is_int(wrong, 0, "the first octet below 16 is found, no other");
	memset(buf, '\n', sizeof(buf));
	ok(octets_control(buf + 3, buf + 20) == buf + 3, "the first of many");
}

int
main(void)
{
	test_all();
	return done_testing();
}
