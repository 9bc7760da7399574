/*
 * forward - what a .qmail sends on becomes a new message in the spool.  It has
 * only its own recipients and the message from its Received line on: the names
 * of the others stay behind.
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../lib/received.h"
#include "../lib/text.h"
#include "qrun.h"

/* A list's own sender takes the reports: what the original's sender asked for
 * ends here, and only what says how to carry the message goes on. */
static void
carried_options(const char *options, struct text *t)
{
	size_t length;
	const char *body = envelope_option(options, "BODY", &length);

	if (body != NULL) {
		text_add(t, "BODY=");
		text_add_bytes(t, body, length);
	}
	if (envelope_option(options, "SMTPUTF8", &length) != NULL)
		text_add(t, t->used > 0 ? " SMTPUTF8" : "SMTPUTF8");
}

static void
write_header(struct spool_file *f, const char *me, const char *recipient)
{
	char buf[RECEIVED_MAX + ADDRESS_MAX + 32];
	struct text t;

	text_init(&t, buf, sizeof(buf));
	received_add(&t, NULL, me, NULL, f->id, recipient, time(NULL));
	text_add(&t, "Delivered-To: ");	/* a loop is known by it */
	text_add(&t, recipient);
	text_add(&t, "\n");
	spool_write(f, buf, t.used);
}

static int
write_message(struct spool_file *f, int fd, off_t at)
{
	char buf[16384];
	ssize_t n;

	while ((n = pread(fd, buf, sizeof(buf), at)) > 0) {
		spool_write(f, buf, (size_t)n);
		at += n;
	}
	return n == 0 ? 0 : -1;
}

int
forward_write(struct qrun *q, const struct recipient *r, const char *sender,
    const char *addresses, size_t n)
{
	static struct spool_file f;
	const struct message *m = r->message;
	char options[ENVELOPE_LINE_MAX];
	struct text t;
	size_t at;

	spool_begin(&f, &q->spool, q->set.me);
	text_init(&t, options, sizeof(options));
	if (sender == NULL)
		text_add(&t, m->options);
	else
		carried_options(m->options, &t);
	spool_sender(&f, sender == NULL ? m->sender : sender, options);
	for (at = 0; at < n; at += strlen(addresses + at) + 1)
		spool_recipient(&f, addresses + at, sender == NULL ?
		    r->options : "");
	write_header(&f, q->set.me, r->address);
	if (write_message(&f, m->fd, m->body) == -1) {
		spool_abort(&f);
		errno = EIO;
		return -1;
	}
	if (spool_commit(&f) == -1)
		return -1;
	q->want_new = 1;
	return 0;
}
