/*
 * unique_test - Maildir names.
 * link: lib/unique.c lib/text.c
 */
#include <stdlib.h>

#include "lib/unique.h"
#include "tests/unit/tap.h"

#define IDS	20000

static int
compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

int
main(void)
{
	static char ids[IDS][UNIQUE_ID_MAX];
	char name[UNIQUE_NAME_MAX], longest[UNIQUE_ID_MAX], host[300];
	unsigned long long n = 5;
	size_t i, same = 0, odd = 0;

	for (i = 0; i < IDS; i++) {
		unique_id(ids[i]);
		odd += strspn(ids[i], "0123456789abcdef.MPR") != strlen(ids[i]);
	}
	qsort(ids, IDS, sizeof(ids[0]), compare);
	for (i = 1; i < IDS; i++)
		same += strcmp(ids[i - 1], ids[i]) == 0;
	is_int(same, 0, "20,000 ids of one process differ");
	is_int(odd, 0, "and are plain file names");

	unique_name(name, sizeof(name), "1.M2P3R4", "hamburger.edu", 100, 105);
	is_str(name, "1.M2P3R4.hamburger.edu,S=100,W=105", "a name");
	ok(unique_size(name, 'S', &n) == 0 && n == 100, "its S");
	ok(unique_size(name, 'W', &n) == 0 && n == 105, "its W");
	ok(unique_size("1.x,W=7:2,S", 'W', &n) == 0 && n == 7, "before :2,");
	is_int(unique_size("1.x,S=", 'S', &n), -1, "an empty number is none");
	is_int(unique_size("1.x,S=9x", 'S', &n), -1, "nor is 9x");
	is_int(unique_size("1.x:2,S", 'S', &n), -1, "a flag S is no size");
	is_int(unique_size("S=1", 'S', &n), -1, "nor is S= without comma");
	is_int(unique_size("1.x,S=99999999999999999999999999", 'S', &n), -1,
	    "SEC-S3 nor is an overflow");

	memset(longest, '9', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	memset(host, 'h', sizeof(host) - 1);
	host[sizeof(host) - 1] = '\0';
	host[3] = '/';
	host[4] = ':';
	unique_name(name, sizeof(name), longest, host, ~0ULL, ~0ULL);
	ok(strlen(name) > 130 && strlen(name) + strlen("99999999999.") +
	    strlen(":2,DFPRST") < 255, "the longest name leaves room");
	ok(strpbrk(name, "/:") == NULL, "/ and : of a host do not reach it");
	ok(unique_size(name, 'W', &n) == 0 && n == ~0ULL,
	    "and its end is not cut off");
	return done_testing();
}
