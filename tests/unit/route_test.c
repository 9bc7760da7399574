/*
 * route_test - which servers are tried, in what order, and the verdict.
 * link: qsend/route.c qsend/reply.c lib/in.c lib/out.c lib/clock.c lib/text.c
 */
#include <netinet/in.h>

#include "qsend/connect.h"
#include "qsend/route.h"
#include "qsend/session.h"
#include "tests/unit/tap.h"

/* A little world: MX records, and what each host is like. */
static enum resolve_status mx_status;
static struct resolve_list mx;
static char tried[400];

/* A host's name says how it is: "up", "own", "none", "dns", "refuse" (5yz),
 * anything else is down; "two-" has two addresses. */
static int
is(const char *name, const char *how)
{
	return strstr(name, how) != NULL;
}

enum resolve_status
resolve_mx(const char *domain, struct resolve_list *list)
{
	(void)domain;
	*list = mx;
	return mx_status;
}

enum connect_status
connect_find(const char *name, unsigned int port, struct addresses *a)
{
	(void)port;
	memset(a, 0, sizeof(*a));
	if (is(name, "none"))
		return CONNECT_NONE;
	if (is(name, "dns"))
		return CONNECT_TEMPORARY;
	a->count = is(name, "two-") ? 2 : 1;
	a->list[0].ss_family = is(name, "own") ? AF_INET6 : AF_INET;
	return CONNECT_OK;
}

int
connect_is_own(const struct sockaddr_storage *a)
{
	return a->ss_family == AF_INET6;
}

int
session_try(struct session *s, const char *name,
    const struct sockaddr_storage *to)
{
	(void)to;
	strcat(tried, name);
	strcat(tried, " ");
	if (is(name, "up"))
		return 0;
	if (is(name, "refuse")) {
		reply_set(&s->reply, "5.0.0", "no mail here");
		s->reply.code = 554;
	} else {
		reply_set(&s->reply, "4.4.1", "down");
	}
	return -1;
}

int
session_stopped(const struct session *s)
{
	(void)s;
	return 0;
}

static struct session s;
static struct settings settings;

/* Hosts with their preferences: "10 a.example 20 b.example". */
static const char *
route(const char *hosts)
{
	static char verdict[64];
	unsigned int preference;
	char name[64];
	int n;

	mx.count = 0;
	mx_status = hosts[0] == '\0' ? RESOLVE_NO_MX : RESOLVE_OK;
	while (sscanf(hosts, "%u %63s%n", &preference, name, &n) == 2) {
		mx.hosts[mx.count].preference = preference;
		strcpy(mx.hosts[mx.count++].name, name);
		hosts += n;
	}
	tried[0] = '\0';
	s.settings = &settings;
	strcpy(verdict, route_connect(&s) == 0 ? "open" : s.reply.enhanced);
	return verdict;
}

static const char *
fails(enum resolve_status status)
{
	mx_status = status;
	tried[0] = '\0';
	return route_connect(&s) == 0 ? "open" : s.reply.enhanced;
}

int
main(void)
{
	strcpy(settings.me, "me.example");
	settings.timeoutconnect_s = 60;
	s.destination = "up.example";

	is_str(route("10 a.up 20 b.up"), "open", "C10 the best server");
	is_str(tried, "a.up ", "C10 only that");
	is_str(route("10 a 10 two-b 20 c.up"), "open", "C10 the next ones");
	is_str(tried, "a two-b two-b c.up ", "C10 every address, in order");
	is_str(route("10 refuse 20 b.up"), "open", "C01 554: the next host");
	is_str(route("10 refuse"), "5.0.0", "C01 C13 554 is permanent");
	is_str(route("10 a 20 refuse"), "4.4.1", "any hope is temporary");
	is_str(route("10 refuse 20 b"), "4.4.1", "in any order");
	is_str(s.peer, "b", "and it is told whose verdict it is");

	is_str(route("10 a 20 me.example 30 c.up"), "4.4.1", "C11 our own name");
	is_str(tried, "a ", "C11 cuts the list");
	is_str(route("10 a 20 b.up 20 ME.example"), "4.4.1",
	    "C11 with all of its preference");
	is_str(route("10 own 20 b.up"), "5.4.6", "C11 an address of ours");
	is_str(tried, "", "C11 is not tried, 5.4.6");
	s.port = 2525;
	is_str(route("10 own.up 20 b"), "open",
	    "C11 but a port that was named is meant");
	s.port = 0;

	is_str(route(""), "open", "C09 no MX: the domain itself");
	is_str(tried, "up.example ", "C09 implicit MX");
	s.destination = "none.example";
	is_str(route(""), "5.1.2", "C09 without an address: 5.1.2");
	is_str(route("10 none 20 none2"), "5.4.4",
	    "C09 MX without addresses: an error, no fallback");
	is_str(tried, "", "C09 nothing is tried");
	is_str(route("10 none 20 dns"), "4.4.3", "C09 a DNS failure: temporary");
	is_str(fails(RESOLVE_NXDOMAIN), "5.1.2", "C09 NXDOMAIN");
	is_str(fails(RESOLVE_TEMPORARY), "4.4.3", "C09 SERVFAIL");
	is_str(fails(RESOLVE_NULL_MX), "5.1.10", "C12 null MX");
	is_str(fails(RESOLVE_UNUSABLE), "5.4.4", "C09 unusable MX");

	s.direct = 1;
	s.destination = "own.up";
	is_str(route("10 a"), "open", "a relay is used as it is");
	is_str(tried, "own.up ", "without MX, even if it is this host");
	s.destination = "none.example";
	is_str(route("10 a"), "4.4.4", "and may be found later");
	return done_testing();
}
