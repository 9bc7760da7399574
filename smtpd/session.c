/*
 * The conversation: greeting, verbs and the order in which they may come
 * (RFC 5321 4.1.1, 4.1.4), replies.
 *
 * Trusts nothing that the client sends; what its lines may hold was decided in
 * lib/in.c, what paths may hold in lib/address.c.
 */
#include "session.h"

#include <string.h>
#include <strings.h>

#include "../lib/clock.h"
#include "../lib/log.h"
#include "../lib/text.h"

#define BAD_MAX		20	/* bad commands that are answered in kind */
#define LOGGED_MAX	1000	/* refusals that are logged, without a message */

#define ANY	(ST_START | ST_READY | ST_MAIL | ST_RCPT | ST_CHUNKS)

enum argument { ARG_NONE, ARG_SOME, ARG_ANY };
enum first { NO_TLS = 1, NO_LOGIN = 2, ALWAYS = 3 };

void
reply_line(struct session *s, unsigned int code, char separator,
    const char *first, const char *text)
{
	char line[512];		/* RFC 5321 4.5.3.1.5 */
	struct text t;

	text_init(&t, line, sizeof(line) - 2);
	text_add_number(&t, code, 3);
	text_add_bytes(&t, &separator, 1);
	text_add(&t, first);
	text_add_printable(&t, text, strlen(text));
	out_bytes(&s->out, line, t.used);
	out_text(&s->out, s->set->lf ? "\n" : "\r\n");
}

static void
log_refusal(const struct session *s, unsigned int code, const char *text)
{
	int transaction = (s->state & (ST_MAIL | ST_RCPT | ST_CHUNKS)) != 0;
	char number[8];
	struct text t;

	text_init(&t, number, sizeof(number));
	text_add_number(&t, code, 3);
	log_event("refused", "ip", s->set->ip,
	    "helo", s->helo[0] != '\0' ? s->helo : NULL,
	    "from", transaction || s->now.sender[0] != '\0' ? s->now.sender :
	    NULL, "to", s->now.to[0] != '\0' ? s->now.to : NULL,
	    "code", number, "text", text);
}

void
reply(struct session *s, unsigned int code, const char *enhanced,
    const char *text)
{
	char status[16] = "";
	struct text t;

	/* What was sent ahead of a refusal is not bad. */
	if (code >= 500 && code <= (s->refused ? 502U : 504U) &&
	    ++s->bad > BAD_MAX) {
		code = 421;
		enhanced = "7.0";
		text = "too many bad commands";
	}
	if (code == 421)
		s->state = ST_END;
	text_init(&t, status, sizeof(status));
	if (enhanced[0] != '\0') {
		text_add_number(&t, code / 100, 1);
		text_add(&t, ".");
		text_add(&t, enhanced);
		text_add(&t, " ");
	}
	reply_line(s, code, ' ', status, text);
	if (code < 400)
		return;
	if (s->logged++ < LOGGED_MAX || code == 421)
		log_refusal(s, code, text);
	else if (s->logged == LOGGED_MAX + 1)
		log_event("silent", "ip", s->set->ip, "text",
		    "what else it refuses is not logged");
}

void
reply_reason(struct session *s, unsigned int code, const char *enhanced,
    const char *reason, const char *text)
{
	char status[12];
	size_t n = strcspn(reason, " ");

	if (n >= 5 && n < sizeof(status) &&
	    strspn(reason, "0123456789.") == n && reason[1] == '.' &&
	    reason[0] == (char)('0' + code / 100)) {
		memcpy(status, reason + 2, n - 2);
		status[n - 2] = '\0';
		enhanced = status;
		reason += n + strspn(reason + n, " ");
	}
	reply(s, code, enhanced, reason[0] != '\0' ? reason : text);
}

void
session_reset(struct session *s)
{
	spool_abort(&s->file);
	if (s->now.body == &s->draft)
		spool_abort(&s->draft);
	memset(&s->now, 0, sizeof(s->now));
	if (s->state & (ST_MAIL | ST_RCPT | ST_CHUNKS))
		s->state = ST_READY;
}

void
session_lost(struct session *s, enum in_status status)
{
	if (status == IN_TIMEOUT)
		reply(s, 421, "4.2", "you took too long");
	else if (status == IN_STOPPED)
		reply(s, 421, "3.2", "shutting down");
	else if (s->state != ST_START && s->state != ST_READY)
		log_event("lost", "ip", s->set->ip, "helo", s->helo);
	s->state = ST_END;
}

