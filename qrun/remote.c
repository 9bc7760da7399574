/*
 * remote - one destination is one stream of work: a list of recipients and up to
 * concurrencyhost qsends, each of them fed with the next message before it has
 * finished the last.  A recipient is with one qsend only.
 *
 * Whether a destination answers is found out by its first qsend; the others
 * start after that, so a dead host costs a pass one timeout.  Under "qrun -w" a
 * qsend without work waits a moment for more.  Who may start one: places.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "../lib/clock.h"
#include "../lib/text.h"
#include "qrun.h"

#define RECORDS_AHEAD	3	/* messages that a qsend is given in advance */
#define RECORD_RECIPIENTS 100	/* RFC 5321 4.5.3.1.8 */
#define RECORD_MAX	(UNIQUE_ID_MAX + RECORD_RECIPIENTS * 12 + 2)
#define KNOWN_MAX	2000	/* dead hosts that are remembered in a pass */

struct destination *
remote_destination(struct qrun *q, const char *host, unsigned int port)
{
	struct destination *d = q->destinations;

	while (d != NULL && (d->port != port || strcasecmp(d->host, host) != 0))
		d = d->next;
	if (d != NULL)
		return d;
	if (++q->destinations_known > KNOWN_MAX)
		remote_forget(q);
	d = calloc(1, sizeof(*d));
	if (d == NULL || strlen(host) >= sizeof(d->host)) {
		free(d);
		return NULL;
	}
	strcpy(d->host, host);
	d->port = port;
	jobs_init(&d->jobs);
	d->next = q->destinations;
	q->destinations = d;
	return d;
}

void
remote_forget(struct qrun *q)
{
	struct destination *d, **at = &q->destinations;

	q->destinations_known = 0;
	while ((d = *at) != NULL) {
		if (d->sessions == 0 && d->jobs.head == NULL) {
			*at = d->next;
			free(d);
		} else {
			q->destinations_known++;
			at = &d->next;
		}
	}
}

void
remote_close(struct session *s)
{
	if (s->feed != -1)
		(void)close(s->feed);
	s->feed = -1;
}

/* Takes one message's recipients from the destination's list. */
static struct recipient *
take_record(struct destination *d, struct text *t, struct jobs *record)
{
	struct recipient *first = d->jobs.head, *r;
	size_t n = 0;

	jobs_init(record);
	text_add(t, first->message->id);
	while (n++ < RECORD_RECIPIENTS && (r = d->jobs.head) != NULL &&
	    r->message == first->message) {
		jobs_add(record, jobs_take(&d->jobs));
		text_add(t, " ");
		text_add_number(t, (unsigned long long)r->offset, 1);
		r->ends_record = 0;
	}
	text_add(t, "\n");
	return first;
}

/* Gives a session its next message. */
static void
give(struct qrun *q, struct session *s)
{
	char buf[RECORD_MAX];
	struct jobs record;
	struct recipient *r, *first;
	struct text t;
	int fd, given = 0, gone = 0;

	text_init(&t, buf, sizeof(buf));
	first = take_record(s->destination, &t, &record);
	fd = message_reopen(q, first->message);
	if (fd != -1 && !t.full) {
		given = spawn_feed(s->feed, buf, t.used, fd) == 0;
		gone = !given && (errno == EPIPE || errno == ECONNRESET);
	}
	if (fd != -1)
		(void)close(fd);
	while ((r = jobs_take(&record)) != NULL) {
		if (given) {
			r->ends_record = record.head == NULL;
			jobs_add(&s->given, r);
		} else if (gone)	/* for the next qsend */
			jobs_add(&s->destination->jobs, r);
		else
			message_result(q, r, DEFERRED,
			    "- 4.3.0 cannot give the message to qsend");
	}
	if (given && s->records++ == 0)
		s->heard_ms = clock_ms();
	if (gone)
		remote_close(s);
}

int
remote_open(struct qrun *q, struct destination *d)
{
	struct session *s = q->sessions;
	struct recipient *r;

	while (s->report != -1)
		s++;
	s->report = spawn_qsend(&q->spawn, d->host, d->port, &s->feed);
	if (s->report == -1) {
		s->feed = -1;
		while (d->sessions == 0 && (r = jobs_take(&d->jobs)) != NULL)
			message_result(q, r, DEFERRED,
			    "- 4.3.2 cannot start qsend");
		return -1;
	}
	s->destination = d;
	jobs_init(&s->given);
	s->records = s->answers = s->used = 0;
	s->closed = 0;
	s->began_ms = clock_ms();
	d->sessions++;
	q->sessions_running++;
	while (s->feed != -1 && s->records < RECORDS_AHEAD &&
	    d->jobs.head != NULL)
		give(q, s);
	return 0;
}

/* Those without work come first; one that stays so may QUIT. */
void
remote_feed(struct qrun *q)
{
	struct session *s, *end = q->sessions + SESSION_SLOTS(q);
	int leave = q->stop || q->broken;
	size_t ahead;

	for (ahead = 1; ahead <= RECORDS_AHEAD && !leave; ahead++)
		for (s = q->sessions; s < end; s++)
			while (s->feed != -1 && s->records < ahead &&
			    s->destination->jobs.head != NULL)
				give(q, s);
	for (s = q->sessions; s < end; s++)
		if (s->feed != -1 && s->records == 0 && (leave || !q->watch ||
		    clock_ms() - s->heard_ms >= IDLE_MS))
			remote_close(s);
}

