/*
 * MAIL and RCPT, and VRFY, which asks the same question as RCPT.  The envelope
 * goes into the queue file as it is accepted, so memory does not depend on the
 * number of recipients.
 */
#include "session.h"

#include <string.h>
#include <strings.h>

#include "../lib/mailbox.h"
#include "../lib/quota.h"
#include "../lib/text.h"

#define UNKNOWN_MAX	100	/* unknown users without a message */

/* Reads "FROM:" or "TO:" and a path.  0, or -1 when it has answered why not. */
static int
read_path(struct session *s, const char *arg, const char *keyword, int flags,
    struct address *path, const char **rest)
{
	size_t n = strlen(keyword);
	enum address_status status = ADDRESS_SYNTAX;

	if (strncasecmp(arg, keyword, n) != 0) {
		reply(s, 501, "5.4", "FROM: or TO: is missing");
		return -1;
	}
	status = address_path(arg + n, flags | ADDRESS_ALLOW_UTF8, path, rest);
	if (status == ADDRESS_OK)
		return 0;
	reply(s, 501, flags & ADDRESS_NULL ? "1.7" : "1.3",
	    status == ADDRESS_LONG ? "address too long" :
	    status == ADDRESS_UTF8 ? "address is no text in UTF-8" :
	    "not an address");
	return -1;
}

static void
canonical(char to[ADDRESS_MAX], const struct address *address)
{
	struct text t;

	text_init(&t, to, ADDRESS_MAX);	/* every address fits */
	address_add(&t, address);
}

void
do_mail(struct session *s, char *arg)
{
	struct address from;
	const char *rest;
	int bad;

	if (read_path(s, arg, "FROM:", ADDRESS_NULL, &from, &rest) == -1 ||
	    params_read(s, 1, rest, s->now.options) == -1) {
		session_reset(s);
		s->refused = 1;
		return;
	}
	canonical(s->now.sender, &from);
	bad = relay_bad_sender(s, s->now.sender);
	if (address_is_utf8(&from) && !s->now.utf8)
		reply(s, 550, "6.7", "this address needs SMTPUTF8");
	else if (!login_owns(s, s->now.sender))
		reply(s, 553, "7.1", "not an address of your login");
	else if (bad != 0)
		reply(s, bad == 1 ? 553 : 451, bad == 1 ? "7.1" : "3.0", bad ==
		    1 ? "mail from this address is refused" : "try later");
	else {
		s->state = ST_MAIL;
		s->refused = 0;
		reply(s, 250, "1.0", "sender ok");
		return;
	}
	session_reset(s);
	s->refused = 1;
}

/* Where the mailbox's own limit cannot be read from here, delivery decides. */
static int
full(struct session *s, const struct mailbox *mailbox)
{
	return quota_over(s->set->mailroot, mailbox->path,
	    s->set->quota_bytes) == 1;
}

/* Old lists name users that are gone; who only guesses is sent away. */
static void
unknown_user(struct session *s)
{
	if (s->unknown++ < UNKNOWN_MAX)
		reply(s, 550, "1.1", "no such user here");
	else
		reply(s, 421, "7.0", "too many unknown users");
}

/* 0 when we take mail for the address, or -1 when it has answered why not.
 * *local: it is for a mailbox here. */
static int
destination(struct session *s, struct address *to, int *local)
{
	struct mailbox mailbox;
	enum mailbox_status status = mailbox_find(s->set->mailroot, s->set->me,
	    to, 0, &mailbox);
	int relay;

	*local = status != MAILBOX_NOT_LOCAL;
	switch (status) {
	case MAILBOX_FOUND:
		if (!full(s, &mailbox))
			return 0;
		reply(s, 452, "2.2", "mailbox full");
		return -1;
	case MAILBOX_POSTMASTER:
		return 0;
	case MAILBOX_UNKNOWN:
		unknown_user(s);
		return -1;
	case MAILBOX_TEMPORARY:
		reply(s, 451, "3.0", "cannot look the user up now");
		return -1;
	case MAILBOX_NOT_LOCAL:
		break;
	}
	relay = relay_client(s);
	if (relay == 0)
		relay = relay_domain(s, to->domain);
	if (relay == 0)
		reply(s, 550, "7.1", "not relaying for you to there");
	else if (relay == -1)
		reply(s, 451, "3.0", "cannot tell now if we relay to there");
	return relay == 1 ? 0 : -1;
}

