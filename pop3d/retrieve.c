/*
 * retrieve - sends messages to the client.  The file may hold anything and may
 * be changed or go away; memory does not depend on its size.
 */
#include "retrieve.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../lib/dot.h"
#include "../lib/log.h"
#include "../lib/text.h"
#include "session.h"

/* How far into a message TOP has come. */
struct top {
	unsigned long long lines;	/* of the body, still to send */
	int		 body, empty;	/* in the body; in an empty line */
	char		 last;
};

/* How many of the octets TOP sends; fewer than length: no more is needed. */
static size_t
top_part(struct top *t, const char *from, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++) {
		char before = t->last;

		t->last = from[i];
		if (from[i] != '\n' && from[i] != '\r') {
			t->empty = 0;
			continue;
		}
		if (from[i] == '\n' && before == '\r')
			continue;
		if (t->body)
			t->lines--;
		t->body |= t->empty;
		t->empty = 1;
		if (t->body && t->lines == 0)
			return i + 1;
	}
	return length;
}

/*
 * Sends the file, or what TOP asks of it.  A file that cannot be read to its
 * end must not look whole: then the connection is all that can be given up.
 */
static void
send_message(struct session *s, struct message *m, int fd, struct top *top)
{
	struct dot_out data;
	ssize_t n = 0;

	dot_out_init(&data, &s->out);
	while (s->out.error == 0 &&
	    (n = read(fd, s->block, sizeof(s->block))) > 0) {
		size_t used = top == NULL ? (size_t)n :
		    top_part(top, s->block, (size_t)n);

		dot_encode(&data, s->block, used);
		if (used < (size_t)n || (top != NULL && top->body &&
		    top->lines == 0))
			break;
	}
	(void)close(fd); /* was only read */
	if (n == -1 || s->out.error != 0) {
		log_event("cannot-send", "id", m->name, "text",
		    strerror(n == -1 ? errno : s->out.error));
		s->ended = 1;
		return;
	}
	dot_end_data(&data);
	if (top == NULL)
		m->flags |= MESSAGE_RETRIEVED;
}

/* Opens a message to send it, or says that it cannot. */
static int
open_message(struct session *s, struct message *m)
{
	int fd = maildrop_read(&s->drop, m);

	if (fd != -1)
		return fd;
	if (errno == ENOENT) {
		session_reply(s, "-ERR this message is gone");
	} else {
		log_event("cannot-read", "id", m->name, "text",
		    strerror(errno));
		session_reply(s, "-ERR [SYS/TEMP] cannot read this message");
	}
	return -1;
}

void
retrieve_message(struct session *s, struct message *m)
{
	int fd = open_message(s, m);
	char line[64];
	struct text t;

	if (fd == -1)
		return;
	text_init(&t, line, sizeof(line));
	text_add(&t, "+OK ");
	text_add_number(&t, maildrop_octets(&s->drop, m), 1);
	text_add(&t, " octets");
	session_reply(s, line);
	send_message(s, m, fd, NULL);
}

void
retrieve_top(struct session *s, struct message *m, unsigned long long lines)
{
	struct top top = { 0, 0, 1, '\0' };
	int fd = open_message(s, m);

	if (fd == -1)
		return;
	top.lines = lines;
	session_reply(s, "+OK");
	send_message(s, m, fd, &top);
}
