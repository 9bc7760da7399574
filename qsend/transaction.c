/*
 * transaction - one SMTP mail transaction.  What the file says about DSN is
 * checked again before it goes into a command.
 */
#include "transaction.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

#include "../lib/clock.h"
#include "../lib/envelope.h"
#include "../lib/log.h"
#include "../lib/text.h"
#include "../lib/xtext.h"
#include "message.h"
#include "session.h"

/* RFC 5321 4.5.3.2 */
enum { MAIL_S = 300, RCPT_S = 300, DATA_S = 120, END_S = 600 };

#define ORCPT_MAX	500	/* octets (RFC 3461 4.2) */

/* All commands of a transaction get this many times timeoutremote. */
#define COMMANDS_TIMES	6

enum answer { ANSWER_LOST = -1, ANSWER_REFUSED, ANSWER_OK };

/* Appends " WORD=value" if the options have it and it is sound. */
static void
add_option(struct text *t, const char *options, const char *word, size_t max)
{
	size_t length;
	const char *value = envelope_option(options, word, &length);

	if (value == NULL || length > max || !xtext_valid(value, length) ||
	    memchr(value, '=', length) != NULL)
		return;
	text_add(t, " ");
	text_add(t, word);
	text_add(t, "=");
	text_add_bytes(t, value, length);
}

/* RFC 6533 3: what stands in UTF-8 goes to any server as utf-8-addr-xtext. */
static void
add_orcpt(struct text *t, const char *options)
{
	static const char type[] = "utf-8;";
	char utf8[ORCPT_MAX + 1], line[sizeof(" ORCPT=") + ORCPT_MAX];
	size_t length, n = sizeof(type) - 1;
	const char *value = envelope_option(options, "ORCPT", &length);
	struct text coded;

	if (value == NULL || length > ORCPT_MAX)
		return;
	memcpy(utf8, value, length);
	utf8[length] = '\0';
	if (strncasecmp(utf8, type, n) != 0 ||
	    !xtext_unitext_valid(utf8 + n, 1)) {
		add_option(t, options, "ORCPT", ORCPT_MAX);
		return;
	}
	text_init(&coded, line, sizeof(line));
	text_add(&coded, " ORCPT=");
	text_add_bytes(&coded, utf8, n);
	xtext_unitext_add(&coded, utf8 + n);
	if (!coded.full)
		text_add(t, line);
}

void
transaction_options(struct recipient *r, const char *options)
{
	struct text t;
	const char *p;

	text_init(&t, r->parameters, sizeof(r->parameters));
	add_option(&t, options, "NOTIFY", 28);
	p = strchr(r->parameters, '=');
	r->wants_success = 0;
	while (p != NULL) {
		if (strncasecmp(p + 1, "SUCCESS", 7) == 0)
			r->wants_success = 1;
		p = strchr(p + 1, ',');
	}
	add_orcpt(&t, options);
}

static int
is_utf8(const char *s)
{
	while (*s != '\0')
		if ((unsigned char)*s++ > 127)
			return 1;
	return 0;
}

/* True if anything in the transaction is beyond ASCII: MAIL must say so. */
static int
needs_utf8(const struct transaction *t)
{
	size_t i, length;

	for (i = 0; i < t->count; i++)
		if (!t->recipients[i].withheld &&
		    is_utf8(t->recipients[i].address))
			return 1;
	return is_utf8(t->message->sender) || (t->message->has_8bit_header &&
	    envelope_option(t->message->options, "SMTPUTF8", &length) != NULL);
}

