/*
 * route - finds a server of the destination that talks to us.  Names and
 * addresses come from the DNS: hints that are tried, never believed.
 */
#include "route.h"

#include <string.h>
#include <strings.h>

#include "../lib/clock.h"
#include "connect.h"
#include "session.h"

/* All servers together get this many times timeoutconnect. */
#define ROUTE_TIMES	10

/* Servers of one preference, and where they are. */
struct group {
	size_t		 count;
	struct addresses of[RESOLVE_HOSTS_MAX];
};

/* The servers of the destination: 0, or -1 with the verdict. */
static int
find_hosts(struct session *s, struct resolve_list *list)
{
	const char *status = "4.4.3", *why = "the DNS does not answer";
	const char *p = s->destination;

	while (*p != '\0')
		if ((unsigned char)*p++ > 127) {
			reply_set(&s->reply, "5.1.2", "domains beyond ASCII "
			    "are looked up in their xn-- form only");
			return -1;
		}
	switch (s->direct ? RESOLVE_NO_MX :
	    resolve_mx(s->destination, list)) {
	case RESOLVE_OK:
		return 0;
	case RESOLVE_NO_MX:
		list->count = 1;
		list->hosts[0].preference = 0;
		memcpy(list->hosts[0].name, s->destination,
		    strlen(s->destination) + 1);
		return 0;
	case RESOLVE_NXDOMAIN:
		status = "5.1.2";
		why = "there is no such domain";
		break;
	case RESOLVE_NULL_MX:
		status = "5.1.10";
		why = "the domain takes no mail (null MX)";
		break;
	case RESOLVE_UNUSABLE:
		status = "5.4.4";
		why = "no MX record of the domain names a host";
		break;
	case RESOLVE_ALIAS:
	case RESOLVE_TEMPORARY:
		break;
	}
	reply_set(&s->reply, status, why);
	return -1;
}

/* What is left to say when nothing works, and whose fault it was. */
struct verdict {
	struct reply	reply;
	char		peer[RESOLVE_NAME_MAX];
};

/* The first one counts, but as long as there is hope, it is temporary. */
static void
note(struct verdict *v, const struct reply *r, const char *peer)
{
	if (v->reply.enhanced[0] == '4' ||
	    (v->reply.enhanced[0] != '\0' && r->enhanced[0] != '4'))
		return;
	v->reply = *r;
	memcpy(v->peer, peer, strlen(peer) + 1);
}

/* Finds the addresses of a host; none is noted. */
static void
find_addresses(struct session *s, const struct resolve_host *host, int is_mx,
    struct addresses *to, struct verdict *verdict)
{
	struct reply r;

	switch (connect_find(host->name, s->port != 0 ? s->port : 25, to)) {
	case CONNECT_OK:
		return;
	case CONNECT_TEMPORARY:
		reply_set(&r, "4.4.3", "the DNS does not tell the server's "
		    "address");
		break;
	case CONNECT_NONE:
		/* A relay that was configured is there, or will be. */
		reply_set(&r, s->direct ? "4.4.4" : is_mx ? "5.4.4" : "5.1.2",
		    is_mx ? "the domain's mail server has no address" :
		    "the host has no address");
		break;
	}
	note(verdict, &r, host->name);
}

/* RFC 5321 5.1: we are an MX ourselves; it must not come back to us. */
static int
is_own(const struct session *s, const char *name, const struct addresses *a)
{
	size_t i;

	/* What the administrator named, or a port of his, is meant. */
	if (s->direct || s->port != 0)
		return 0;
	if (strcasecmp(name, s->settings->me) == 0)
		return 1;
	for (i = 0; i < a->count; i++)
		if (connect_is_own(&a->list[i]))
			return 1;
	return 0;
}

/* Tries the addresses of a host: 0 open, -1 next host, 1 give up. */
static int
try_host(struct session *s, const char *name, const struct addresses *a,
    long long end_ms, struct verdict *verdict)
{
	size_t i;

	for (i = 0; i < a->count; i++) {
		if (session_try(s, name, &a->list[i]) == 0)
			return 0;
		note(verdict, &s->reply, name);
		if (session_stopped(s) || clock_ms() > end_ms)
			return 1;
		/* A refusal is the host's, whatever the address. */
		if (s->reply.enhanced[0] == '5')
			break;
	}
	return -1;
}

/* Tries hosts[first..] of one preference: 0 open, -1 next, 1 give up. */
static int
try_group(struct session *s, const struct resolve_host *hosts,
    struct group *g, int is_mx, long long end_ms, struct verdict *verdict)
{
	size_t i;
	int result = -1;

	for (i = 0; i < g->count; i++)
		find_addresses(s, &hosts[i], is_mx, &g->of[i], verdict);
	for (i = 0; i < g->count; i++)
		if (is_own(s, hosts[i].name, &g->of[i])) {
			reply_set(&s->reply, "5.4.6", "this host itself is the "
			    "best mail server of the domain, and it has no "
			    "mailboxes of it");
			/* what better servers said counts more */
			note(verdict, &s->reply, "");
			return 1;
		}
	for (i = 0; i < g->count && result == -1; i++)
		result = try_host(s, hosts[i].name, &g->of[i], end_ms, verdict);
	return result;
}

int
route_connect(struct session *s)
{
	struct resolve_list list;
	struct verdict verdict = { { 0, "", "" }, "" };
	struct group g;
	long long end_ms = clock_ms() +
	    (long long)s->settings->timeoutconnect_s * 1000 * ROUTE_TIMES;
	size_t i;
	int result = -1;

	s->peer[0] = '\0';
	if (find_hosts(s, &list) == -1)
		return -1;
	for (i = 0; i < list.count && result == -1; i += g.count) {
		g.count = 1;
		while (i + g.count < list.count &&
		    list.hosts[i + g.count].preference ==
		    list.hosts[i].preference)
			g.count++;
		result = try_group(s, &list.hosts[i], &g, !s->direct &&
		    strcasecmp(list.hosts[i].name, s->destination) != 0,
		    end_ms, &verdict);
	}
	if (result == 0)
		return 0;
	s->reply = verdict.reply;
	memcpy(s->peer, verdict.peer, sizeof(s->peer));
	return -1;
}