/* Only postmaster may stand without a domain (RFC 5321 4.1.1.3), unless
 * $RELAYCLIENT says what to add.  0, or -1 when it has answered. */
static int
complete(struct session *s, struct address *to)
{
	const char *add = s->set->me;

	if (to->domain[0] != '\0')
		return 0;
	if (s->set->relayclient != NULL && s->set->relayclient[0] == '@')
		add = s->set->relayclient + 1;
	else if (strcasecmp(to->local, "postmaster") != 0) {
		reply(s, 501, "1.3", "address without a domain");
		return -1;
	}
	memcpy(to->domain, add, strlen(add) + 1);	/* checked by main */
	return 0;
}

/*
 * Opens the queue file at the first recipient.  A mailbox takes eight bits
 * whether they were declared or not, and a file without options can become the
 * mailbox's by a rename: BODY is kept for mail that leaves us.
 */
static void
open_file(struct session *s, int local)
{
	size_t n = strlen(s->now.options);
	struct text t;

	text_init(&t, s->now.options + n, sizeof(s->now.options) - n);
	if (s->now.eight && !local)
		text_add(&t, n > 0 ? " BODY=8BITMIME" : "BODY=8BITMIME");
	s->now.eight = 0;	/* if this fails, the next recipient tries */
	spool_begin(&s->file, &s->spool, s->set->me);
	spool_sender(&s->file, s->now.sender, s->now.options);
}

static void
accept_recipient(struct session *s, const char *options, int local, int keep)
{
	if (s->now.accepted == 0)
		open_file(s, local);
	if (keep)
		spool_recipient(&s->file, s->now.to, options);
	if (s->file.error != 0) {
		reply(s, 451, "3.0", "cannot store the message");
		if (s->now.accepted == 0)
			spool_abort(&s->file);
		return;
	}
	if (s->now.accepted++ == 0)
		memcpy(s->now.recipient, s->now.to, sizeof(s->now.to));
	s->now.kept += keep != 0;
	s->state = ST_RCPT;
	reply(s, 250, "1.5", "recipient ok");
}

/* What is wrong with a recipient whatever the destination; -1: it answered. */
static int
may_add(struct session *s, const struct address *to)
{
	const char *rbl = s->set->rbl == NULL ? "" : s->set->rbl;

	if (address_is_utf8(to) && !s->now.utf8)
		reply(s, 553, "6.7", "this address needs SMTPUTF8");
	else if (s->now.accepted >= s->set->recipients_max)
		reply(s, 452, "5.3", "too many recipients");
	else if (rbl[0] != '\0' && relay_client(s) != 1 &&
	    strcasecmp(to->local, "postmaster") != 0)
		reply(s, rbl[0] == '-' ? 553 : 451, "7.1",
		    rbl + (rbl[0] == '-'));
	else
		return 0;
	return -1;
}

void
do_rcpt(struct session *s, char *arg)
{
	char options[OPTIONS_MAX];
	struct address to;
	const char *rest;
	int local;

	if (read_path(s, arg, "TO:", ADDRESS_NO_DOMAIN, &to, &rest) == -1 ||
	    params_read(s, 0, rest, options) == -1 || complete(s, &to) == -1)
		return;
	canonical(s->now.to, &to);
	if (may_add(s, &to) == 0 && destination(s, &to, &local) == 0) {
		int keep = hook_rcpt(s);

		if (keep != -1)
			accept_recipient(s, options, local, keep);
	}
	s->now.to[0] = '\0';
}

/* The parameter (RFC 6531 3.7.4.2) allows what our replies never need. */
void
do_vrfy(struct session *s, char *arg)
{
	struct address address;
	struct mailbox mailbox;
	enum mailbox_status status;
	const char *rest;

	if (address_path(arg, ADDRESS_NO_DOMAIN | ADDRESS_ALLOW_UTF8, &address,
	    &rest) != ADDRESS_OK || (*rest != '\0' && (!s->esmtp ||
	    strcasecmp(rest, "SMTPUTF8") != 0))) {
		reply(s, 501, "1.3", "not an address");
		return;
	}
	status = mailbox_find(s->set->mailroot, s->set->me, &address, 0,
	    &mailbox);
	if (status == MAILBOX_UNKNOWN)
		unknown_user(s);
	else
		reply(s, 252, "5.0", "send it a message and see");
}
