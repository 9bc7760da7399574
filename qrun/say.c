/*
 * say - what qrun tells: one log line per event, or plain words to whoever runs
 * it by hand on a terminal.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../lib/log.h"
#include "../lib/text.h"
#include "name.h"
#include "qrun.h"

static const struct {
	const char *event, *words;
} sentences[] = {
	{ "new", "new message " },
	{ "delivered", "delivered " },
	{ "sent", "sent " },
	{ "forwarded", "forwarded " },
	{ "deferred", "could not deliver now: " },
	{ "failed", "cannot deliver: " },
	{ "bounced", "told the sender about " },
	{ "bad", "not understood, moved to bad/: " },
	{ "down", "no answer from " },
};

static void
tell(const char *words, const char *id, const char *to, const char *reply)
{
	char line[1024];
	struct text t;

	text_init(&t, line, sizeof(line) - 1);
	text_add(&t, words);
	if (id != NULL)
		text_add_printable(&t, id, strlen(id));
	if (to != NULL) {
		text_add(&t, id == NULL ? "" : " for ");
		text_add_printable(&t, to, strlen(to));
	}
	if (reply != NULL) {
		text_add(&t, ": ");
		text_add_printable(&t, reply, strlen(reply));
	}
	line[t.used] = '\n';
	if (write(2, line, t.used + 1) == -1)
		return;		/* nobody looks any more */
}

void
say_event(struct qrun *q, const char *event, const char *id, const char *to,
    const char *reply)
{
	char code[8] = "";
	const char *text = reply;
	size_t i, n;

	if (q->terminal) {
		if (reply != NULL && reply[0] == '-' && reply[1] == ' ')
			reply += 2;	/* no server's code */
		for (i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++)
			if (strcmp(sentences[i].event, event) == 0)
				tell(sentences[i].words, id, to, reply);
		return;
	}
	if (reply != NULL && (n = strcspn(reply, " ")) < sizeof(code) &&
	    reply[n] == ' ') {
		memcpy(code, reply, n);
		code[n] = '\0';
		text = reply + n + 1;
	}
	if (code[0] == '-')	/* no SMTP reply: the enhanced status is all */
		code[0] = '\0';
	log_event(event, "id", id, "to", to, "code",
	    code[0] == '\0' ? NULL : code, "text", text);
}

void
say_new(struct qrun *q, const char *id, const char *old, const char *sender)
{
	char was[UNIQUE_ID_MAX];

	name_id(old, was);	/* as its writer logged it */
	if (q->terminal)
		say_event(q, "new", id, NULL, NULL);
	else
		log_event("new", "id", id, "was", was, "from", sender);
}

void
say_trouble(struct qrun *q, const char *what, const char *name)
{
	const char *why = errno == 0 ? NULL : strerror(errno);

	if (q->terminal)
		tell("trouble: ", what, name, why);
	else
		log_event("trouble", "what", what, "name", name, "text", why);
}

void
say_left(struct qrun *q)
{
	char number[24];
	struct text t;
	size_t left = q->messages;

	/* Each hundredth, or a long queue would scroll away what went wrong. */
	if (!q->terminal || left == q->said_left || left % 100 != 0)
		return;
	q->said_left = left;
	if (left == 0)
		return;
	text_init(&t, number, sizeof(number));
	text_add_number(&t, left, 1);
	tell("messages being worked on: ", number, NULL, NULL);
}