/*
 * The name need not be true (RFC 5321 4.1.4), but must look like one.  The
 * underscore is in no host name, and in that of many a Windows machine.
 * 0, or -1 when it has answered.
 */
static int
hello(struct session *s, int esmtp, const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
	size_t length = strlen(name);

	if (!address_is_domain(name, esmtp) &&
	    (length >= sizeof(s->helo) || strspn(name, plain) != length)) {
		reply(s, 501, "5.4", "that is no host name or address literal");
		return -1;
	}
	session_reset(s);
	memcpy(s->helo, name, length + 1);
	s->esmtp = esmtp;
	s->state = ST_READY;
	reply_line(s, 250, esmtp ? '-' : ' ', s->set->me, "");
	return 0;
}

static void
do_helo(struct session *s, char *arg)
{
	(void)hello(s, 0, arg);	/* it has answered */
}

static void
do_ehlo(struct session *s, char *arg)
{
	static const char *const always[] = { "8BITMIME", "SMTPUTF8",
	    "CHUNKING", "DSN", "HELP" };
	char size[32];
	struct text t;
	size_t i;

	if (hello(s, 1, arg) == -1)
		return;
	text_init(&t, size, sizeof(size));
	text_add(&t, "SIZE ");
	text_add_number(&t, s->set->message_bytes, 1);
	reply_line(s, 250, '-', "PIPELINING", "");
	reply_line(s, 250, '-', size, "");
	for (i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		reply_line(s, 250, '-', always[i], "");
	if (s->tls.ctl_fd != -1 && !s->secure)
		reply_line(s, 250, '-', "STARTTLS", "");
	if (login_offered(s))
		reply_line(s, 250, '-', "AUTH PLAIN LOGIN", "");
	reply_line(s, 250, ' ', "ENHANCEDSTATUSCODES", "");
}

static void
do_rset(struct session *s, char *arg)
{
	(void)arg;
	session_reset(s);
	reply(s, 250, "0.0", "forgotten");
}

static void
do_quit(struct session *s, char *arg)
{
	(void)arg;
	reply(s, 221, "0.0", s->set->me);
	s->state = ST_END;
}

/*
 * A verb outside its states gets 503 with the wrong text.  flush: its reply may
 * not wait for the group's (RFC 2920 3.2).  first: answered where TLS or a
 * login is required and is not there yet (RFC 3207 4, RFC 4954 6); so is BDAT,
 * which reads its chunk, and then misses MAIL.  A verb without a handler has
 * always the same reply.
 */
static const struct verb {
	const char	*name;
	enum argument	 argument;
	int		 states;
	const char	*wrong;
	int		 flush, first;
	void		(*handle)(struct session *, char *arg);
	unsigned int	 code;
	const char	*enhanced, *text;
} verbs[] = {
	{ "MAIL", ARG_SOME, ST_READY, "need EHLO, and no open transaction",
	    0, 0, do_mail, 0, NULL, NULL },
	{ "RCPT", ARG_SOME, ST_MAIL | ST_RCPT, "need MAIL first",
	    0, 0, do_rcpt, 0, NULL, NULL },
	{ "DATA", ARG_NONE, ST_RCPT, "need RCPT first",
	    1, 0, do_data, 0, NULL, NULL },
	{ "BDAT", ARG_ANY, ANY, NULL, 0, ALWAYS, do_bdat, 0, NULL, NULL },
	{ "EHLO", ARG_SOME, ANY, NULL, 1, ALWAYS, do_ehlo, 0, NULL, NULL },
	{ "HELO", ARG_SOME, ANY, NULL, 1, NO_LOGIN, do_helo, 0, NULL, NULL },
	{ "RSET", ARG_NONE, ANY, NULL, 0, NO_LOGIN, do_rset, 0, NULL, NULL },
	{ "QUIT", ARG_NONE, ANY | ST_REFUSED, NULL,
	    1, ALWAYS, do_quit, 0, NULL, NULL },
	{ "NOOP", ARG_ANY, ANY, NULL, 1, ALWAYS, NULL, 250, "0.0", "done" },
	{ "VRFY", ARG_SOME, ANY, NULL, 1, 0, do_vrfy, 0, NULL, NULL },
	{ "EXPN", ARG_ANY, ANY, NULL,
	    1, 0, NULL, 502, "5.1", "lists are not shown" },
	{ "HELP", ARG_ANY, ANY, NULL, 1, 0, NULL, 214, "0.0",
	    "this is pennypost; RFC 5321 says the rest" },
	{ "AUTH", ARG_SOME, ST_READY, "need EHLO, and no open transaction",
	    1, NO_LOGIN, do_auth, 0, NULL, NULL },
	{ "STARTTLS", ARG_NONE, ANY, NULL,
	    1, ALWAYS, do_starttls, 0, NULL, NULL },
};

/* What a submission port wants to see before this verb, or NULL. */
static const char *
missing(const struct session *s, const struct verb *v)
{
	if (s->set->require_tls && !s->secure && (v->first & NO_TLS) == 0)
		return "STARTTLS comes first here";
	if (s->set->require_auth && s->user[0] == '\0' &&
	    (v->first & NO_LOGIN) == 0)
		return "AUTH comes first here";
	return NULL;
}

/* Splits the line at its first blank, finds the verb, checks, and runs it. */
static void
command(struct session *s, char *line, size_t length)
{
	const struct verb *v = verbs;
	const struct verb *end = verbs + sizeof(verbs) / sizeof(verbs[0]);
	char *arg;

	while (length > 0 && (line[length - 1] == ' ' ||
	    line[length - 1] == '\t'))
		line[--length] = '\0';	/* RFC 5321 4.1.1 */
	arg = line + strcspn(line, " ");
	if (*arg == ' ')
		*arg++ = '\0';
	arg += strspn(arg, " ");
	while (v < end && strcasecmp(v->name, line) != 0)
		v++;
	if (length > COMMAND_MAX - 2 && (v == end || v->handle != do_auth))
		reply(s, 500, "5.2", "line too long");
	else if (s->state == ST_REFUSED && (v == end || v->handle != do_quit))
		reply(s, 503, "5.1", "the session was refused");
	else if (v == end)
		reply(s, 500, "5.1", "unknown command");
	else if ((v->argument == ARG_NONE && *arg != '\0') ||
	    (v->argument == ARG_SOME && *arg == '\0'))
		reply(s, 501, "5.4", v->argument == ARG_NONE ?
		    "this command has no argument" : "argument missing");
	else if (missing(s, v) != NULL)
		reply(s, 530, "7.0", missing(s, v));
	else if ((v->states & (int)s->state) == 0)
		reply(s, 503, "5.1", v->wrong);
	else if (v->handle == NULL)
		reply(s, v->code, v->enhanced, v->text);
	else
		v->handle(s, arg);
	if (v == end || v->flush)
		(void)out_flush(&s->out);	/* the next read finds out */
}

/* Who talks before he is spoken to is no SMTP client (RFC 5321 3.1). */
static void
greet(struct session *s)
{
	enum in_status status = IN_TIMEOUT;

	if (s->set->greetdelay_s > 0 && s->set->relayclient == NULL) {
		in_deadline(&s->in, s->set->greetdelay_s);
		status = in_fill(&s->in);
	}
	if (status == IN_OK) {
		s->state = ST_REFUSED;
		reply(s, 554, "", "you speak before you are greeted");
	} else if (status == IN_TIMEOUT)
		reply_line(s, 220, ' ', s->set->me, " ESMTP");
	else
		session_lost(s, status);
}

/* A line that is none.  Behind a BDAT would come octets that are no commands. */
static void
bad_line(struct session *s, const char *line, const char *text)
{
	reply(s, 500, "5.2", text);
	if (line != NULL && strncasecmp(line, "BDAT", 4) == 0)
		s->state = ST_END;
}

void
session_run(struct session *s, int stop_fd)
{
	char *line;
	size_t length;

	out_peer(&s->out, 1, s->set->timeout_s);
	in_init(&s->in, 0, &s->out);
	s->in.stop_fd = stop_fd;
	s->in.session_ms = clock_ms() + 1000LL * s->set->session_s;
	s->state = ST_START;
	s->may_relay = -1;
	greet(s);
	while (s->state != ST_END) {
		enum in_status status;

		in_deadline(&s->in, s->set->timeout_s);
		status = in_line(&s->in, AUTH_LINE_MAX, &line, &length);
		if (status == IN_OK || (status == IN_BARE && s->set->lf))
			command(s, line, length);
		else if (status == IN_BARE)
			bad_line(s, line, "lines end with CR LF here");
		else if (status == IN_NUL)
			bad_line(s, line, "a NUL in a command");
		else if (status == IN_LONG)
			bad_line(s, NULL, "line too long");
		else
			session_lost(s, status);
	}
	session_reset(s);
	(void)out_flush(&s->out);	/* nobody is left to be told */
}
