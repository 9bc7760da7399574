/*
 * authorization - one POP3 client that nobody knows yet.  Trusts nothing it
 * says, and tells nobody whether a user exists (USER is always +OK; the answers
 * to a wrong user and a wrong password are the same, at the same time).
 */
#include "authorization.h"

#include <sys/socket.h>

#include <poll.h>
#include <string.h>
#include <strings.h>

#include "../lib/clock.h"
#include "../lib/log.h"
#include "capa.h"

#define LINE_MAX_OCTETS	255	/* RFC 2449 4, line end included */
#define AUTH_LINE_MAX	12288	/* RFC 4954 4, the same for SMTP */
#define FAILURES_MAX	3
#define SESSION_TIMEOUTS 6	/* so many time-outs without a login */

/* Exit status of pop3d when it could not start, but told the client. */
#define AUTH_TOLD	100

static void
reply(struct authorization *s, const char *text)
{
	out_text(&s->out, text);
	out_text(&s->out, "\r\n");
}

static int
may_login(const struct authorization *s)
{
	return s->is_tls || !s->require_tls;
}

static void
refuse(struct authorization *s, long long began_ms)
{
	log_event("login-failed", "ip", s->ip, "user", s->sasl.user);
	auth_delay(began_ms);
	reply(s, "-ERR [AUTH] wrong user or password");
	s->ended = ++s->failures == FAILURES_MAX;
}

/* Has the checkpassword program look at s->sasl, and serve the client. */
static void
login(struct authorization *s)
{
	long long began_ms = clock_ms();

	/* What is queued must not come behind what the program says. */
	if (out_flush(&s->out) == -1) {
		s->ended = 1;
		return;
	}
	switch (auth_check(s->auth, &s->sasl, NULL)) {
	case AUTH_OK:
		log_event("session", "ip", s->ip, "user", s->sasl.user);
		s->ended = 1;
		break;
	case AUTH_TOLD:
		s->ended = 1;
		break;
	case AUTH_BAD:
		refuse(s, began_ms);
		break;
	case AUTH_MISUSED:
		log_event("login-misused", "ip", s->ip, "user", s->sasl.user);
		reply(s, "-ERR [SYS/PERM] server misconfigured");
		s->ended = 1;
		break;
	default:
		/* Perhaps a session that broke off: its client cannot be
		 * taken back to this state. */
		log_event("login-deferred", "ip", s->ip, "user",
		    s->sasl.user);
		reply(s, "-ERR [SYS/TEMP] cannot log in now");
		s->ended = 1;
		break;
	}
}

/* Overwrites a secret that was logged in with. */
static void
forget(struct authorization *s, char *line, size_t length)
{
	sasl_forget_octets(line, length);
	sasl_forget(&s->sasl);
	s->has_user = 0;
}

static void
do_user(struct authorization *s, char *arg)
{
	size_t length = strlen(arg);

	while (length > 0 && arg[length - 1] == ' ')
		length--;
	/* The line's limit keeps it below SASL_PART_MAX. */
	memcpy(s->sasl.user, arg, length);
	s->sasl.user[length] = '\0';
	s->has_user = length > 0;
	reply(s, s->has_user ? "+OK now the password" : "-ERR USER who?");
}

static void
do_pass(struct authorization *s, char *arg)
{
	size_t length = strlen(arg);

	if (!s->has_user || length == 0) {
		reply(s, s->has_user ? "-ERR PASS what?" : "-ERR USER first");
		return;
	}
	memcpy(s->sasl.password, arg, length + 1);
	login(s);
	forget(s, arg, length);
}

/* Takes the client's response of AUTH PLAIN. */
static void
plain(struct authorization *s, char *response, size_t length)
{
	switch (sasl_plain(&s->sasl, response, length)) {
	case SASL_OK:
		login(s);
		break;
	case SASL_REFUSED:
		refuse(s, clock_ms());
		break;
	case SASL_SYNTAX:
		reply(s, "-ERR that was not base64");
		break;
	}
	forget(s, response, length);
}

/*
 * How much of what has come belongs to the line that is being read: one octet
 * when it cannot be looked at, as in a pipe.
 */
static size_t
octets_of_line(int fd)
{
	char seen[LINE_MAX_OCTETS + 1];
	ssize_t n = recv(fd, seen, sizeof(seen), MSG_PEEK);
	const char *lf;
	size_t line;

	if (n <= 0)
		return 1;
	lf = memchr(seen, '\n', (size_t)n);
	line = lf == NULL ? (size_t)n : (size_t)(lf - seen) + 1;
	sasl_forget_octets(seen, (size_t)n);
	return line;
}

/* Reads a line; answers, or ends the session, when there is none to use. */
static int
read_line(struct authorization *s, char **line, size_t *length)
{
	in_deadline(&s->in, s->timeout_s);
	switch (in_line(&s->in, AUTH_LINE_MAX, line, length)) {
	case IN_OK:
	case IN_BARE:
		return 1;
	case IN_NUL:
		reply(s, "-ERR a NUL in a command");
		break;
	case IN_LONG:
		reply(s, "-ERR command too long");
		break;
	case IN_EOF:
	case IN_TIMEOUT:
	case IN_STOPPED:
	case IN_ERROR:
		s->ended = 1;
		break;
	}
	return 0;
}

