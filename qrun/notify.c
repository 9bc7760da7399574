/*
 * notify - who is told what about a message whose attempt is over (RFC 3461).
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "name.h"
#include "qrun.h"

#define DELAY_S	(4 * 3600)	/* a delay is worth telling after this */

static int
wants(const struct recipient *r, const char *word)
{
	size_t n, length;
	const char *list = envelope_option(r->options, "NOTIFY", &length);

	if (list == NULL)
		return strcmp(word, "FAILURE") == 0;
	for (; length > 0; list += n, length -= n) {
		for (n = 0; n < length && list[n] != ','; n++)
			;
		if (n == strlen(word) && strncasecmp(list, word, n) == 0)
			return 1;
		n += n < length;
	}
	return 0;
}

/* Does a notification of this kind concern the recipient? */
static int
concerns(const struct qrun *q, enum bounce_action action,
    const struct message *m, struct recipient *r)
{
	switch (action) {
	case BOUNCE_FAILED:
		/* Our own notifications say NEVER: that is to their sender, who
		 * is nobody; the postmaster still has to know. */
		return r->outcome == FAILED &&
		    (m->sender[0] == '\0' || wants(r, "FAILURE"));
	case BOUNCE_DELAYED:
		if (r->outcome != DEFERRED || r->delay_told ||
		    m->began - r->first < DELAY_S || !wants(r, "DELAY"))
			return 0;
		r->delay_told = 1;
		return (long long)q->set.lifetime_s > DELAY_S;
	case BOUNCE_RELAYED:
		return r->outcome == RELAYED && wants(r, "SUCCESS");
	case BOUNCE_DELIVERED:
		return r->outcome == DELIVERED && wants(r, "SUCCESS");
	}
	return 0;
}

struct words {
	char	status[16], host[ADDRESS_DOMAIN_MAX + 1], text[REPLY_MAX];
};

/* Splits "CODE ENHANCED HOST: text"; CODE is "-" and no HOST there when it was
 * not a server that said it. */
static void
split_reply(const struct recipient *r, struct words *to)
{
	const char *reply = r->reply == NULL ? "- 5.0.0 no memory" : r->reply;
	const char *status = reply + strcspn(reply, " ");
	const char *text, *host;
	size_t n;

	status += strspn(status, " ");
	n = strcspn(status, " ");
	text = status + n + strspn(status + n, " ");
	memcpy(to->status, status, n < 15 ? n : 15);
	if (reply[0] == '-') {
		strcpy(to->text, text);
		return;
	}
	host = text;
	n = strcspn(text, " ");
	if (n > 1 && n <= ADDRESS_DOMAIN_MAX && text[n - 1] == ':') {
		memcpy(to->host, host, n - 1);
		text += n + strspn(text + n, " ");
	}
	memcpy(to->text, reply, (size_t)(host - reply));
	strcat(to->text, text);
}

static int
write_one(struct qrun *q, struct message *m, enum bounce_action action,
    struct bounce_recipient *list, size_t n, long long first)
{
	static struct envelope e;
	static struct envelope_recipient r;
	struct bounce_message b;
	int status;

	if (envelope_open(&e, m->fd) == -1)
		return -1;
	do
		status = envelope_next(&e, &r);
	while (status == 1);
	if (status == -1)
		return -1;
	b.fd = m->fd;
	b.envelope = &e;
	b.arrival = (time_t)name_arrival(m->name);
	b.will_retry_until = (time_t)(first + (long long)q->set.lifetime_s);
	status = bounce_write(&q->spool, q->set.me, q->set.postmaster, action,
	    &b, list, n);
	if (status == -1)
		say_trouble(q, "cannot write a notification", m->file);
	else {
		if (status == 0)
			say_event(q, "bounced", m->id, m->sender, NULL);
		q->want_new = 1;
	}
	return status;
}

static int
write_kind(struct qrun *q, struct message *m, enum bounce_action action)
{
	struct bounce_recipient *list;
	struct words *words;
	long long first = m->began;	/* attempt, of those who are named */
	size_t i, n = 0;
	int result = 0;

	list = calloc(m->count + 1, sizeof(*list));
	words = calloc(m->count + 1, sizeof(*words));
	for (i = 0; list != NULL && words != NULL && i < m->count; i++) {
		struct recipient *r = &m->recipients[i];

		if (r->marked && action == BOUNCE_FAILED)
			continue;
		if (!concerns(q, action, m, r))
			continue;
		split_reply(r, &words[n]);
		list[n].address = r->address;
		list[n].options = r->options;
		list[n].status = words[n].status;
		list[n].text = words[n].text;
		if (words[n].host[0] != '\0')
			list[n].remote = words[n].host;
		list[n].last_attempt = (time_t)m->began;
		first = r->first < first ? r->first : first;
		n++;
	}
	if (list == NULL || words == NULL)
		result = -1;
	else if (n > 0)
		result = write_one(q, m, action, list, n, first);
	free(list);
	free(words);
	return result;
}

enum notify_status
notify_message(struct qrun *q, struct message *m)
{
	/* Good news and delays are a courtesy: they are not tried again. */
	if (m->sender[0] != '\0') {
		(void)write_kind(q, m, BOUNCE_DELIVERED);
		(void)write_kind(q, m, BOUNCE_RELAYED);
		(void)write_kind(q, m, BOUNCE_DELAYED);
	}
	switch (write_kind(q, m, BOUNCE_FAILED)) {
	case -1:
		return NOTIFY_FAILED;
	case 1:
		return NOTIFY_BAD;
	default:
		return NOTIFY_DONE;
	}
}
