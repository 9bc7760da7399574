/*
 * places - which destination may have a qsend.
 *
 * There are concurrencyremote places.  One whose server keeps it waiting loses
 * its place and goes on without: of those there may be as many again.  So hosts
 * that answer slowly hold up nobody else, unless there are very many of them.
 */
#include "../lib/clock.h"
#include "qrun.h"

#define SLOW_MS	10000	/* without a result: it does not count any more */
#define TURN_MS	10000	/* of work, when others wait: somebody else's turn */
#define WAKE_MS	1000	/* while a destination waits for any of this */

/* It has been told to finish, and what it was given it has finished. */
static int
is_leaving(const struct session *s)
{
	return s->feed == -1 && s->records == 0;
}

/* How many places are taken; notes who is slow. */
static size_t
count_taken(struct qrun *q, long long now)
{
	struct session *s = q->sessions, *end = s + SESSION_SLOTS(q);
	size_t n = 0, extra = 0;

	for (; s < end; s++) {
		if (s->report == -1)
			continue;
		if (s->records > 0 && now - s->heard_ms >= SLOW_MS) {
			s->destination->slow = 1;
			extra++;
		} else if (is_leaving(s))
			extra++;
		else
			n++;
	}
	return extra > q->set.remote ? n + extra - q->set.remote : n;
}

/* How many destinations have work and no qsend? */
static size_t
count_waiting(const struct qrun *q)
{
	const struct destination *d;
	size_t n = 0;

	for (d = q->destinations; d != NULL; d = d->next)
		n += d->jobs.head != NULL && d->sessions == 0;
	return n;
}

/*
 * Tells as many as are needed to finish: those without work, then those that
 * have worked longest.
 */
static void
make_places(struct qrun *q, size_t needed, long long now)
{
	struct session *s, *end = q->sessions + SESSION_SLOTS(q), *best;

	for (s = q->sessions; s < end; s++)
		if (s->report != -1 && s->feed == -1 && s->records > 0 &&
		    needed > 0)
			needed--;	/* it was told before */
	for (; needed > 0; needed--) {
		best = NULL;
		for (s = q->sessions; s < end; s++)
			if (s->feed != -1 && (s->records == 0 ||
			    now - s->began_ms >= TURN_MS) && (best == NULL ||
			    (s->records == 0) > (best->records == 0) ||
			    ((s->records == 0) == (best->records == 0) &&
			    s->began_ms < best->began_ms)))
				best = s;
		if (best == NULL)
			return;
		remote_close(best);
	}
}

/* Who got a place comes last next time. */
static void
move_last(struct qrun *q, struct destination *d)
{
	struct destination **at = &q->destinations;

	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	while (*at != NULL)
		at = &(*at)->next;
	*at = d;
	d->next = NULL;
}

void
remote_start(struct qrun *q)
{
	struct destination *d, *next;
	long long now = clock_ms();
	size_t taken, waiting;
	int more, opened;

	remote_feed(q);
	if (q->stop || q->broken || q->destinations == NULL)
		return;
	waiting = count_waiting(q);
	taken = count_taken(q, now);
	if (waiting + taken > q->set.remote) {
		make_places(q, waiting + taken - q->set.remote, now);
		taken = count_taken(q, now);
	}
	/* One for each before a second for any. */
	for (more = 0; more < 2; more++)
		for (d = q->destinations; d != NULL; d = next) {
			next = d->next;
			opened = 0;
			while (d->jobs.head != NULL && taken < q->set.remote &&
			    q->sessions_running < SESSION_SLOTS(q) &&
			    (d->sessions == 0 || (more && d->alive && !d->slow
			    && d->sessions < q->set.host)) &&
			    remote_open(q, d) == 0) {
				taken++;
				opened = 1;
			}
			if (opened)
				move_last(q, d);
		}
}

int
remote_wait_ms(const struct qrun *q, int most)
{
	const struct session *s = q->sessions, *end = s + SESSION_SLOTS(q);
	long long left, now = clock_ms();

	if (q->sessions_running == 0)
		return most;
	for (; s < end; s++)
		if (s->feed != -1 && s->records == 0) {
			left = s->heard_ms + IDLE_MS - now;
			most = left < 0 ? 0 : left < most ? (int)left : most;
		}
	return most > WAKE_MS && count_waiting(q) > 0 ? WAKE_MS : most;
}
