/*
 * relay - takes messages to the destination.  The queue files' envelopes are
 * read by lib/envelope, which trusts nothing in them.
 */
#include "relay.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../lib/envelope.h"
#include "../lib/text.h"
#include "feed.h"

/* A connection without work is given back to the server after this. */
#define IDLE_S	30

/* Where recipients come from: next() gives 1 and one of them, or 0. */
struct source {
	int		(*next)(struct source *, struct recipient *);
	char *const	*list;		/* of arguments */
	struct envelope	 envelope;	/* of a queue file */
	const struct work *work;
	size_t		 at;		/* in the work's offsets */
	off_t		 end;		/* of the envelope */
};

static void
report(struct relay *y, const struct message *m, const struct recipient *r,
    const struct reply *reply)
{
	report_recipient(&y->report, m->label, r->address, y->session.peer,
	    reply, r->wants_success && !(y->session.offers & OFFER_DSN));
}

/* Says once that the session is over. */
static void
tell(struct relay *y)
{
	const struct session *s = &y->session;

	if (y->told || s->state == SESSION_NEW || s->state == SESSION_OPEN)
		return;
	report_destination(&y->report, s->state == SESSION_DOWN ? "down" :
	    "closed", y->destination, s->peer, &s->reply);
	y->told = 1;
}

/*
 * True if the server took some recipients and wants the others later: then they
 * go in another transaction now, and the verdicts of the rest stand.
 */
static int
go_on(struct relay *y)
{
	struct transaction *t = &y->transaction;
	size_t i, again = 0;

	if (t->accepted == 0 || y->session.state != SESSION_OPEN)
		return 0;
	for (i = 0; i < t->count; i++) {
		struct recipient *r = &t->recipients[i];

		if (!r->withheld && !r->accepted &&
		    (r->reply.code == 452 || r->reply.code == 552))
			again++;
		else
			r->withheld = 1;
	}
	return again > 0;
}

static void
flush(struct relay *y, const struct message *m)
{
	struct transaction *t = &y->transaction;
	size_t i;

	if (t->count == 0)
		return;
	do
		transaction_run(t);
	while (go_on(y));
	if (t->untried)
		tell(y);	/* first, so that these count as untried too */
	for (i = 0; i < t->count; i++)
		report(y, m, &t->recipients[i], &t->recipients[i].reply);
	t->count = 0;
}

/* Sends a message to all recipients of the source. */
static void
run(struct relay *y, struct message *m, struct source *from)
{
	struct session *s = &y->session;
	struct transaction *t = &y->transaction;
	struct recipient *r = t->recipients;
	struct reply verdict;
	int refused = 0;

	t->session = s;
	t->message = m;
	t->count = 0;
	if (message_scan(m) == -1) {
		reply_set(&verdict, "4.3.0", strerror(errno));
		refused = 1;
	} else if (session_ready(s) == 0) {
		refused = message_prepare(m, s, &verdict) == -1;
	}
	tell(y);
	while (from->next(from, r) == 1) {
		if (r->withheld && t->count == 0)
			report(y, m, r, &r->reply);
		else if (s->state != SESSION_OPEN)
			report(y, m, r, &s->reply);
		else if (refused)
			report(y, m, r, &verdict);
		else if (++t->count == TRANSACTION_MAX)
			flush(y, m);
		r = &t->recipients[t->count];
	}
	flush(y, m);
	tell(y);
}

static int
next_argument(struct source *from, struct recipient *r)
{
	struct address a;
	struct text t;

	if (*from->list == NULL)
		return 0;
	(void)address_mailbox(*from->list++, ADDRESS_NO_DOMAIN |
	    ADDRESS_ALLOW_UTF8, &a);	/* checked at start */
	text_init(&t, r->address, sizeof(r->address));
	address_add(&t, &a);
	transaction_options(r, "");
	r->withheld = 0;
	return 1;
}

void
relay_message(struct relay *y, struct message *m, char *const recipients[])
{
	struct source from = { 0 };

	from.next = next_argument;
	from.list = recipients;
	run(y, m, &from);
}

static void
take(struct recipient *r, const struct envelope_recipient *e)
{
	memcpy(r->address, e->address, sizeof(r->address));
	transaction_options(r, e->options);
	r->withheld = 0;
}

/* The next one that is pending. */
static int
next_pending(struct source *from, struct recipient *r)
{
	struct envelope_recipient e;
	int found;

	while ((found = envelope_next(&from->envelope, &e)) == 1)
		if (e.state == ENVELOPE_PENDING)
			break;
	if (found == 1)
		take(r, &e);
	return found;
}

/* The one at the next offset; whoever asked gets a line for each of them. */
static int
next_asked(struct source *from, struct recipient *r)
{
	struct envelope_recipient e;
	off_t offset;

	if (from->at == from->work->count)
		return 0;
	offset = from->work->offsets[from->at++];
	envelope_seek(&from->envelope, offset);
	if (offset < from->end && envelope_next(&from->envelope, &e) == 1 &&
	    e.state == ENVELOPE_PENDING) {
		take(r, &e);
		return 1;
	}
	memcpy(r->address, "?", sizeof("?"));
	transaction_options(r, "");
	r->withheld = 1;
	reply_set(&r->reply, "4.3.0", "no pending recipient at this offset");
	return 1;
}

/* Finds where the message begins, and that the whole envelope is sound. */
static int
open_envelope(struct source *from, const struct work *w, off_t *start)
{
	struct envelope_recipient r;
	int found;

	if (envelope_open(&from->envelope, w->fd) == -1)
		return -1;
	while ((found = envelope_next(&from->envelope, &r)) == 1)
		;
	*start = from->envelope.message;
	return found == -1 ? -1 : envelope_open(&from->envelope, w->fd);
}

void
relay_queue_file(struct relay *y, const struct work *w)
{
	struct source from = { 0 };
	struct message m;
	struct recipient *all = y->transaction.recipients;
	struct reply r;

	memset(&m, 0, sizeof(m));
	errno = w->error;
	if (w->fd == -1 || open_envelope(&from, w, &m.start) == -1) {
		reply_set(&r, "4.3.0", errno == EINVAL ?
		    "not a queue file" : strerror(errno));
		all->address[0] = '\0';
		all->wants_success = 0;
		m.label = w->label;
		report(y, &m, all, &r);
	} else {
		m.label = w->label;
		m.fd = w->fd;
		m.sender = from.envelope.sender;
		m.options = from.envelope.options;
		from.next = w->count == 0 ? next_pending : next_asked;
		from.work = w;
		from.at = 0;
		from.end = m.start;
		run(y, &m, &from);
	}
	if (w->fd != -1)
		(void)close(w->fd); /* was only read */
}

int
relay_feed(struct relay *y, struct feed *f, struct work *w)
{
	struct session *s = &y->session;
	enum feed_status status;
	struct reply stopped;

	for (;;) {
		status = feed_next(f, w, s->state == SESSION_OPEN ? IDLE_S :
		    s->settings->timeoutremote_s);
		if (status == FEED_WORK)
			relay_queue_file(y, w);
		else if (status == FEED_IDLE && s->state == SESSION_OPEN)
			session_quit(s);
		else
			break;
		if (y->report.out.error != 0 || session_stopped(s))
			status = FEED_STOPPED;
		if (status == FEED_STOPPED)
			break;
	}
	reply_set(&stopped, "4.3.2", "stopped");
	if (status == FEED_STOPPED)
		session_abort(s, &stopped);
	else
		session_quit(s);
	return status == FEED_BAD || status == FEED_STOPPED ? -1 : 0;
}