/* RFC 5034: AUTH mechanism [initial-response] */
static void
do_auth(struct authorization *s, char *arg)
{
	char *response = arg + strcspn(arg, " ");
	size_t length;

	if (*response == ' ')
		*response++ = '\0';
	response += strspn(response, " ");
	length = strcspn(response, " ");
	if (strcasecmp(arg, "PLAIN") != 0) {
		reply(s, "-ERR the mechanism here is PLAIN");
	} else if (response[length] != '\0') {
		reply(s, "-ERR too many arguments");
	} else if (length > 0) {
		plain(s, response, length);
	} else {
		reply(s, "+ ");
		if (!read_line(s, &response, &length))
			return;
		if (strcmp(response, "*") == 0)
			reply(s, "-ERR cancelled");
		else
			plain(s, response, length);
	}
}

static void
do_capa(struct authorization *s, char *arg)
{
	(void)arg;
	reply(s, "+OK");
	if (may_login(s))
		out_text(&s->out, CAPA_LOGIN);
	if (s->tls->ctl_fd != -1 && !s->is_tls)
		out_text(&s->out, CAPA_STLS);
	out_text(&s->out, CAPA_ALWAYS CAPA_END);
}

/* True if the client sent something behind the command just read. */
static int
is_pipelined(const struct authorization *s)
{
	struct pollfd ready = { s->in.fd, POLLIN, 0 };

	return in_waiting(&s->in) > 0 || poll(&ready, 1, 0) != 0;
}

/* RFC 2595 4.  What was said in clear must not count behind the handshake. */
static void
do_stls(struct authorization *s, char *arg)
{
	(void)arg;
	if (s->is_tls || s->tls->ctl_fd == -1) {
		reply(s, "-ERR no TLS here, or it is on");
		return;
	}
	if (s->utf8) {		/* RFC 6856 2.1 */
		reply(s, "-ERR STLS must come before UTF8");
		return;
	}
	if (is_pipelined(s)) {
		log_event("stls-injection", "ip", s->ip);
		reply(s, "-ERR nothing may follow STLS before the handshake");
		s->ended = 1;
		return;
	}
	reply(s, "+OK begin TLS");
	if (out_flush(&s->out) == -1 ||
	    ucspitls_start(s->tls, s->timeout_s) == -1) {
		log_event("tls-failed", "ip", s->ip);
		s->ended = 1;
		return;
	}
	in_change(&s->in, s->tls->read_fd);
	out_change(&s->out, s->tls->write_fd);
	auth_change(s->auth, s->tls->read_fd, s->tls->write_fd);
	/* The log of what is started may have been the clear connection. */
	s->auth->log_fd = log_fd();
	s->is_tls = 1;
	memset(&s->sasl, 0, sizeof(s->sasl));
	s->has_user = 0;
}

static void
do_utf8(struct authorization *s, char *arg)
{
	(void)arg;
	s->utf8 = 1;	/* nothing here or in pop3d depends on it */
	reply(s, "+OK UTF-8");
}

static void
do_quit(struct authorization *s, char *arg)
{
	(void)arg;
	s->ended = 1;
	reply(s, "+OK bye");
}

static const struct verb {
	const char	*name;
	int		 is_login;	/* needs TLS when that is required */
	int		 has_argument;
	size_t		 max;		/* octets of the line */
	void		(*handle)(struct authorization *, char *arg);
} verbs[] = {
	{ "USER", 1, 1, LINE_MAX_OCTETS, do_user },
	{ "PASS", 1, 1, LINE_MAX_OCTETS, do_pass },
	{ "AUTH", 1, 1, AUTH_LINE_MAX, do_auth },
	{ "CAPA", 0, 0, LINE_MAX_OCTETS, do_capa },
	{ "STLS", 0, 0, LINE_MAX_OCTETS, do_stls },
	{ "UTF8", 0, 0, LINE_MAX_OCTETS, do_utf8 },
	{ "QUIT", 0, 0, LINE_MAX_OCTETS, do_quit },
};

static void
command(struct authorization *s, char *line, size_t length)
{
	const struct verb *v = verbs;
	const struct verb *end = verbs + sizeof(verbs) / sizeof(verbs[0]);
	char *arg = line + strcspn(line, " ");

	if (*arg == ' ')
		*arg++ = '\0';
	while (v < end && strcasecmp(v->name, line) != 0)
		v++;
	if (v == end)
		reply(s, "-ERR no such command before the login");
	else if (length > v->max - 2)
		reply(s, "-ERR command too long");
	else if (!v->has_argument && arg[strspn(arg, " ")] != '\0')
		reply(s, "-ERR too many arguments");
	else if (v->is_login && !may_login(s))
		reply(s, "-ERR not without TLS: STLS first");
	else
		v->handle(s, arg);
}

void
authorization_run(struct authorization *s)
{
	char *line;
	size_t length;

	out_peer(&s->out, s->auth->write_fd, s->timeout_s);
	in_init(&s->in, s->auth->read_fd, &s->out);
	s->in.ahead = octets_of_line;
	s->in.session_ms = clock_ms() +
	    (long long)s->timeout_s * SESSION_TIMEOUTS * 1000;
	out_text(&s->out, "+OK ");
	out_text(&s->out, s->me);
	reply(s, " POP3 server ready");
	while (!s->ended)
		if (read_line(s, &line, &length))
			command(s, line, length);
	(void)out_flush(&s->out); /* nothing depends on the last reply */
}
