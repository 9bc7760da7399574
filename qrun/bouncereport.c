/*
 * bouncereport - says what happened, to people and to programs.  What remote
 * hosts said is shown, never trusted: no octet of it can end a line.
 */
#include "bouncereport.h"

#include <string.h>

#include "../lib/clock.h"
#include "../lib/text.h"
#include "../lib/xtext.h"

#define LINE_OCTETS	900	/* of one reply, below RFC 5322's 998 */
#define WRAP_OCTETS	68

static const struct {
	const char *action;	/* RFC 3464 2.3.3 */
	const char *text, *end;
} kinds[] = {
	[BOUNCE_FAILED] = { "failed",
	    "Your message could not be delivered to\n",
	    "\nIt will not be tried again.  Your message, or its header, is "
	    "attached.\n" },
	[BOUNCE_DELAYED] = { "delayed",
	    "Your message has not been delivered yet to\n",
	    "\nYou need not send it again: it will be tried for some time, "
	    "and you will be\ntold if that does not help.\n" },
	[BOUNCE_RELAYED] = { "relayed",
	    "Your message was passed on for\n",
	    "\nto a mail system that does not confirm deliveries, so you may "
	    "not hear of\nit again.\n" },
	[BOUNCE_DELIVERED] = { "delivered",
	    "Your message has been delivered to\n", "" },
};

/* Writes "    text", broken at blanks so that it can be read. */
static void
put_wrapped(struct bounce *b, const char *text)
{
	char line[WRAP_OCTETS * 2 + 1];
	size_t length = strlen(text), n, end;

	for (; length > 0; text += end, length -= end) {
		n = end = length < WRAP_OCTETS ? length : WRAP_OCTETS;
		while (n < length && n > 0 && text[n] != ' ')
			n--;
		if (n > 0 && n < length)
			end = n + 1;
		else
			n = end;
		(void)memcpy(line, text, n);
		line[n] = '\0';
		bounce_put(b, "    ");
		bounce_put_clean(b, line, 0);
		bounce_put(b, "\n");
	}
}

void
bouncereport_text(struct bounce *b)
{
	const struct bounce_recipient *r;
	size_t i;

	bounce_put(b, "This is the mail system at ");
	bounce_put(b, b->me);
	bounce_put(b, ".\n\n");
	if (b->doubled)
		bounce_put(b, "You get this because you are its postmaster: a "
		    "message with no sender to\ntell, most likely a bounce, "
		    "could not be delivered to\n");
	else
		bounce_put(b, kinds[b->action].text);
	for (i = 0; i < b->count; i++) {
		r = &b->recipients[i];
		bounce_put(b, "\n  ");
		bounce_put_clean(b, r->address, b->utf8);
		bounce_put(b, "\n");
		if (b->action == BOUNCE_DELIVERED)
			continue;
		if (r->remote != NULL) {
			bounce_put(b, "    ");
			bounce_put_clean(b, r->remote, 0);
			bounce_put(b, " said:\n");
		}
		put_wrapped(b, r->text);
	}
	bounce_put(b, b->doubled ? "\nNobody else is told.\n" :
	    kinds[b->action].end);
	if (b->action == BOUNCE_DELAYED)
		bounce_put_date(b, "\nIt is given up",
		    b->message->will_retry_until);
}

/* Writes "name: type; value" from ORCPT's type;xtext, if it was given. */
static void
put_original_recipient(struct bounce *b, const char *options)
{
	char line[LINE_OCTETS];
	struct text t;
	size_t length, type;
	const char *orcpt = envelope_option(options, "ORCPT", &length);

	if (orcpt == NULL)
		return;
	for (type = 0; type < length && orcpt[type] != ';'; type++)
		continue;
	if (type == length)
		return;
	text_init(&t, line, sizeof(line));
	text_add_bytes(&t, orcpt, type);
	text_add(&t, "; ");
	xtext_add_printable(&t, orcpt + type + 1, length - type - 1);
	bounce_put(b, "Original-Recipient: ");
	bounce_put_clean(b, line, 0);
	bounce_put(b, "\n");
}

static int
is_eight(const char *s)
{
	while (*s != '\0' && (*s & 0x80) == 0)
		s++;
	return *s != '\0';
}

static void
put_recipient(struct bounce *b, const struct bounce_recipient *r)
{
	char line[LINE_OCTETS];
	struct text t;

	bounce_put(b, "\n");
	put_original_recipient(b, r->options);
	bounce_put(b, is_eight(r->address) ? "Final-Recipient: utf-8; " :
	    "Final-Recipient: rfc822; ");
	bounce_put_clean(b, r->address, b->utf8);
	bounce_put(b, "\nAction: ");
	bounce_put(b, kinds[b->action].action);
	bounce_put(b, "\nStatus: ");
	bounce_put_clean(b, r->status, 0);
	bounce_put(b, "\n");
	if (r->remote != NULL) {
		bounce_put(b, "Remote-MTA: dns; ");
		bounce_put_clean(b, r->remote, 0);
		bounce_put(b, "\n");
	}
	if (r->text[0] != '\0') {
		text_init(&t, line, sizeof(line));
		text_add_bytes(&t, r->text, strlen(r->text) < sizeof(line) ?
		    strlen(r->text) : sizeof(line) - 1);
		/* smtp is for replies, RFC 3464 2.3.6 */
		bounce_put(b, r->remote != NULL ? "Diagnostic-Code: smtp; " :
		    "Diagnostic-Code: X-Local; ");
		bounce_put_clean(b, line, 0);
		bounce_put(b, "\n");
	}
	bounce_put_date(b, "Last-Attempt-Date", r->last_attempt);
	if (b->action == BOUNCE_DELAYED)
		bounce_put_date(b, "Will-Retry-Until",
		    b->message->will_retry_until);
}

void
bouncereport_status(struct bounce *b)
{
	char line[LINE_OCTETS];
	struct text t;
	size_t length, i;
	const char *envid = envelope_option(b->message->envelope->options,
	    "ENVID", &length);

	bounce_put(b, "Reporting-MTA: dns; ");
	bounce_put(b, b->me);
	bounce_put(b, "\n");
	if (envid != NULL) {
		text_init(&t, line, sizeof(line));
		xtext_add_printable(&t, envid, length);
		bounce_put(b, "Original-Envelope-Id: ");
		bounce_put(b, line);
		bounce_put(b, "\n");
	}
	bounce_put_date(b, "Arrival-Date", b->message->arrival);
	for (i = 0; i < b->count; i++)
		put_recipient(b, &b->recipients[i]);
}
