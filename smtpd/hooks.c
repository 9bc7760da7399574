/*
 * The administrator's programs: rcptcheck is asked about each recipient, every
 * message goes through filter.  What the client sent reaches them in their
 * environment and on their standard input (lib/policy.c).
 */
#include "session.h"

#include <string.h>

#include "../lib/filter.h"
#include "../lib/policy.h"

#define RCPTCHECK_S	30
#define FILTER_S	60	/* the client waits: RFC 5321 6.1 */

static void
policy_begin(const struct session *s, struct policy *p, const char *command,
    const char *stage)
{
	memset(p, 0, sizeof(*p));
	p->command = command;
	p->stage = stage;
	p->path = s->set->path;
	p->tz = s->set->tz;
	p->mailconf = s->set->mailconf;
	p->remoteip = s->set->ip;
	p->helo = s->helo;
	p->sender = s->now.sender;
	p->authuser = s->user;
}

/* 1: keep, 0: accept and drop, -1: it has answered. */
static int
verdict(struct session *s, const struct policy *p, int status)
{
	if (status == POLICY_ACCEPT || status == POLICY_DROP)
		return status == POLICY_ACCEPT;
	if (status == POLICY_REFUSE)
		reply_reason(s, 550, "7.1", p->reason, "refused by policy");
	else
		reply_reason(s, 451, "7.1", p->reason, "try later");
	return -1;
}

int
hook_rcpt(struct session *s)
{
	struct policy p;

	if (s->set->rcptcheck[0] == '\0')
		return 1;
	policy_begin(s, &p, s->set->rcptcheck, "rcpt");
	p.timeout_s = RCPTCHECK_S;
	p.recipient = s->now.to;
	return verdict(s, &p, policy_run(&p, -1));
}

int
hook_filter(struct session *s, const char *size)
{
	struct policy p;

	policy_begin(s, &p, s->set->filter, "data");
	p.timeout_s = FILTER_S;
	p.recipient = s->now.accepted == 1 ? s->now.recipient : NULL;
	p.size = size;
	p.id = s->file.id;
	return verdict(s, &p, filter_run(&p, &s->draft, &s->file));
}
