/*
 * settle - writes results to disk: a mark for each recipient who is done, and
 * when an attempt is over the notifications, the marks of those who failed, the
 * next appointment or the end of the message.
 *
 * When a mark cannot be written, nothing more is delivered from this spool: it
 * would be delivered again and again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../lib/clock.h"
#include "qrun.h"

static int
is_done(const struct recipient *r)
{
	return r->outcome == DELIVERED || r->outcome == FORWARDED ||
	    r->outcome == SENT || r->outcome == RELAYED;
}

static void
breakdown(struct qrun *q, const struct message *m, const char *what)
{
	say_trouble(q, what, m->file);
	q->broken = 1;
}

/* Marks everybody whose fate is known and not written; one fsync for all. */
static int
mark(struct qrun *q, struct message *m, int failed_too)
{
	struct recipient *r;
	size_t i, n = 0;

	for (i = 0; i < m->count; i++) {
		r = &m->recipients[i];
		if (r->marked || !(is_done(r) ||
		    (failed_too && r->outcome == FAILED)))
			continue;
		if (envelope_mark(m->fd, r->offset, is_done(r) ?
		    ENVELOPE_DONE : ENVELOPE_FAILED) == -1)
			break;
		r->marked = 1;
		n++;
	}
	if (i < m->count && errno == EINVAL) {
		/* Somebody has written to it since it was loaded. */
		take_bad(q, q->defer, m->file, "changed while it waited");
		return -1;
	}
	if (i < m->count || (n > 0 && fsync(m->fd) == -1)) {
		breakdown(q, m, "cannot mark a recipient");
		return -1;
	}
	return 0;
}

/* Nothing is pending: the message leaves the spool. */
static void
finish(struct qrun *q, struct message *m)
{
	int taken;

	if (unlinkat(q->defer, m->file, 0) == -1) {
		/* In hold/, perhaps: from there it may come back. */
		taken = errno == ENOENT;
		if (mark(q, m, 1) == -1)
			return;
		if (!taken) {
			breakdown(q, m, "cannot remove a finished message");
			return;
		}
	}
	(void)unlinkat(q->info, m->name, 0);	/* seldom there */
	if (q->unlinked_ms == 0)
		q->unlinked_ms = clock_ms();
	say_event(q, "done", m->id, NULL, NULL);
}

/* The postmaster did not appear in queuelifetime, or will not have it. */
static int
give_to_bad(struct qrun *q, struct message *m, int failed_too)
{
	if (mark(q, m, failed_too) == -1)
		return 0;
	if (renameat(q->defer, m->file, q->bad, m->name) == -1) {
		say_trouble(q, "cannot move to bad/", m->file);
		return 0;
	}
	(void)unlinkat(q->info, m->name, 0);
	say_event(q, "bad", m->id, NULL, "- nobody takes it");
	return 1;
}

/*
 * Has a waiting recipient waited long enough?  Three attempts were made, and
 * this one began after the limit had passed.
 */
static int
expired(const struct qrun *q, const struct message *m,
    const struct recipient *r)
{
	return r->attempts >= 3 &&
	    m->began - r->first >= (long long)q->set.lifetime_s;
}

static void
end_attempt(struct qrun *q, struct message *m)
{
	size_t i, pending = 0, done = 0, lost = 0;
	struct recipient *r;
	enum notify_status told;

	for (i = 0; i < m->count; i++) {
		r = &m->recipients[i];
		if (r->outcome == KEPT && expired(q, m, r))
			lost++;
		if (r->outcome == DEFERRED && expired(q, m, r)) {
			r->outcome = FAILED;
			say_event(q, "failed", m->id, r->address,
			    "- 4.4.7 tried for too long");
		}
		pending += r->outcome == DEFERRED || r->outcome == KEPT ? 1 : 0;
		done += (size_t)is_done(r);
	}
	/* While others keep the message here, a crash must not forget these. */
	if (done > 0 && done < m->count && mark(q, m, 0) == -1)
		return;
	told = notify_message(q, m);
	if (!m->more && ((told == NOTIFY_BAD && pending == lost) ||
	    (told == NOTIFY_DONE && lost > 0 && lost == pending))) {
		if (give_to_bad(q, m, told == NOTIFY_DONE))
			return;
		pending++;
	} else if (told != NOTIFY_DONE)
		pending++;
	else if ((pending > 0 || m->more) && mark(q, m, 1) == -1)
		return;
	if (pending == 0 && !m->more)
		finish(q, m);
	else
		info_write(q, m);
}

void
message_settle(struct qrun *q)
{
	struct message *m;

	while ((m = q->dirty) != NULL) {
		q->dirty = m->dirty_next;
		m->dirty = 0;
		if (m->waiting > 0) {
			(void)mark(q, m, 0);	/* a failure is remembered */
			continue;
		}
		if (m->gone)
			(void)mark(q, m, 0);	/* it may come back from hold/ */
		else
			end_attempt(q, m);
		message_free(q, m);
	}
}

/*
 * After a loss of power what was delivered would be here again.  Until it is
 * synced that lasts SYNC_MS while there is work, and one sync is for all.
 */
void
settle_sync(struct qrun *q, int now)
{
	if (q->unlinked_ms == 0 ||
	    (!now && clock_ms() - q->unlinked_ms < SETTLE_SYNC_MS))
		return;
	q->unlinked_ms = 0;
	if (fsync(q->defer) == -1) {
		say_trouble(q, "cannot sync", "defer");
		q->broken = 1;
	}
}