static void
put_mail(struct transaction *t)
{
	const struct message *m = t->message;
	const struct session *s = t->session;
	char line[2 * ADDRESS_MAX + 512];
	struct text c;

	text_init(&c, line, sizeof(line));
	text_add(&c, "MAIL FROM:<");
	text_add(&c, m->sender);
	text_add(&c, ">");
	if (s->offers & OFFER_SIZE) {
		text_add(&c, " SIZE=");
		text_add_number(&c, m->octets, 1);
	}
	if (m->has_8bit && (s->offers & OFFER_8BITMIME))
		text_add(&c, " BODY=8BITMIME");
	if ((s->offers & OFFER_SMTPUTF8) && needs_utf8(t))
		text_add(&c, " SMTPUTF8");
	if (s->offers & OFFER_DSN) {
		add_option(&c, m->options, "RET", 8);
		add_option(&c, m->options, "ENVID", 100);
	}
	if (s->authenticated)
		text_add(&c, " AUTH=<>");
	text_add(&c, "\r\n");
	out_text(&t->session->out, line);
}

static void
put_rcpt(struct transaction *t, const struct recipient *r)
{
	struct out *o = &t->session->out;

	out_text(o, "RCPT TO:<");
	out_text(o, r->address);
	out_text(o, ">");
	if (t->session->offers & OFFER_DSN)
		out_text(o, r->parameters);
	out_text(o, "\r\n");
}

/* An answer of a class that the command cannot have: no verdict, no trust. */
static enum answer
nonsense(struct transaction *t, struct reply *r)
{
	memcpy(r->enhanced, "4.5.0", sizeof("4.5.0"));
	t->verdict = *r;
	session_abort(t->session, r);
	return ANSWER_LOST;
}

static enum answer
answer_mail(struct transaction *t)
{
	struct reply *r = &t->verdict;

	if (session_read(t->session, MAIL_S, r) == -1) {
		t->untried = t->session->used;
		return ANSWER_LOST;
	}
	if (r->enhanced[0] == '3')
		return nonsense(t, r);
	t->session->dirty = r->enhanced[0] == '2';
	return t->session->dirty ? ANSWER_OK : ANSWER_REFUSED;
}

static enum answer
answer_rcpt(struct transaction *t, struct recipient *r)
{
	if (session_read(t->session, RCPT_S, &r->reply) == -1) {
		t->verdict = r->reply;
		return ANSWER_LOST;
	}
	if (r->reply.enhanced[0] == '3')
		return nonsense(t, &r->reply);
	/* RFC 5321 4.5.3.1.10: too many recipients, said with an old code */
	if (r->reply.code == 552)
		reply_soften(&r->reply);
	r->accepted = r->reply.enhanced[0] == '2';
	t->accepted += (size_t)r->accepted;
	return r->accepted ? ANSWER_OK : ANSWER_REFUSED;
}

/* The answer to DATA: OK means that the message is to be sent now. */
static enum answer
answer_data(struct transaction *t, enum answer mail)
{
	struct session *s = t->session;
	struct reply r;

	if (session_read(s, DATA_S, &r) == -1) {
		t->verdict = r;
		return ANSWER_LOST;
	}
	if (r.enhanced[0] == '2')
		return nonsense(t, &r);
	if (mail == ANSWER_OK && t->accepted > 0) {
		t->verdict = r;
		return r.code == 354 ? ANSWER_OK : r.enhanced[0] == '3' ?
		    nonsense(t, &r) : ANSWER_REFUSED;
	}
	if (r.enhanced[0] != '3')
		return ANSWER_REFUSED;
	/* RFC 2920 3.1: it wants a message for nobody; it gets an empty one. */
	out_text(&s->out, ".\r\n");
	if (session_read(s, END_S, &r) == -1)
		return ANSWER_LOST;
	s->dirty = 0;
	return ANSWER_REFUSED;
}

/* Each command waits for its answer. */
static enum answer
lockstep(struct transaction *t)
{
	struct session *s = t->session;
	enum answer answer;
	struct reply r;
	size_t i;

	if (s->dirty) {
		out_text(&s->out, "RSET\r\n");
		if (session_read(s, MAIL_S, &r) == -1) {
			t->verdict = r;
			t->untried = 1;
			return ANSWER_LOST;
		}
	}
	put_mail(t);
	answer = answer_mail(t);
	if (answer != ANSWER_OK)
		return answer;
	for (i = 0; i < t->count; i++) {
		if (t->recipients[i].withheld)
			continue;
		put_rcpt(t, &t->recipients[i]);
		if (answer_rcpt(t, &t->recipients[i]) == ANSWER_LOST)
			return ANSWER_LOST;
	}
	if (t->accepted == 0)
		return ANSWER_REFUSED;
	out_text(&s->out, "DATA\r\n");
	return answer_data(t, ANSWER_OK);
}

