/*
 * resolve - the mail servers of a domain.  Trusts neither the answer's form nor
 * the names in it: those that are not host names are left out.
 */
#include "resolve.h"

#include <sys/types.h>

#include <netinet/in.h>
#include <arpa/nameser.h>
#include <resolv.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "../lib/clock.h"

/* RFC 1035 4.1.1 and 3.2 */
#define HEADER_BYTES	12
#define FIXED_BYTES	10	/* TYPE, CLASS, TTL and RDLENGTH of a record */
#define PACKET_MAX	65535
enum { TYPE_CNAME = 5, TYPE_MX = 15, CLASS_IN = 1 };
enum { RCODE_OK = 0, RCODE_NXDOMAIN = 3 };

struct record {
	char		owner[RESOLVE_NAME_MAX];
	unsigned int	type, class;
	const unsigned char *data;
	size_t		length;
};

struct answer {
	const unsigned char *packet, *end, *at;
	unsigned int	left;		/* records not yet read */
};

static unsigned int
get16(const unsigned char *p)
{
	return (unsigned int)p[0] << 8 | p[1];
}

/* Expands the name at p; returns what follows it, or NULL. */
static const unsigned char *
expand(const struct answer *a, const unsigned char *p,
    char name[RESOLVE_NAME_MAX])
{
	int n = p < a->end ?
	    dn_expand(a->packet, a->end, p, name, RESOLVE_NAME_MAX) : -1;

	return n < 0 || n > a->end - p ? NULL : p + n;
}

/* Goes to the first record of the answer section: 0, or -1 malformed. */
static int
rewind_answer(struct answer *a)
{
	char name[RESOLVE_NAME_MAX];
	unsigned int questions = get16(a->packet + 4);

	a->at = a->packet + HEADER_BYTES;
	for (; questions > 0; questions--) {
		a->at = expand(a, a->at, name);
		if (a->at == NULL || a->end - a->at < 4)
			return -1;
		a->at += 4;
	}
	a->left = get16(a->packet + 6);
	return 0;
}

/* The next record: 1; 0 at the end; -1 malformed. */
static int
next_record(struct answer *a, struct record *r)
{
	if (a->left == 0)
		return 0;
	a->left--;
	a->at = expand(a, a->at, r->owner);
	if (a->at == NULL || a->end - a->at < FIXED_BYTES)
		return -1;
	r->type = get16(a->at);
	r->class = get16(a->at + 2);
	r->length = get16(a->at + 8);
	r->data = a->at + FIXED_BYTES;
	if ((size_t)(a->end - r->data) < r->length)
		return -1;
	a->at = r->data + r->length;
	return 1;
}

/* Letters, digits, hyphens, dots and, since it is seen, the underscore. */
static int
is_host_name(const char *name)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";

	return name[0] != '\0' && name[0] != '.' && name[0] != '-' &&
	    name[strspn(name, good)] == '\0';
}

/* Keeps the list sorted, and the worst out of it when it is full. */
static void
add_host(struct resolve_list *list, unsigned int preference, const char *name)
{
	size_t at = list->count;

	while (at > 0 && list->hosts[at - 1].preference > preference)
		at--;
	if (at == RESOLVE_HOSTS_MAX)
		return;
	if (list->count < RESOLVE_HOSTS_MAX)
		list->count++;
	memmove(&list->hosts[at + 1], &list->hosts[at],
	    (list->count - 1 - at) * sizeof(list->hosts[0]));
	list->hosts[at].preference = preference;
	memcpy(list->hosts[at].name, name, strlen(name) + 1);
}

/*
 * Moves name along one CNAME of the answer.  1 moved, 0 there is none, -1
 * malformed.
 */
static int
follow(struct answer *a, char *name)
{
	struct record r;
	int more;

	if (rewind_answer(a) == -1)
		return -1;
	while ((more = next_record(a, &r)) == 1)
		if (r.type == TYPE_CNAME && r.class == CLASS_IN &&
		    strcasecmp(r.owner, name) == 0)
			return expand(a, r.data, name) == NULL ? -1 : 1;
	return more;
}

