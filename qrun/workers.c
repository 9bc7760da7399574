/*
 * workers - the processes that deliver.  One that has delivered is kept for a
 * moment, for more mail to the same mailbox: becoming its owner takes longer
 * than a delivery.  One without work has no place of concurrencylocal.
 */
#include <sys/stat.h>

#include <string.h>
#include <unistd.h>

#include "../lib/clock.h"
#include "qrun.h"

#define KEPT_MS	1000	/* without work */

/* Is the mailbox the directory that it was?  Sets what it is now. */
static int
is_same(const struct qrun *q, const char *path, struct local *l)
{
	struct stat st;
	int same;

	if (fstatat(q->spawn.mailroot, path, &st, 0) == -1)
		memset(&st, 0, sizeof(st));
	same = st.st_ino != 0 && l->ino == st.st_ino && l->dev == st.st_dev &&
	    l->uid == st.st_uid;
	l->ino = st.st_ino;
	l->dev = st.st_dev;
	l->uid = st.st_uid;
	return same;
}

void
workers_end(struct qrun *q, struct local *l)
{
	if (l->feed != -1)
		(void)close(l->feed);
	if (l->fd != -1)
		(void)close(l->fd);
	l->fd = l->feed = -1;
	spawn_reap(&q->spawn);
}

struct local *
workers_kept(struct qrun *q, const char *path)
{
	size_t i;

	for (i = 0; i < q->set_slots.local; i++) {
		struct local *l = &q->locals[i];

		if (l->feed == -1 || l->recipient != NULL ||
		    strcmp(l->path, path) != 0)
			continue;
		if (is_same(q, path, l) &&
		    clock_ms() - l->began_ms < DELIVERIES_S * 1000)
			return l;
		workers_end(q, l);
	}
	return NULL;
}

struct local *
workers_new(struct qrun *q, const char *path)
{
	struct local *l = NULL;
	size_t i;

	for (i = 0; i < q->set_slots.local; i++) {
		struct local *other = &q->locals[i];

		if (other->fd == -1) {
			l = other;
			break;
		}
		/* It has had its say: nothing is lost with it. */
		if (other->recipient == NULL && (l == NULL ||
		    other->idle_ms < l->idle_ms))
			l = other;
	}
	if (l == NULL)
		return NULL;
	workers_end(q, l);
	(void)is_same(q, path, l);
	strcpy(l->path, path);
	l->used = l->forwards_bytes = 0;
	l->idle_ms = l->began_ms = clock_ms();
	l->fd = spawn_delivery(&q->spawn, path, &l->feed);
	if (l->fd == -1)
		l->feed = -1;
	return l->fd == -1 ? NULL : l;
}

int
workers_wait_ms(struct qrun *q, int most)
{
	long long left, now = clock_ms();
	size_t i;

	for (i = 0; i < q->set_slots.local; i++) {
		struct local *l = &q->locals[i];

		if (l->feed == -1 || l->recipient != NULL)
			continue;
		left = l->idle_ms + KEPT_MS - now;
		if (left <= 0) {	/* its end will wake us */
			(void)close(l->feed);
			l->feed = -1;
		} else if (left < most)
			most = (int)left;
	}
	return most;
}
