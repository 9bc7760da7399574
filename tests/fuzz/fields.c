/*
 * Fuzzes the address lists of message headers.  Every address found is valid by
 * RFC 5321, too, and inside the text; what the stricter parser takes for a
 * mailbox is one mailbox here.
 * link: inject/fields.c lib/address.c lib/text.c
 */
#include <string.h>

#include "inject/fields.h"
#include "lib/address.h"
#include "lib/text.h"
#include "tests/fuzz/fuzz.h"

#define SIZE	16384

static char input[SIZE + 1];

struct found {
	size_t		count;
	struct address	last;
};

static int
each(void *context, const struct fields_mailbox *m)
{
	struct found *f = context;
	char text[ADDRESS_MAX];
	struct address a;
	struct text t;

	check(m->begin >= input && m->begin <= input + strlen(input), "begin");
	check(m->bare == NULL || (m->bare >= m->begin &&
	    m->bare <= input + SIZE), "bare");
	text_init(&t, text, sizeof(text));
	address_add(&t, m->address);
	check(!t.full && address_mailbox(text, ADDRESS_ALLOW_UTF8, &a) ==
	    ADDRESS_OK, "valid by RFC 5321");
	f->last = *m->address;
	f->count++;
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct found found = { 0, { "", "" } };
	struct address a;
	int status;

	if (size > SIZE || memchr(data, '\0', size) != NULL)
		return 0;
	memcpy(input, data, size);
	input[size] = '\0';
	status = fields_mailboxes(input, size, "hamburger.edu", each, &found);
	check(status == 0 || status == -1, "a status");
	if (address_mailbox(input, ADDRESS_ALLOW_UTF8, &a) != ADDRESS_OK)
		return 0;
	check(status == 0 && found.count == 1 &&
	    strcmp(a.local, found.last.local) == 0 &&
	    strcmp(a.domain, found.last.domain) == 0,
	    "two parsers of an address agree");
	return 0;
}
