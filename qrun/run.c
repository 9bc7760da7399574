/*
 * run - the loop: signals, the trigger, what is due, and the children's pipes.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../lib/child.h"
#include "../lib/clock.h"
#include "qrun.h"
#include "rename.h"

#define NAMES_A_TURN	64	/* looked at before the children get a turn */
#define LOOK_S		60	/* new/ is looked at without a trigger, too */
#define LEAVE_MS	30000	/* what is under way may take this, at the end */
#define SLOW_MS		10000	/* a full window must have moved after this */
#define FIXED		3	/* descriptors besides the children's pipes */
#define EMPTY_LOOKS	10	/* in a row: somebody wakes us for nothing */
#define LOOK_GAP_MS	100	/* until the next look then */

static int signal_fd = -1;

static void
on_signal(int number)
{
	int error = errno;
	char c = (char)number;

	if (write(signal_fd, &c, 1) == -1)
		error += 0;	/* full: enough of them are waiting */
	errno = error;
}

static int
catch_signals(struct qrun *q)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP, SIGALRM };
	struct sigaction act;
	int ends[2];
	size_t i;

	if (child_pipe(ends) == -1)
		return -1;
	for (i = 0; i < 2; i++)
		if (fcntl(ends[i], F_SETFL, O_NONBLOCK) == -1)
			return -1;
	q->signals = ends[0];
	signal_fd = ends[1];
	memset(&act, 0, sizeof(act));
	act.sa_handler = on_signal;
	act.sa_flags = SA_RESTART;
	(void)sigemptyset(&act.sa_mask);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (sigaction(numbers[i], &act, NULL) == -1)
			return -1;
	return 0;
}

/* What was said at start stays for spool, mailroot and the processes at once. */
static void
reread(struct qrun *q)
{
	static struct conf conf;
	struct settings *set = &q->set, next;

	if (settings_read(&conf, q->conf_path, &next) == -1) {
		errno = 0;
		say_trouble(q, conf.error, NULL);
		if (conf.dir != -1)
			(void)close(conf.dir);
		return;
	}
	(void)close(q->conf.dir);
	q->conf = conf;
	route_forget(q);
	set->retry_s = next.retry_s;
	set->lifetime_s = next.lifetime_s;
	set->quota = next.quota;
	strcpy(set->postmaster, next.postmaster);
	set->host = next.host;
	if (next.local <= q->set_slots.local)
		set->local = next.local;
	if (next.remote <= q->set_slots.remote)
		set->remote = next.remote;
}

/* Finishes what is under way, if there is no parent to do it with: now. */
static void
leave(struct qrun *q, int orphaned)
{
	if (!q->stop)
		q->leave_ms = clock_ms() + LEAVE_MS;
	q->stop = 1;
	if (orphaned)
		q->leave_ms = clock_ms();
	q->orphaned |= orphaned;
}

static void
read_signals(struct qrun *q)
{
	char c[64];
	ssize_t i, n;

	while ((n = read(q->signals, c, sizeof(c))) > 0)
		for (i = 0; i < n; i++) {
			if (c[i] == SIGHUP)
				reread(q);
			else if (c[i] == SIGALRM)
				q->want_all = 1;
			else
				leave(q, 0);
		}
}

static void
read_trigger(struct qrun *q)
{
	char c[512];

	/* What is left of a flood wakes us again; the work goes on between. */
	if (read(q->trigger, c, sizeof(c)) > 0)
		q->want_new = 1;
}

/* Is new/ to be looked at, and not only because somebody floods the trigger? */
static int
look_now(const struct qrun *q)
{
	return q->want_new && !q->stop && !q->broken &&
	    (q->phase == SCAN_NONE || q->phase == SCAN_DEFER) &&
	    (q->empty_looks < EMPTY_LOOKS ||
	    clock_ms() - q->looked_ms >= LOOK_GAP_MS);
}

/* Does a scan wait to be started?  One at a time, but new mail has its turn. */
static void
plan(struct qrun *q)
{
	long long now = (long long)time(NULL);

	if (q->stop || q->broken)
		return;
	if (q->watch && now - q->last_look >= LOOK_S)
		q->want_new = 1;
	if (q->phase == SCAN_DEFER && look_now(q)) {
		q->last_look = now;
		scan_turn(q);
	}
	if (q->phase != SCAN_NONE)
		return;
	if (q->watch && (now >= q->next_due || now < q->last_look - LOOK_S))
		q->want_full = 1;
	if (q->want_all || q->want_full || look_now(q)) {
		q->last_look = now;
		scan_start(q, q->want_full, q->want_all);
	}
}

/* A tenth of the window is for new mail only. */
static size_t
tenth(const struct qrun *q)
{
	return q->window < 20 ? q->window > 1 : q->window / 10;
}

/* One recipient may keep a message with ten thousand others here for long: they
 * have their outcome, and only memory is a reason to wait for him. */
static int
room(const struct qrun *q)
{
	size_t kept = q->phase == SCAN_DEFER ? tenth(q) : 0;

	return q->messages < q->window - kept &&
	    q->waiting < WINDOW_RECIPIENTS && q->loaded < LOADED_RECIPIENTS;
}

/*
 * A window full of mail for slow hosts would hold up everybody else's: when
 * hardly anything has left it for a while, lists of hosts go back to defer/, a
 * tenth of the window: with a message for each of a thousand, one list is little.
 */