static size_t
count(const struct jobs *j)
{
	const struct recipient *r;
	size_t n = 0;

	for (r = j->head; r != NULL; r = r->next)
		n++;
	return n;
}

/* The longest list; of equal ones the one that had a place before (places.c). */
static struct jobs *
longest_list(struct qrun *q)
{
	struct jobs *longest = &q->mailboxes;
	struct destination *d;
	size_t n, most = count(longest);

	if ((n = count(&q->crowded)) > most) {
		longest = &q->crowded;
		most = n;
	}
	for (d = q->destinations; d != NULL; d = d->next)
		if ((n = count(&d->jobs)) >= most) {
			longest = &d->jobs;
			most = n;
		}
	return longest;
}

void
remote_shed(struct qrun *q, size_t enough)
{
	struct jobs *longest = longest_list(q);
	struct recipient *r;

	while (longest->head != NULL) {
		while ((r = jobs_take(longest)) != NULL)
			message_result(q, r, DEFERRED,
			    "- 4.4.5 too slow, others had to wait for it");
		if (q->settled >= enough)
			return;
		longest = longest_list(q);
	}
}

/* Everybody who waits for this destination has his answer. */
static void
down(struct qrun *q, struct destination *d, enum outcome outcome,
    const char *reply)
{
	struct recipient *r;
	struct text t;

	text_init(&t, d->reply, sizeof(d->reply));
	text_add_printable(&t, reply, strlen(reply));
	d->alive = 0;
	d->down_pass = q->pass;
	d->down_outcome = outcome;
	say_event(q, "down", NULL, d->host, d->reply);
	while ((r = jobs_take(&d->jobs)) != NULL)
		message_result(q, r, outcome, d->reply);
}

/* One recipient's report; the reports come in the order of the work. */
static void
answer(struct qrun *q, struct session *s, const char *event,
    const char *reply)
{
	struct recipient *r = jobs_take(&s->given);
	enum outcome outcome = DEFERRED;

	if (r == NULL)
		return;
	if (r->ends_record)
		s->records--;
	if (strcmp(event, "sent") == 0)
		outcome = SENT;
	else if (strcmp(event, "relayed") == 0)
		outcome = RELAYED;
	else if (strcmp(event, "failed") == 0)
		outcome = FAILED;
	s->answers++;
	s->heard_ms = clock_ms();
	s->destination->slow = 0;
	if (outcome == DEFERRED && s->closed) {
		/* Not begun: another connection may take it now. */
		jobs_add(&s->destination->jobs, r);
		return;
	}
	if (s->destination->down_pass != q->pass)
		s->destination->alive = 1;
	message_result(q, r, outcome, reply);
}

static char *
word(char **rest)
{
	char *start = *rest, *end = start + strcspn(start, " ");

	*rest = end + (*end != '\0');
	*end = '\0';
	return start;
}

/* "EVENT LABEL RECIPIENT CODE ENHANCED HOST: text" */
static void
line(struct qrun *q, struct session *s, char *rest)
{
	const char *event = word(&rest);
	const char *recipient;
	int ends;

	(void)word(&rest);
	recipient = word(&rest);
	if (strncmp(rest, "000 ", 4) == 0) {	/* no server said it */
		rest += 2;
		rest[0] = '-';
	}
	if (strcmp(event, "closed") == 0) {
		s->closed = 1;
		remote_close(s);
	} else if (strcmp(event, "down") == 0) {
		remote_close(s);
		down(q, s->destination, strlen(rest) > 4 &&
		    rest[strcspn(rest, " ") + 1] == '5' ? FAILED : DEFERRED,
		    rest);
	} else if (strcmp(recipient, "-") == 0) {	/* all of the file's */
		do {
			ends = s->given.head == NULL ||
			    s->given.head->ends_record;
			answer(q, s, event, rest);
		} while (!ends);
	} else
		answer(q, s, event, rest);
}

static void
end(struct qrun *q, struct session *s)
{
	static const char early[] = "- 4.3.0 qsend ended early";
	struct destination *d = s->destination;
	struct recipient *r;

	while ((r = jobs_take(&s->given)) != NULL)
		message_result(q, r, DEFERRED, d->down_pass == q->pass ?
		    d->reply : early);
	if (s->answers == 0 && d->down_pass != q->pass)
		down(q, d, DEFERRED, early);
	remote_close(s);
	(void)close(s->report);
	s->report = -1;
	d->sessions--;
	q->sessions_running--;
	spawn_reap(&q->spawn);
}

void
remote_read(struct qrun *q, struct session *s)
{
	char *start = s->line, *newline;
	ssize_t n = read(s->report, s->line + s->used,
	    sizeof(s->line) - s->used);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		end(q, s);
		return;
	}
	s->used += (size_t)n;
	while ((newline = memchr(start, '\n', s->used -
	    (size_t)(start - s->line))) != NULL) {
		*newline = '\0';
		line(q, s, start);
		start = newline + 1;
	}
	s->used -= (size_t)(start - s->line);
	memmove(s->line, start, s->used);
	if (s->used == sizeof(s->line))
		end(q, s);
}