/* Collects the MX records of name. */
static enum resolve_status
collect(struct answer *a, const char *name, struct resolve_list *list)
{
	char host[RESOLVE_NAME_MAX];
	struct record r;
	size_t seen = 0;
	int more, null = 0;

	if (rewind_answer(a) == -1)
		return RESOLVE_TEMPORARY;
	while ((more = next_record(a, &r)) == 1) {
		if (r.type != TYPE_MX || r.class != CLASS_IN ||
		    strcasecmp(r.owner, name) != 0)
			continue;
		if (r.length < 3 || expand(a, r.data + 2, host) == NULL)
			return RESOLVE_TEMPORARY;
		seen++;
		if (host[0] == '\0' || strcmp(host, ".") == 0)
			null = 1;
		else if (is_host_name(host))
			add_host(list, get16(r.data), host);
	}
	if (more == -1)
		return RESOLVE_TEMPORARY;
	if (list->count > 0)
		return RESOLVE_OK;
	return seen == 0 ? RESOLVE_NO_MX : null ? RESOLVE_NULL_MX :
	    RESOLVE_UNUSABLE;
}

enum resolve_status
resolve_parse(const unsigned char *packet, size_t length, char *name,
    struct resolve_list *list)
{
	struct answer a = { packet, packet + length, packet, 0 };
	enum resolve_status status;
	int aliases = 0, moved;

	list->count = 0;
	if (length < HEADER_BYTES || (packet[2] & 0x02) != 0 /* TC */)
		return RESOLVE_TEMPORARY;
	if ((packet[3] & 0x0f) == RCODE_NXDOMAIN)
		return RESOLVE_NXDOMAIN;
	if ((packet[3] & 0x0f) != RCODE_OK)
		return RESOLVE_TEMPORARY;
	while ((moved = follow(&a, name)) == 1)
		if (++aliases > RESOLVE_ALIASES_MAX)
			return RESOLVE_TEMPORARY;
	if (moved == -1)
		return RESOLVE_TEMPORARY;
	status = collect(&a, name, list);
	return status == RESOLVE_NO_MX && aliases > 0 ? RESOLVE_ALIAS : status;
}

/* RFC 5321 5.1: hosts of equal preference MUST be tried in random order. */
static void
shuffle(struct resolve_list *list)
{
	unsigned long long seed = (unsigned long long)clock_ms() * 4294967291U +
	    (unsigned long long)getpid();
	size_t i, j;

	for (i = 0; i < list->count; i++) {
		struct resolve_host swap = list->hosts[i];
		size_t equal = i;

		while (equal < list->count &&
		    list->hosts[equal].preference == swap.preference)
			equal++;
		seed = seed * 6364136223846793005U + 1442695040888963407U;
		j = i + (size_t)(seed >> 33) % (equal - i);
		list->hosts[i] = list->hosts[j];
		list->hosts[j] = swap;
	}
}

enum resolve_status
resolve_mx(const char *domain, struct resolve_list *list)
{
	static unsigned char packet[PACKET_MAX];
	char name[RESOLVE_NAME_MAX];
	enum resolve_status status = RESOLVE_ALIAS;
	int asked;

	if (strlen(domain) >= sizeof(name))
		return RESOLVE_NXDOMAIN;
	memcpy(name, domain, strlen(domain) + 1);
	for (asked = 0; status == RESOLVE_ALIAS; asked++) {
		int length;

		if (asked > RESOLVE_ALIASES_MAX)
			return RESOLVE_TEMPORARY;
		/* An answer that says "nothing" makes it return -1, with the
		 * answer left in the packet; no answer leaves this header,
		 * whose RCODE is no one's. */
		memset(packet, 0xff, HEADER_BYTES);
		length = res_query(name, CLASS_IN, TYPE_MX, packet,
		    sizeof(packet));
		if (length < 0) {
			if ((packet[3] & 0x0f) == RCODE_OK &&
			    get16(packet + 6) != 0)
				return RESOLVE_TEMPORARY;
			length = HEADER_BYTES;
			memset(packet + 4, 0, HEADER_BYTES - 4);
		}
		status = resolve_parse(packet, length > PACKET_MAX ?
		    PACKET_MAX : (size_t)length, name, list);
	}
	if (status == RESOLVE_OK)
		shuffle(list);
	return status;
}