static void
keep_moving(struct qrun *q)
{
	long long now = clock_ms();

	if (room(q) || q->settled > tenth(q)) {
		q->settled_ms = now;
		q->settled = 0;
	} else if (now - q->settled_ms >= SLOW_MS) {
		q->settled = 0;
		remote_shed(q, q->waiting < WINDOW_RECIPIENTS ? tenth(q) + 1 :
		    WINDOW_RECIPIENTS / 10);
		q->settled_ms = now;
		q->settled = 0;
	}
}

/* Takes names until something else needs a turn: 1 if there is more to take. */
static int
look(struct qrun *q)
{
	int i;

	for (i = 0; i < NAMES_A_TURN; i++) {
		if (q->stop || q->broken || !room(q))
			return 0;
		if (!scan_next(q))
			return 0;
	}
	return 1;
}

static int
timeout_ms(const struct qrun *q, int more)
{
	long long now = (long long)time(NULL);
	long long s = q->next_due - now;

	if (more || q->dirty != NULL)
		return 0;
	if (q->unlinked_ms != 0)
		return SETTLE_SYNC_MS;
	if (q->stop) {
		long long left = q->leave_ms - clock_ms();

		return left < 0 ? 0 : (int)left;
	}
	if (q->want_new)
		return LOOK_GAP_MS;
	if (!room(q))
		return SLOW_MS / 2;
	if (!q->watch || q->broken || s > LOOK_S)
		s = LOOK_S;
	return s < 0 ? 0 : (int)s * 1000;
}

/* Waits for any of them, and reads what came. */
static void
serve(struct qrun *q, struct pollfd *p, int more)
{
	size_t i, n = 0, locals = q->set_slots.local;
	int wait_ms = workers_wait_ms(q, timeout_ms(q, more));

	p[n].fd = q->signals;
	p[n++].events = POLLIN;
	p[n].fd = q->watch && !q->want_new ? q->trigger : -1;
	p[n++].events = POLLIN;
	p[n].fd = q->spawn.parent;
	p[n++].events = 0;
	for (i = 0; i < locals; i++, n++) {
		p[n].fd = q->locals[i].fd;
		p[n].events = POLLIN;
	}
	for (i = 0; i < SESSION_SLOTS(q); i++, n++) {
		p[n].fd = q->sessions[i].report;
		p[n].events = POLLIN;
	}
	if (poll(p, (nfds_t)n, remote_wait_ms(q, wait_ms)) <= 0)
		return;
	if (p[0].revents != 0)
		read_signals(q);
	if (p[1].revents != 0)
		read_trigger(q);
	if (p[2].revents & (POLLHUP | POLLERR))
		leave(q, 1);	/* without it nothing can be delivered */
	for (i = FIXED; i < n; i++) {
		if (p[i].fd == -1 || p[i].revents == 0)
			continue;
		if (i - FIXED < locals)
			local_read(q, &q->locals[i - FIXED]);
		else
			remote_read(q, &q->sessions[i - FIXED - locals]);
	}
}

static int
busy(const struct qrun *q)
{
	return q->locals_running > 0 || q->sessions_running > 0;
}

static int
finished(const struct qrun *q)
{
	if (q->stop && q->leave_ms <= clock_ms())
		return 1;
	if (busy(q) || q->dirty != NULL)
		return 0;
	return q->stop || q->broken || (!q->watch && q->messages == 0 &&
	    q->phase == SCAN_NONE && !q->want_new);
}

static struct pollfd *
make_slots(struct qrun *q)
{
	size_t i;

	q->set_slots = q->set;
	q->locals = calloc(q->set.local, sizeof(*q->locals));
	q->sessions = calloc(SESSION_SLOTS(q), sizeof(*q->sessions));
	q->boxes = calloc(1, sizeof(*q->boxes));
	if (q->locals == NULL || q->sessions == NULL || q->boxes == NULL)
		return NULL;
	for (i = 0; i < q->set.local; i++)
		q->locals[i].fd = q->locals[i].feed = -1;
	for (i = 0; i < SESSION_SLOTS(q); i++)
		q->sessions[i].report = q->sessions[i].feed = -1;
	for (i = 0; i < BOXES; i++)
		q->boxes->box[i].dir = -1;
	return calloc(q->set.local + SESSION_SLOTS(q) + FIXED,
	    sizeof(struct pollfd));
}

int
run(struct qrun *q)
{
	struct pollfd *slots = make_slots(q);
	int more;

	if (slots == NULL || catch_signals(q) == -1) {
		say_trouble(q, "cannot start", NULL);
		return 111;
	}
	jobs_init(&q->mailboxes);
	jobs_init(&q->crowded);
	q->want_full = 1;
	do {
		plan(q);
		keep_moving(q);
		more = look(q);
		local_expire(q);
		local_start(q);
		remote_start(q);
		message_settle(q);
		more |= q->phase != SCAN_NONE && room(q) && !q->stop &&
		    !q->broken;
		if (!more)
			rename_sync(q);
		settle_sync(q, !more && !busy(q));
		say_left(q);
		if (more || busy(q) || (q->watch && !look_now(q)))
			serve(q, slots, more || look_now(q));
	} while (!finished(q));
	message_settle(q);
	rename_sync(q);
	settle_sync(q, 1);
	free(slots);
	return q->broken || q->orphaned ? 111 : 0;
}
