/*
 * resolve_test - answers to MX questions, sound, odd and hostile.
 * link: qsend/resolve.c lib/clock.c lib/text.c
 * libs: -lresolv
 */
#include <stdlib.h>

#include "qsend/resolve.h"
#include "tests/unit/tap.h"

static unsigned char packet[65535];
static size_t used;

static void
put16(unsigned int n)
{
	packet[used++] = (unsigned char)(n >> 8);
	packet[used++] = (unsigned char)n;
}

/* Writes a name, uncompressed; "" is the root. */
static void
put_name(const char *name)
{
	while (*name != '\0') {
		size_t n = strcspn(name, ".");

		packet[used++] = (unsigned char)n;
		memcpy(packet + used, name, n);
		used += n;
		name += n + (name[n] == '.');
	}
	packet[used++] = 0;
}

/* Begins an answer about name, with its question. */
static void
begin(const char *name, unsigned int flags)
{
	memset(packet, 0, 12);
	used = 2;
	put16(0x8180 | flags);
	put16(1);
	used = 12;
	put_name(name);
	put16(15);
	put16(1);
}

static size_t
record(const char *owner, unsigned int type)
{
	packet[7]++;
	put_name(owner);
	put16(type);
	put16(1);
	put16(0);
	put16(60);
	put16(0);
	return used;
}

static void
end_record(size_t begin_at)
{
	size_t n = used - begin_at;

	packet[begin_at - 2] = (unsigned char)(n >> 8);
	packet[begin_at - 1] = (unsigned char)n;
}

static void
mx(const char *owner, unsigned int preference, const char *host)
{
	size_t at = record(owner, 15);

	put16(preference);
	put_name(host);
	end_record(at);
}

static void
cname(const char *owner, const char *target)
{
	size_t at = record(owner, 5);

	put_name(target);
	end_record(at);
}

static struct resolve_list list;
static char name[RESOLVE_NAME_MAX];

/* Parses a copy that ends where the packet does, for AddressSanitizer. */
static enum resolve_status
parse(const char *about, size_t length)
{
	unsigned char *copy = malloc(length + 1);
	enum resolve_status status;

	memcpy(copy, packet, length);
	strcpy(name, about);
	copy = realloc(copy, length > 0 ? length : 1);
	status = resolve_parse(copy, length, name, &list);
	free(copy);
	return status;
}

static void
sound(void)
{
	unsigned int i;

	begin("a.example", 0);
	mx("a.example", 20, "two.example");
	mx("A.EXAMPLE", 10, "one.example");
	mx("other.example", 1, "no.example");
	is_int(parse("a.example", used), RESOLVE_OK, "C09 MX records are found");
	ok(list.count == 2 && strcmp(list.hosts[0].name, "one.example") == 0 &&
	    strcmp(list.hosts[1].name, "two.example") == 0,
	    "C10 and sorted, names compared without case, others left out");

	begin("a.example", 0);
	for (i = 40; i > 0; i--)
		mx("a.example", i, "mx.example");
	is_int(parse("a.example", used), RESOLVE_OK, "40 MX records");
	ok(list.count == RESOLVE_HOSTS_MAX && list.hosts[0].preference == 1 &&
	    list.hosts[RESOLVE_HOSTS_MAX - 1].preference == RESOLVE_HOSTS_MAX,
	    "the best are kept");

	begin("a.example", 0);
	is_int(parse("a.example", used), RESOLVE_NO_MX,
	    "C09 no MX record: implicit MX");
	begin("a.example", 3);
	is_int(parse("a.example", used), RESOLVE_NXDOMAIN, "C09 NXDOMAIN");
	begin("a.example", 2);
	is_int(parse("a.example", used), RESOLVE_TEMPORARY,
	    "C09 SERVFAIL is temporary");
	begin("a.example", 0x200);
	is_int(parse("a.example", used), RESOLVE_TEMPORARY,
	    "C09 SEC-S26 a truncated answer is no answer");
	begin("a.example", 0);
	mx("a.example", 0, "");
	is_int(parse("a.example", used), RESOLVE_NULL_MX, "C12 null MX");
	begin("a.example", 0);
	mx("a.example", 0, "");
	mx("a.example", 5, "mx.example");
	is_int(parse("a.example", used), RESOLVE_OK,
	    "C12 a null MX beside others does not count");
	begin("a.example", 0);
	mx("a.example", 5, "$(id).example");
	mx("a.example", 5, "-oX.example");
	mx("a.example", 5, "a b.example");
	is_int(parse("a.example", used), RESOLVE_UNUSABLE,
	    "C09 SEC-S4 MX records that name no host: an error, no fallback");
}

