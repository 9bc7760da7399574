/*
 * session - one POP3 client behind its login.  It may read and delete all of
 * this maildrop anyway; nothing else is trusted.
 */
#include "session.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "../lib/dot.h"
#include "../lib/log.h"
#include "../lib/text.h"
#include "capa.h"
#include "retrieve.h"

#define LINE_MAX_OCTETS	255	/* RFC 2449 4, line end included */
#define LOCK_WAIT_MS	1000

void
session_reply(struct session *s, const char *text)
{
	out_text(&s->out, text);
	out_text(&s->out, "\r\n");
}

/* "BEFORE a b AFTER" and no line end. */
static void
numbers(struct text *t, const char *before, unsigned long long a,
    unsigned long long b, const char *after)
{
	text_add(t, before);
	text_add_number(t, a, 1);
	text_add(t, " ");
	text_add_number(t, b, 1);
	text_add(t, after);
}

static size_t
number_of(const struct session *s, const struct message *m)
{
	return (size_t)(m - s->drop.messages) + 1;
}

/* Messages that are not marked, and their octets. */
static size_t
total(struct session *s, unsigned long long *octets)
{
	size_t i, count = 0;

	*octets = 0;
	for (i = 0; i < s->drop.count; i++) {
		struct message *m = s->drop.messages + i;

		if (m->flags & MESSAGE_DELETED)
			continue;
		*octets += maildrop_octets(&s->drop, m);
		count++;
	}
	return count;
}

/* "BEFORE count octets AFTER" */
static void
reply_total(struct session *s, const char *before, const char *after)
{
	unsigned long long octets;
	size_t count = total(s, &octets);
	char line[120];
	struct text t;

	text_init(&t, line, sizeof(line));
	numbers(&t, before, count, octets, after);
	session_reply(s, line);
}

static void
do_stat(struct session *s, struct message *m, unsigned long long n)
{
	(void)m, (void)n;
	/* RFC 1939 5: nothing may follow the two numbers. */
	reply_total(s, "+OK ", "");
}

/* The scan listing (or with unique, the unique-id listing) of one message. */
static void
add_listing(struct session *s, struct text *t, struct message *m, int unique)
{
	text_add_number(t, number_of(s, m), 1);
	text_add(t, " ");
	if (unique) {
		char uid[MAILDROP_UID_MAX + 1];

		maildrop_uid(m, uid);
		text_add(t, uid);
	} else {
		text_add_number(t, maildrop_octets(&s->drop, m), 1);
	}
}

static void
listing(struct session *s, struct message *m, int unique)
{
	char line[120];
	struct dot_out lines;
	struct text t;
	size_t i;

	text_init(&t, line, sizeof(line));
	if (m != NULL) {
		text_add(&t, "+OK ");
		add_listing(s, &t, m, unique);
		session_reply(s, line);
		return;
	}
	session_reply(s, "+OK");
	dot_out_init(&lines, &s->out);
	for (i = 0; i < s->drop.count; i++) {
		if (s->drop.messages[i].flags & MESSAGE_DELETED)
			continue;
		text_init(&t, line, sizeof(line));
		add_listing(s, &t, s->drop.messages + i, unique);
		text_add(&t, "\n");
		dot_encode(&lines, line, t.used);
	}
	dot_end_data(&lines);
}

static void
do_list(struct session *s, struct message *m, unsigned long long n)
{
	(void)n;
	listing(s, m, 0);
}

static void
do_uidl(struct session *s, struct message *m, unsigned long long n)
{
	(void)n;
	listing(s, m, 1);
}

static void
do_retr(struct session *s, struct message *m, unsigned long long n)
{
	(void)n;
	retrieve_message(s, m);
}

static void
do_dele(struct session *s, struct message *m, unsigned long long n)
{
	(void)n;
	m->flags |= MESSAGE_DELETED;
	session_reply(s, "+OK marked to be deleted");
}

static void
do_noop(struct session *s, struct message *m, unsigned long long n)
{
	(void)m, (void)n;
	session_reply(s, "+OK");
}

static void
do_rset(struct session *s, struct message *m, unsigned long long n)
{
	size_t i;

	(void)m, (void)n;
	for (i = 0; i < s->drop.count; i++)
		s->drop.messages[i].flags &= ~(unsigned int)MESSAGE_DELETED;
	reply_total(s, "+OK maildrop has ", " (messages, octets)");
}

static void
do_capa(struct session *s, struct message *m, unsigned long long n)
{
	(void)m, (void)n;
	session_reply(s, "+OK");
	out_text(&s->out, CAPA_LOGIN CAPA_ALWAYS CAPA_END);
}

static void
do_quit(struct session *s, struct message *m, unsigned long long n)
{
	int done;

	(void)m, (void)n;
	s->ended = 1;
	/* A client that did not get what it asked for must not lose it. */
	if (out_flush(&s->out) == -1)
		return;
	done = maildrop_update(&s->drop);
	if (done == -1)
		log_event("cannot-update", "text", strerror(errno));
	/* The client may be back at once, and need not wait for what is not
	 * its own. */
	maildrop_unlock(&s->drop);
	session_reply(s, done == 0 ? "+OK bye" :
	    "-ERR [SYS/TEMP] some deleted messages not removed");
	(void)out_flush(&s->out); /* all is done, whoever is told */
	maildrop_clean(&s->drop);
	maildrop_close(&s->drop);
}

