/*
 * Fuzzes the address parser.  What it accepts, written again, is the same
 * address; the argument of MAIL and the mailbox alone agree.
 * link: lib/address.c lib/text.c
 */
#include <string.h>

#include "lib/address.h"
#include "lib/text.h"
#include "tests/fuzz/fuzz.h"

static char input[4096];

/* Octets that stand in no address, and those over 127 only if allowed. */
static void
check_octets(const char *part, int utf8)
{
	for (; *part != '\0'; part++)
		check((unsigned char)*part >= ' ' && *part != 127 &&
		    (utf8 || (*part & 0x80) == 0), "octets of an address");
}

static void
check_address(const struct address *a, int flags)
{
	char text[ADDRESS_MAX];
	struct address b;
	struct text t;

	check_octets(a->local, flags & ADDRESS_ALLOW_UTF8);
	check_octets(a->domain, flags & ADDRESS_ALLOW_UTF8);
	text_init(&t, text, sizeof(text));
	address_add(&t, a);
	check(!t.full, "ADDRESS_MAX");
	check(address_mailbox(text, flags, &b) == ADDRESS_OK,
	    "what was accepted, written, is accepted");
	check(strcmp(a->local, b.local) == 0 && strcmp(a->domain, b.domain) ==
	    0, "and the same");
	check(a->domain[0] == '\0' || address_is_domain(a->domain,
	    flags & ADDRESS_ALLOW_UTF8), "its domain is one");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[sizeof(input) + 4];
	struct address a, b;
	const char *rest;
	int flags;

	if (size < 1 || size > sizeof(input))
		return 0;
	flags = data[0] & 7;
	memcpy(input, data + 1, size - 1);
	input[size - 1] = '\0';
	if (address_path(input, flags, &a, &rest) == ADDRESS_OK) {
		check(rest >= input && rest <= input + strlen(input), "rest");
		check(rest == input || *rest != ' ', "blanks are skipped");
		check_address(&a, flags);
	}
	if (address_mailbox(input, flags, &a) != ADDRESS_OK)
		return 0;
	check_address(&a, flags);
	path[0] = '<';
	memcpy(path + 1, input, strlen(input));
	memcpy(path + 1 + strlen(input), ">", 2);
	check(address_path(path, flags, &b, &rest) == ADDRESS_OK &&
	    *rest == '\0', "in brackets, too");
	check(strcmp(a.local, b.local) == 0 && strcmp(a.domain, b.domain) == 0,
	    "two ways to read a mailbox agree");
	return 0;
}