static void
aliases(void)
{
	char from[16] = "a.example", to[16] = "b.example";

	begin("a.example", 0);
	mx("c.example", 10, "mx.example");
	cname("b.example", "c.example");
	cname("a.example", "b.example");
	is_int(parse("a.example", used), RESOLVE_OK,
	    "C09 CNAMEs are followed, in any order");
	is_str(list.hosts[0].name, "mx.example", "C09 to the MX at their end");

	begin("a.example", 0);
	cname("a.example", "b.example");
	is_int(parse("a.example", used), RESOLVE_ALIAS,
	    "C09 a CNAME alone: ask again");
	is_str(name, "b.example", "C09 for its target");

	begin("a.example", 0);
	cname("a.example", "b.example");
	cname("b.example", "a.example");
	is_int(parse("a.example", used), RESOLVE_TEMPORARY,
	    "SEC-S26 a loop of CNAMEs ends");

	begin("a.example", 0);
	for (; to[0] <= 'i'; from[0]++, to[0]++)
		cname(from, to);
	is_int(parse("a.example", used), RESOLVE_ALIAS, "C09 8 CNAMEs");
	cname(from, to);
	is_int(parse("a.example", used), RESOLVE_TEMPORARY,
	    "SEC-S26 9 are too many");
}

static void
hostile(void)
{
	size_t length, at, i;
	int good = 1;

	begin("a.example", 0);
	at = record("a.example", 15);
	put16(10);
	packet[used] = (unsigned char)(0xc0 | (used >> 8));
	packet[used + 1] = (unsigned char)used;
	used += 2;
	end_record(at);
	is_int(parse("a.example", used), RESOLVE_TEMPORARY,
	    "SEC-S26 a name that points to itself");

	begin("a.example", 0);
	at = record("a.example", 15);
	put16(10);
	end_record(at);
	is_int(parse("a.example", used), RESOLVE_TEMPORARY,
	    "SEC-S26 an MX record without a name");

	begin("a.example", 0);
	mx("a.example", 10, "mx.example");
	packet[6] = packet[7] = 0xff;
	is_int(parse("a.example", used), RESOLVE_TEMPORARY,
	    "SEC-S26 fewer records than stated");

	begin("a.example", 0);
	mx("a.example", 10, "mx.example");
	cname("b.example", "c.example");
	for (length = 0; length < used; length++)
		if (parse("a.example", length) == RESOLVE_OK)
			good = 0;
	ok(good, "SEC-S26 an answer cut anywhere is none");

	srand(1);
	for (i = 0; i < 200000; i++) {
		begin("a.example", 0);
		mx("a.example", 10, "mx.example");
		cname("a.example", "c.example");
		for (at = (size_t)rand() % 6; at > 0; at--)
			packet[(size_t)rand() % used] = (unsigned char)rand();
		if (parse("a.example", used) == RESOLVE_OK &&
		    (list.count == 0 || list.count > RESOLVE_HOSTS_MAX))
			good = 0;
	}
	ok(good, "SEC-S26 answers with wrong octets");
}

int
main(void)
{
	sound();
	aliases();
	hostile();
	return done_testing();
}
