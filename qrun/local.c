/* local - deliveries to mailboxes, several at once, each in its own process. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/clock.h"
#include "../lib/text.h"
#include "qrun.h"

#define FORWARDS_MAX	1048576	/* octets of one delivery's F lines */

/* Gives it the recipient's message.  One that is gone already has left a result
 * behind if it was new; else -1. */
static int
give(struct qrun *q, struct local *l, struct recipient *r, int is_new)
{
	struct message *m = r->message;
	static struct delivery d;
	int fd = message_reopen(q, m), given;

	if (fd == -1)
		return -1;
	memset(&d, 0, sizeof(d));
	strcpy(d.sender, m->sender);	/* both are canonical text that an */
	strcpy(d.recipient, r->address);	/* envelope's fields held */
	d.mailbox = *r->mailbox;
	d.message = m->body;
	d.quota = q->set.quota;
	given = spawn_give(l->feed, &d, fd);
	(void)close(fd);
	if (given == -1 && !(is_new && errno == EPIPE))
		return -1;
	l->deadline_ms = clock_ms() +
	    1000 * ((long long)q->set.command_s + DELIVERY_GRACE_S);
	l->recipient = r;
	l->forwards_bytes = 0;
	l->sender_set = 0;
	q->locals_running++;
	return 0;
}

static int
start(struct qrun *q, struct recipient *r)
{
	struct local *l = workers_kept(q, r->mailbox->path);

	if (l != NULL) {
		if (give(q, l, r, 0) == 0)
			return 0;
		workers_end(q, l);
	}
	l = workers_new(q, r->mailbox->path);
	if (l == NULL)
		return -1;
	if (give(q, l, r, 1) == 0)
		return 0;
	workers_end(q, l);
	return -1;
}

/* A fifth of the places, or one, is not for the mailbox that has all the others:
 * its owner's commands may be slow. */
static int
is_crowded(const struct qrun *q, const struct mailbox *m)
{
	size_t i, n = 0, others = q->set.local / 5;

	if (others == 0)
		others = q->set.local > 1;
	for (i = 0; i < q->set_slots.local; i++)
		n += q->locals[i].recipient != NULL &&
		    strcmp(q->locals[i].path, m->path) == 0;
	return n >= q->set.local - others;
}

/* A delivery to this mailbox has ended, or could not begin: it may have another. */
static void
next_for(struct qrun *q, const char *path)
{
	struct recipient *r = jobs_take_for(&q->crowded, path);

	if (r != NULL)
		jobs_add_first(&q->mailboxes, r);
}

void
local_start(struct qrun *q)
{
	char path[MAILBOX_PATH_MAX];
	struct recipient *r;

	while (!q->stop && !q->broken && q->locals_running < q->set.local &&
	    (r = jobs_take(&q->mailboxes)) != NULL) {
		if (is_crowded(q, r->mailbox)) {
			jobs_add(&q->crowded, r);
			continue;
		}
		strcpy(path, r->mailbox->path);
		if (start(q, r) == -1) {
			message_result(q, r, DEFERRED, r->message->gone ?
			    "- 4.3.0 the message was taken away" :
			    "- 4.3.2 cannot start a delivery");
			next_for(q, path);
		}
	}
}

static int
add_forward(struct local *l, const char *address)
{
	size_t n = strlen(address) + 1;
	char *more;

	if (n == 1 || n > ADDRESS_MAX || l->forwards_bytes + n > FORWARDS_MAX)
		return -1;
	more = realloc(l->forwards, l->forwards_bytes + n);
	if (more == NULL)
		return -1;
	l->forwards = more;
	memcpy(more + l->forwards_bytes, address, n);
	l->forwards_bytes += n;
	return 0;
}

/* The recipient's outcome is known. */
static void
conclude(struct qrun *q, struct local *l, enum outcome outcome,
    const char *text)
{
	struct recipient *r = l->recipient;
	char reply[REPLY_MAX];
	struct text t;

	l->recipient = NULL;
	l->idle_ms = clock_ms();
	q->locals_running--;
	if (outcome == DELIVERED && l->forwards_bytes > 0) {
		/* NOTIFY goes with a forward that keeps the sender. */
		outcome = l->sender_set ? DELIVERED : FORWARDED;
		if (forward_write(q, r, l->sender_set ? l->sender : NULL,
		    l->forwards, l->forwards_bytes) == -1) {
			outcome = errno == EILSEQ ? FAILED : DEFERRED;
			text = errno == EILSEQ ?
			    "5.6.0 it holds what no message may" :
			    "4.3.0 cannot write the forwarded message";
		}
	}
	text_init(&t, reply, sizeof(reply));
	text_add(&t, "- ");
	text_add_printable(&t, text, strlen(text));
	message_result(q, r, outcome, reply);
	free(l->forwards);
	l->forwards = NULL;
	next_for(q, l->path);
}

static void
line(struct qrun *q, struct local *l, char *s)
{
	const char *rest = s[0] != '\0' && s[1] == ' ' ? s + 2 : "";

	if (l->recipient == NULL)
		return;
	switch (s[0]) {
	case 'S':
		l->sender_set = strlen(rest) < sizeof(l->sender);
		if (l->sender_set)
			strcpy(l->sender, rest);
		break;
	case 'F':
		if (add_forward(l, rest) == -1)
			conclude(q, l, DEFERRED, "4.3.0 too much to forward");
		break;
	case 'E':
		(void)close(l->feed);	/* -1 is no harm */
		l->feed = -1;
		break;
	case 'K':
		conclude(q, l, DELIVERED, rest);
		break;
	case 'D':
		conclude(q, l, FAILED, rest);
		break;
	default:
		conclude(q, l, DEFERRED, s[0] == 'Z' ? rest :
		    "4.3.0 the delivery made no sense");
		break;
	}
}

static void
end(struct qrun *q, struct local *l)
{
	if (l->recipient != NULL)
		conclude(q, l, DEFERRED, "4.3.0 the delivery ended early");
	workers_end(q, l);
}

/*
 * A delivery runs as the mailbox's owner, who can stop it for ever; he must not
 * keep its place from the others.
 */
void
local_expire(struct qrun *q)
{
	long long now = clock_ms();
	size_t i;

	for (i = 0; i < q->set_slots.local; i++) {
		struct local *l = &q->locals[i];

		if (l->recipient == NULL || now < l->deadline_ms)
			continue;
		conclude(q, l, DEFERRED, "4.4.7 the delivery took too long");
		workers_end(q, l);
	}
	if (q->spawn.deliveries.count > 0)
		spawn_reap(&q->spawn);
}

void
local_read(struct qrun *q, struct local *l)
{
	char *start_of_line = l->line, *newline;
	ssize_t n = read(l->fd, l->line + l->used, sizeof(l->line) - l->used);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		end(q, l);
		return;
	}
	l->used += (size_t)n;
	while ((newline = memchr(start_of_line, '\n', l->used -
	    (size_t)(start_of_line - l->line))) != NULL) {
		*newline = '\0';
		line(q, l, start_of_line);
		start_of_line = newline + 1;
	}
	l->used -= (size_t)(start_of_line - l->line);
	memmove(l->line, start_of_line, l->used);
	if (l->used == sizeof(l->line))		/* longer than a line may be */
		end(q, l);
}
