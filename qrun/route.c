/*
 * route - where a recipient's mail goes: a mailbox here, a relay that smtproutes
 * names, or whatever the domain's MX records say.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../lib/text.h"
#include "qrun.h"

struct search {
	struct conf	*conf;
	const char	*domain;
	size_t		 best;		/* octets of the best match and 1; 0: none */
	char		*host;
	size_t		 size;
	unsigned int	*port;
};

/* How well does a pattern fit: its length and 1, or 0. */
static size_t
fit(const char *pattern, const char *domain)
{
	size_t n = strlen(pattern), d = strlen(domain);

	if (n == 0)
		return 1;
	if (pattern[0] == '.')
		return d > n && strcasecmp(domain + d - n, pattern) == 0 ?
		    n + 1 : 0;
	return strcasecmp(domain, pattern) == 0 ? n + 2 : 0;
}

/* What qsend takes for a host: a name, or a name or an address in brackets. */
static int
is_relay(char *relay)
{
	unsigned char address[16];
	char *end = strchr(relay, ']');
	const char *inside = relay + 1;
	int good;

	if (relay[0] != '[')
		return relay[0] == '\0' || address_is_domain(relay, 0);
	if (end == NULL || end[1] != '\0' || relay[1] == '[')
		return 0;
	*end = '\0';
	if (strncasecmp(inside, "IPv6:", 5) == 0)
		inside += 5;
	good = address_is_domain(inside, 0) ||
	    inet_pton(AF_INET6, inside, address) == 1;
	*end = ']';
	return good;
}

/* "relay", "relay:port", "[addr]", "[addr]:port", "" or ":port". */
static int
split(char *relay, unsigned int *port)
{
	unsigned long long number;
	char *colon = strrchr(relay, ':');
	char *bracket = strchr(relay, ']');

	*port = 0;
	if (bracket != NULL)
		colon = bracket[1] == ':' ? bracket + 1 : NULL;
	if (colon != NULL) {
		if (text_number(colon + 1, 65535, &number) == -1 || number == 0)
			return -1;
		*port = (unsigned int)number;
		*colon = '\0';
	}
	return is_relay(relay) ? 0 : -1;
}

static int
each_route(void *context, char *line)
{
	struct search *s = context;
	char *relay = strchr(line, ':');
	unsigned int port;
	size_t n, score;

	if (relay != NULL)
		*relay++ = '\0';
	if (relay == NULL || split(relay, &port) == -1) {
		conf_fail(s->conf, "smtproutes",
		    "not domain:relay or domain:relay:port");
		return 1;
	}
	score = fit(line, s->domain);
	if (score <= s->best)
		return 0;
	n = strlen(relay);
	if (n + 3 > s->size)
		return 0;
	s->best = score;
	*s->port = port;
	if (n == 0)
		strcpy(s->host, s->domain);	/* size was checked for it */
	else if (relay[0] == '[')
		strcpy(s->host, relay);
	else {				/* a relay's own MX are not asked for */
		s->host[0] = '[';
		memcpy(s->host + 1, relay, n);
		strcpy(s->host + 1 + n, "]");
	}
	return 0;
}

int
route_find(struct conf *c, const char *domain, char *host, size_t size,
    unsigned int *port)
{
	struct search s = { c, domain, 0, host, size, port };

	if (strlen(domain) >= size)
		return -1;
	strcpy(host, domain);
	*port = 0;
	(void)conf_each(c, "smtproutes", each_route, &s);
	return c->error[0] == '\0' ? 0 : -1;
}

/* What route_find() said of a domain; NULL: smtproutes is wrong. */
static const struct route *
find(struct qrun *q, const char *domain)
{
	struct route *route;
	unsigned int h = 0;
	size_t i;

	for (i = 0; domain[i] != '\0'; i++)
		h = h * 33 + (unsigned char)domain[i];
	route = &q->routes[h % ROUTES];
	if (route->domain[0] != '\0' && strcmp(route->domain, domain) == 0)
		return route;
	route->domain[0] = '\0';
	if (strlen(domain) >= sizeof(route->domain) || route_find(&q->conf,
	    domain, route->host, sizeof(route->host), &route->port) == -1)
		return NULL;
	strcpy(route->domain, domain);
	return route;
}

void
route_forget(struct qrun *q)
{
	size_t i;

	for (i = 0; i < ROUTES; i++)
		q->routes[i].domain[0] = '\0';
}

static void
route_remote(struct qrun *q, struct recipient *r, const char *domain)
{
	const struct route *route = find(q, domain);
	struct destination *d;

	if (route == NULL) {
		message_result(q, r, DEFERRED, "- 4.3.5 smtproutes is wrong");
		q->conf.error[0] = '\0';	/* it may be mended meanwhile */
		return;
	}
	d = remote_destination(q, route->host, route->port);
	if (d == NULL)
		message_result(q, r, DEFERRED, "- 4.3.0 out of memory");
	else if (d->down_pass == q->pass)
		message_result(q, r, d->down_outcome, d->reply);
	else
		jobs_add(&d->jobs, r);
}

/* RFC 5321 4.5.1: mail for postmaster is kept until there is one. */
static void
route_postmaster(struct qrun *q, struct recipient *r)
{
	struct address a;
	struct mailbox box;
	enum mailbox_status status = MAILBOX_POSTMASTER;

	if (q->set.postmaster[0] != '\0' &&
	    address_mailbox(q->set.postmaster, 0, &a) == ADDRESS_OK)
		status = mailbox_find(q->spawn.mailroot, q->set.me, &a, 0, &box);
	if (status != MAILBOX_FOUND && status != MAILBOX_NOT_LOCAL) {
		errno = 0;
		if (!q->postmaster_said)
			say_trouble(q, "no mailbox for postmaster", r->address);
		q->postmaster_said = 1;
		message_result(q, r, KEPT, "- 4.2.1 no postmaster here");
	} else if (forward_write(q, r, NULL, q->set.postmaster,
	    strlen(q->set.postmaster) + 1) == -1)
		message_result(q, r, DEFERRED, "- 4.3.0 cannot forward");
	else
		message_result(q, r, FORWARDED, "- 2.0.0 to the postmaster");
}

void
route_recipient(struct qrun *q, struct recipient *r)
{
	struct address a;
	struct mailbox box;
	struct text why;
	char reason[128];

	if (address_mailbox(r->address, ADDRESS_NO_DOMAIN |
	    ADDRESS_ALLOW_UTF8, &a) != ADDRESS_OK) {
		message_result(q, r, FAILED, "- 5.1.3 this is no address");
		return;
	}
	switch (mailbox_find(q->spawn.mailroot, q->set.me, &a, 0, &box)) {
	case MAILBOX_FOUND:
		if ((r->mailbox = malloc(sizeof(box))) == NULL) {
			message_result(q, r, DEFERRED, "- 4.3.0 out of memory");
			break;
		}
		*r->mailbox = box;
		jobs_add(&q->mailboxes, r);
		break;
	case MAILBOX_NOT_LOCAL:
		route_remote(q, r, a.domain);
		break;
	case MAILBOX_UNKNOWN:
		message_result(q, r, FAILED, "- 5.1.1 no such mailbox here");
		break;
	case MAILBOX_POSTMASTER:
		route_postmaster(q, r);
		break;
	case MAILBOX_TEMPORARY:
		text_init(&why, reason, sizeof(reason));
		text_add(&why, "- 4.3.0 cannot look for the mailbox: ");
		text_add(&why, strerror(errno));
		message_result(q, r, DEFERRED, reason);
		break;
	}
}
