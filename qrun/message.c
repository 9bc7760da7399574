/*
 * message - a message in the window, and what the disk knows about it.  Trusts
 * nothing in a queue file: programs of other users wrote it.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "name.h"
#include "qrun.h"

static size_t
hash(const char *name)
{
	unsigned int h = 5381;

	while (*name != '\0')
		h = h * 33 + (unsigned char)*name++;
	return h % HASH_SIZE;
}

int
message_known(const struct qrun *q, const char *name)
{
	const struct message *m = q->hash[hash(name)];

	while (m != NULL && strcmp(m->name, name) != 0)
		m = m->next;
	return m != NULL;
}

void
message_free(struct qrun *q, struct message *m)
{
	struct message **at = &q->hash[hash(m->name)];
	size_t i;

	while (*at != NULL && *at != m)
		at = &(*at)->next;
	if (*at == m) {
		*at = m->next;
		q->messages--;
		q->loaded -= m->count;
		q->waiting -= m->waiting;
	}
	for (i = 0; i < m->count; i++) {
		free(m->recipients[i].address);
		free(m->recipients[i].options);
		free(m->recipients[i].reply);
		free(m->recipients[i].mailbox);
	}
	free(m->recipients);
	free(m->sender);
	free(m->options);
	if (m->fd != -1)
		(void)close(m->fd);	/* what mattered was fsynced */
	free(m);
}

static int
add_recipient(struct message *m, const struct envelope_recipient *from)
{
	struct recipient *r;

	if ((m->count & (m->count - 1)) == 0) {	/* 1, 2, 4, 8 ... */
		r = realloc(m->recipients, (m->count == 0 ? 1 : 2 * m->count) *
		    sizeof(*r));
		if (r == NULL)
			return -1;
		m->recipients = r;
	}
	r = &m->recipients[m->count];
	memset(r, 0, sizeof(*r));
	r->message = m;
	r->offset = from->offset;
	r->address = strdup(from->address);
	r->options = strdup(from->options);
	m->count++;
	return r->address == NULL || r->options == NULL ? -1 : 0;
}

/* Reads the pending recipients, as many as the window may hold. */
static int
read_envelope(struct message *m)
{
	static struct envelope e;
	static struct envelope_recipient r;
	int got;

	if (envelope_open(&e, m->fd) == -1)
		return -1;
	m->sender = strdup(e.sender);
	m->options = strdup(e.options);
	if (m->sender == NULL || m->options == NULL)
		return -1;
	while ((got = envelope_next(&e, &r)) == 1) {
		if (r.state != ENVELOPE_PENDING)
			continue;
		if (m->count == MESSAGE_RECIPIENTS)
			m->more = 1;
		else if (add_recipient(m, &r) == -1)
			return -1;
	}
	m->body = e.message;
	return got == -1 ? -1 : twins_find(m);
}

struct message *
message_load(struct qrun *q, int fd, const char *file, const char *name)
{
	struct message *m = calloc(1, sizeof(*m));
	size_t h = hash(name);
	int error;

	if (m == NULL)
		return NULL;
	m->fd = fd;
	strcpy(m->name, name);
	strcpy(m->file, file);
	name_id(name, m->id);
	if (read_envelope(m) == -1) {
		error = errno;
		m->fd = -1;		/* stays the caller's */
		message_free(q, m);
		errno = error;
		return NULL;
	}
	m->waiting = m->count;
	m->next = q->hash[h];
	q->hash[h] = m;
	q->messages++;
	q->loaded += m->count;
	q->waiting += m->waiting;
	return m;
}

void
message_touch(struct qrun *q, struct message *m)
{
	if (m->dirty)
		return;
	m->dirty = 1;
	m->dirty_next = q->dirty;
	q->dirty = m;
}

int
message_reopen(struct qrun *q, struct message *m)
{
	struct stat a, b;
	int fd = openat(q->defer, m->file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);

	if (fd == -1) {
		m->gone |= errno == ENOENT;
		return -1;
	}
	/* Between our open and our rename its creator had the name. */
	if (fstat(fd, &a) == -1 || fstat(m->fd, &b) == -1 ||
	    a.st_dev != b.st_dev || a.st_ino != b.st_ino) {
		(void)close(fd);
		errno = EINVAL;
		return -1;
	}
	return fd;
}

static void
set_result(struct qrun *q, struct recipient *r, enum outcome outcome,
    const char *reply)
{
	static const char *const events[] = { "waiting", "delivered",
	    "forwarded", "sent", "sent", "deferred", "deferred", "failed" };
	struct message *m = r->message;

	r->outcome = outcome;
	free(r->reply);
	r->reply = strdup(reply);	/* NULL: no memory for words, no harm */
	if (r->reply != NULL && strlen(r->reply) >= REPLY_MAX)
		r->reply[REPLY_MAX - 1] = '\0';
	m->waiting--;
	q->waiting--;
	q->settled++;
	if (outcome >= DEFERRED)
		r->attempts++;
	say_event(q, events[outcome], m->id, r->address, reply);
}

void
message_result(struct qrun *q, struct recipient *r, enum outcome outcome,
    const char *reply)
{
	message_touch(q, r->message);
	for (; r != NULL; r = r->twin)
		set_result(q, r, outcome, reply);
}
