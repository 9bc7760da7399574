/*
 * Who may send to where.  A client may relay when $RELAYCLIENT is set, when it
 * authenticated, or when relayclients lists its address; anybody may send to
 * mailboxes here and to the domains in rcpthosts.  A list that is not there has
 * no entries; one that cannot be read or understood decides nothing.
 */
#include "session.h"

#include <string.h>
#include <strings.h>

#include "../lib/log.h"

struct list {
	struct conf	 conf;
	const char	*value;
};

static int
list_find(const struct settings *set, const char *name,
    int (*match)(void *, char *), const char *value)
{
	struct list list;
	int found;

	list.conf = set->conf;
	list.value = value;
	found = conf_each(&list.conf, name, match, &list);
	if (list.conf.error[0] == '\0')
		return found;
	log_event("unavailable", "ip", set->ip, "text", list.conf.error);
	return -1;
}

static int
match_client(void *context, char *line)
{
	struct list *list = context;
	int match = peer_matches(list->value, line);

	if (match == -1)
		conf_fail(&list->conf, "relayclients",
		    "not an address or CIDR");
	return match;
}

/* "example.org" is that domain, ".example.org" all below it. */
static int
match_domain(void *context, char *line)
{
	const struct list *list = context;
	size_t length = strlen(line), domain = strlen(list->value);

	if (line[0] == '.')
		return domain > length && strcasecmp(list->value + domain -
		    length, line) == 0;
	return strcasecmp(list->value, line) == 0;
}

/* An address, or "@domain". */
static int
match_sender(void *context, char *line)
{
	const struct list *list = context;
	const char *domain = strrchr(list->value, '@');

	return strcasecmp(list->value, line) == 0 || (line[0] == '@' &&
	    domain != NULL && strcasecmp(domain, line) == 0);
}

int
relay_client(struct session *s)
{
	if (s->set->relayclient != NULL || s->user[0] != '\0')
		return 1;
	if (s->may_relay == -1)
		s->may_relay = list_find(s->set, "relayclients", match_client,
		    s->set->ip);
	return s->may_relay;
}

int
relay_domain(struct session *s, const char *domain)
{
	return list_find(s->set, "rcpthosts", match_domain, domain);
}

int
relay_bad_sender(struct session *s, const char *sender)
{
	return sender[0] == '\0' ? 0 :
	    list_find(s->set, "badmailfrom", match_sender, sender);
}

static int
print_line(void *context, char *line)
{
	out_text(context, "  ");
	out_text(context, line);
	out_text(context, "\n");
	return 0;
}

static void
print_list(struct session *s, struct conf *conf, const char *title,
    const char *name)
{
	out_text(&s->out, title);
	out_text(&s->out, name);
	out_text(&s->out, ":\n");
	(void)conf_each(conf, name, print_line, &s->out);
}

int
relay_print(struct session *s)
{
	struct conf conf = s->set->conf;
	int may = relay_client(s);

	out_text(&s->out, "client ");
	out_text(&s->out, s->set->ip);
	out_text(&s->out, may == 1 ? ": may relay" : may == 0 ?
	    ": may not relay" : ": cannot tell, answered 451");
	out_text(&s->out, s->set->relayclient != NULL ?
	    " ($RELAYCLIENT is set)\n" : "\n");
	out_text(&s->out, s->auth.argv != NULL ? "who authenticates may relay\n"
	    : "nobody can authenticate\n");
	out_text(&s->out, "anybody may send to the mailboxes here\n");
	print_list(s, &conf, "anybody may send to domains of ", "rcpthosts");
	print_list(s, &conf, "clients that may relay: ", "relayclients");
	print_list(s, &conf, "senders refused: ", "badmailfrom");
	if (conf.error[0] != '\0') {
		out_text(&s->out, conf.error);
		out_text(&s->out, "\n");
	}
	return out_flush(&s->out) == 0 && conf.error[0] == '\0' && may != -1 ?
	    0 : 111;
}