/* RFC 2920: all commands are one group; answers are matched by count. */
static enum answer
pipeline(struct transaction *t)
{
	struct session *s = t->session;
	enum answer mail;
	struct reply r;
	int reset = s->dirty;
	size_t i;

	if (reset)
		out_text(&s->out, "RSET\r\n");
	put_mail(t);
	for (i = 0; i < t->count; i++)
		if (!t->recipients[i].withheld)
			put_rcpt(t, &t->recipients[i]);
	out_text(&s->out, "DATA\r\n");
	if (reset && session_read(s, MAIL_S, &r) == -1) {
		t->verdict = r;
		t->untried = 1;
		return ANSWER_LOST;
	}
	mail = answer_mail(t);
	for (i = 0; i < t->count && mail != ANSWER_LOST; i++) {
		struct recipient *to = &t->recipients[i];
		struct reply kept = t->verdict;

		if (to->withheld)
			continue;
		if (answer_rcpt(t, to) == ANSWER_LOST)
			return ANSWER_LOST;
		/* Without MAIL a RCPT has no answer of its own. */
		if (mail == ANSWER_REFUSED)
			to->reply = kept;
	}
	return mail == ANSWER_LOST ? mail : answer_data(t, mail);
}

/* After 354: the message, its final dot, and the server's last word. */
static void
send_message(struct transaction *t)
{
	struct session *s = t->session;
	struct reply *r = &t->verdict;

	if (message_send(t->message, s, r) == -1) {
		session_abort(s, r);
		return;
	}
	if (session_read(s, END_S, r) == -1) {
		if (r->code != 0)
			return;
		/* RFC 5321 4.5.3.2.6: it may have been taken all the same. */
		log_event("maybe-duplicate", "id", t->message->label, "to",
		    s->peer, "text", r->text);
		reply_set(r, "4.4.2", "connection lost after the final dot: "
		    "the message may arrive twice");
		return;
	}
	s->dirty = 0;
	if (r->enhanced[0] == '3')
		(void)nonsense(t, r); /* the verdict is set */
}

/* Holds back those whose address the server cannot take; counts the rest. */
static size_t
prepare(struct transaction *t)
{
	size_t i, sent = 0;

	t->accepted = 0;
	for (i = 0; i < t->count; i++) {
		struct recipient *r = &t->recipients[i];

		r->accepted = 0;
		if (!r->withheld && is_utf8(r->address) &&
		    !(t->session->offers & OFFER_SMTPUTF8)) {
			r->withheld = 1;
			reply_set(&r->reply, "5.6.7", "the server does not "
			    "offer SMTPUTF8, which the address needs");
		}
		if (!r->withheld) {
			r->reply.enhanced[0] = '\0';
			sent++;
		}
	}
	return sent;
}

void
transaction_run(struct transaction *t)
{
	struct session *s = t->session;
	enum answer answer;
	size_t i;

	t->untried = 0;
	if (prepare(t) == 0)
		return;
	/* However slow the answers are, each within its time. */
	s->in.session_ms = clock_ms() + COMMANDS_TIMES * 1000 *
	    (long long)s->settings->timeoutremote_s;
	answer = s->offers & OFFER_PIPELINING ? pipeline(t) : lockstep(t);
	s->in.session_ms = LLONG_MAX;
	s->used = 1;
	if (answer == ANSWER_OK)
		send_message(t);
	for (i = 0; i < t->count; i++) {
		struct recipient *r = &t->recipients[i];

		if (r->accepted || r->reply.enhanced[0] == '\0' ||
		    r->reply.enhanced[0] == '3')
			r->reply = t->verdict;
	}
}