/* RFC 1939 5 to 7, RFC 2449 5. */
static const struct verb {
	const char	*name;
	unsigned int	 needs, takes;	/* numbers: message, lines */
	void		(*handle)(struct session *, struct message *,
			    unsigned long long lines);
} verbs[] = {
	{ "STAT", 0, 0, do_stat },
	{ "LIST", 0, 1, do_list },
	{ "RETR", 1, 1, do_retr },
	{ "DELE", 1, 1, do_dele },
	{ "NOOP", 0, 0, do_noop },
	{ "RSET", 0, 0, do_rset },
	{ "TOP",  2, 2, retrieve_top },
	{ "UIDL", 0, 1, do_uidl },
	{ "CAPA", 0, 0, do_capa },
	{ "QUIT", 0, 0, do_quit },
};

/* Takes the next word from *rest; NULL when there is none. */
static char *
word(char **rest)
{
	char *begin = *rest + strspn(*rest, " ");
	char *end = begin + strcspn(begin, " ");

	*rest = *end == ' ' ? end + 1 : end;
	*end = '\0';
	return *begin == '\0' ? NULL : begin;
}

/* Reads the numbers of a command; returns what is wrong with them, or NULL. */
static const char *
arguments(const struct session *s, const struct verb *v, char *rest,
    struct message **m, unsigned long long *lines)
{
	unsigned long long n[2] = { 0, 0 };
	unsigned int count = 0;
	char *w;

	while ((w = word(&rest)) != NULL) {
		if (count == v->takes)
			return "-ERR too many arguments";
		if (text_number(w, ~0ULL - 1, n + count++) == -1)
			return "-ERR an argument is not a number";
	}
	if (count < v->needs)
		return "-ERR an argument is missing";
	*lines = n[1];
	*m = NULL;
	if (count == 0)
		return NULL;
	if (n[0] == 0 || n[0] > s->drop.count)
		return "-ERR no such message";
	*m = s->drop.messages + (n[0] - 1);
	if ((*m)->flags & MESSAGE_DELETED)
		return "-ERR this message is marked to be deleted";
	return NULL;
}

static void
command(struct session *s, char *line)
{
	const struct verb *v = verbs;
	const struct verb *end = verbs + sizeof(verbs) / sizeof(verbs[0]);
	const char *name = word(&line);
	const char *wrong;
	struct message *m = NULL;
	unsigned long long lines = 0;

	while (v < end && (name == NULL || strcasecmp(v->name, name) != 0))
		v++;
	if (v == end) {
		session_reply(s, "-ERR unknown command");
		return;
	}
	wrong = arguments(s, v, line, &m, &lines);
	if (wrong != NULL)
		session_reply(s, wrong);
	else
		v->handle(s, m, lines);
}

/* The reply to PASS: pop3auth left it to us.  Returns 0 if there is no
 * session. */
static int
greet(struct session *s, const char *path)
{
	char line[64];
	struct text t;

	switch (maildrop_open(&s->drop, path, LOCK_WAIT_MS)) {
	case MAILDROP_ABSENT:
		log_event("no-maildir", "text", path);
		break;
	case MAILDROP_OK:
		break;
	case MAILDROP_IN_USE:
		log_event("in-use", "text", path);
		session_reply(s, "-ERR [IN-USE] another session is open");
		return 0;
	case MAILDROP_ERROR:
		log_event("cannot-open", "text", path, "error",
		    strerror(errno));
		session_reply(s, "-ERR [SYS/TEMP] cannot open the maildrop");
		return 0;
	}
	text_init(&t, line, sizeof(line));
	text_add(&t, "+OK maildrop ready, ");
	text_add_number(&t, s->drop.count, 1);
	text_add(&t, " messages");
	session_reply(s, line);
	return 1;
}

void
session_run(struct session *s, int read_fd, int write_fd, const char *path,
    unsigned int timeout_s)
{
	char *line;
	size_t length;

	s->timeout_s = timeout_s;
	out_peer(&s->out, write_fd, timeout_s);
	in_init(&s->in, read_fd, &s->out);
	s->ended = !greet(s, path);
	while (!s->ended) {
		in_deadline(&s->in, s->timeout_s);
		switch (in_line(&s->in, LINE_MAX_OCTETS, &line, &length)) {
		case IN_OK:
		case IN_BARE:
			command(s, line);
			break;
		case IN_NUL:
			session_reply(s, "-ERR a NUL in a command");
			break;
		case IN_LONG:
			session_reply(s, "-ERR command too long");
			break;
		case IN_EOF:
		case IN_TIMEOUT:
		case IN_STOPPED:
		case IN_ERROR:
			maildrop_close(&s->drop);
			return;
		}
	}
	(void)out_flush(&s->out); /* nothing is left to undo */
}
