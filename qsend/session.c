/*
 * session - an SMTP session from its first octet to its last.  Trusts nothing
 * that the server says.
 */
#include "session.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "../lib/base64.h"
#include "../lib/clock.h"
#include "../lib/log.h"
#include "../lib/text.h"
#include "connect.h"
#include "route.h"
#include "tls.h"

/* RFC 5321 4.5.3.2; EHLO and AUTH have no time of their own there */
enum { GREETING_S = 300, HELLO_S = 300, AUTH_S = 300, BLOCK_S = 180 };
#define QUIT_S	5

#define SUBMISSIONS_PORT	465	/* implicit TLS, RFC 8314 */

void
session_init(struct session *s, const struct settings *settings,
    const char *destination, int direct, unsigned int port, int stop_fd)
{
	memset(s, 0, sizeof(*s));
	s->settings = settings;
	s->destination = destination;
	s->direct = direct;
	s->port = port;
	s->stop_fd = stop_fd;
	s->fd = -1;
	s->helper = -1;
}

static unsigned int
cap(const struct session *s, unsigned int seconds)
{
	unsigned int most = s->settings->timeoutremote_s;

	return seconds < most ? seconds : most;
}

int
session_stopped(const struct session *s)
{
	struct pollfd stop = { s->stop_fd, POLLIN, 0 };

	return s->stop_fd != -1 && poll(&stop, 1, 0) == 1;
}

static void
drop(struct session *s)
{
	if (s->fd != -1)
		(void)close(s->fd); /* what mattered has been answered */
	if (s->helper != -1)
		tls_end(s->helper);
	s->fd = -1;
	s->helper = -1;
	s->secure = s->authenticated = 0;
}

void
session_abort(struct session *s, const struct reply *why)
{
	if (why != &s->reply)
		s->reply = *why;
	reply_soften(&s->reply); /* it is the verdict of messages to come */
	drop(s);
	s->state = SESSION_CLOSED;
}

/* QUIT, and a moment for its answer, so that the server sees no lost peer. */
static void
quit(struct session *s)
{
	struct reply ignored;

	out_text(&s->out, "QUIT\r\n");
	(void)reply_read(&s->in, cap(s, QUIT_S), &ignored, NULL, NULL);
	drop(s);
}

void
session_quit(struct session *s)
{
	if (s->state != SESSION_OPEN)
		return;
	quit(s);
	s->state = SESSION_NEW;
}

int
session_read(struct session *s, unsigned int timeout_s, struct reply *r)
{
	if (reply_read(&s->in, cap(s, timeout_s), r, NULL, NULL) == 0 &&
	    r->code != 421)
		return 0;
	session_abort(s, r);
	return -1;
}

/* An answer that should have been of class 2 and was not. */
static int
refused(struct session *s)
{
	if (s->reply.enhanced[0] != '4' && s->reply.enhanced[0] != '5')
		memcpy(s->reply.enhanced, "4.5.0", sizeof("4.5.0"));
	return -1;
}

/* Takes one line of the answer to EHLO. */
static void
add_offer(void *context, const char *line)
{
	static const struct {
		const char	*keyword;
		unsigned int	 offer;
	} known[] = {
		{ "PIPELINING",	OFFER_PIPELINING },
		{ "SIZE",	OFFER_SIZE },
		{ "8BITMIME",	OFFER_8BITMIME },
		{ "SMTPUTF8",	OFFER_SMTPUTF8 },
		{ "DSN",	OFFER_DSN },
		{ "STARTTLS",	OFFER_STARTTLS },
		{ "AUTH",	OFFER_AUTH }
	};
	struct session *s = context;
	size_t length = strcspn(line, " ="), i;
	unsigned int offer = 0;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i].keyword) == length &&
		    strncasecmp(line, known[i].keyword, length) == 0)
			offer = known[i].offer;
	s->offers |= offer;
	line += length;
	if (offer == OFFER_SIZE && *line == ' ')
		/* what is no number states no limit */
		(void)text_number(line + 1, ~0ULL, &s->size_max);
	while (offer == OFFER_AUTH && *line != '\0') {
		line += strspn(line, " =");
		length = strcspn(line, " ");
		if (length == 5 && strncasecmp(line, "PLAIN", 5) == 0)
			s->offers |= OFFER_AUTH_PLAIN;
		if (length == 5 && strncasecmp(line, "LOGIN", 5) == 0)
			s->offers |= OFFER_AUTH_LOGIN;
		line += length;
	}
}

static int
hello(struct session *s, const char *verb)
{
	s->offers = 0;
	s->size_max = 0;
	out_text(&s->out, verb);
	out_text(&s->out, s->settings->helohost);
	out_text(&s->out, "\r\n");
	return reply_read(&s->in, cap(s, HELLO_S), &s->reply,
	    verb[0] == 'E' ? add_offer : NULL, s);
}

/* Begins SMTP on s->fd; a helper that did STARTTLS has taken the greeting. */
static int
begin(struct session *s, int greeting)
{
	in_init(&s->in, s->fd, &s->out);
	s->in.stop_fd = s->stop_fd;
	out_peer(&s->out, s->fd, cap(s, BLOCK_S));
	if (greeting) {
		if (reply_read(&s->in, cap(s, GREETING_S), &s->reply, NULL,
		    NULL) == -1)
			return -1;
		if (s->reply.code / 100 != 2) {
			quit(s);
			return refused(s);
		}
	}
	if (hello(s, "EHLO ") == -1)
		return -1;
	if (s->reply.code / 100 == 5 && hello(s, "HELO ") == -1)
		return -1;
	if (s->reply.code / 100 == 2)
		return 0;
	quit(s);
	return refused(s);
}

/* Sends base64 of the octets as a line of AUTH. */
static void
put_base64(struct session *s, const char *octets, size_t length)
{
	char line[BASE64_LENGTH(2 * SASL_PART_MAX + 2)];

	out_bytes(&s->out, line, base64_encode(octets, length, line));
	out_text(&s->out, "\r\n");
}

/* PLAIN in one round trip; else, as for LOGIN, an answer to each 334. */
static int
exchange(struct session *s)
{
	const char *user = s->settings->user;
	const char *password = s->settings->password;
	char message[2 * SASL_PART_MAX + 2] = "";
	size_t n = strlen(user), m = strlen(password);
	int step;

	if (s->offers & OFFER_AUTH_PLAIN) {
		memcpy(message + 1, user, n + 1);
		memcpy(message + n + 2, password, m);
		out_text(&s->out, "AUTH PLAIN ");
		put_base64(s, message, n + m + 2);
		return reply_read(&s->in, cap(s, AUTH_S), &s->reply, NULL,
		    NULL);
	}
	out_text(&s->out, "AUTH LOGIN\r\n");
	for (step = 0; step < 3; step++) {
		if (reply_read(&s->in, cap(s, AUTH_S), &s->reply, NULL,
		    NULL) == -1)
			return -1;
		if (step == 2 || s->reply.code != 334)
			break;
		put_base64(s, step == 0 ? user : password, step == 0 ? n : m);
	}
	return 0;
}

/* A relay that refuses our password is not the sender's fault: all is 4yz. */
static int
authenticate(struct session *s)
{
	if (s->settings->user[0] == '\0')
		return 0;
	if (!s->secure)
		reply_set(&s->reply, "4.7.0", "no password is sent without "
		    "TLS");
	else if (!(s->offers & (OFFER_AUTH_PLAIN | OFFER_AUTH_LOGIN)))
		reply_set(&s->reply, "4.7.0", "the server offers neither AUTH "
		    "PLAIN nor LOGIN");
	else if (exchange(s) == -1)
		return -1;
	else if (s->reply.code / 100 == 2)
		s->authenticated = 1;
	if (s->authenticated)
		return 0;
	quit(s);
	reply_soften(&s->reply);
	return refused(s);
}

/* The port to connect to, or that the helper is told. */
static unsigned int
port_of(const struct session *s)
{
	return s->port != 0 ? s->port : 25;
}

static int
start_clear(struct session *s, const struct sockaddr_storage *to)
{
	s->fd = connect_to(to, s->settings->outgoingip,
	    s->settings->timeoutconnect_s, s->stop_fd);
	if (s->fd == -1) {
		char why[CONNECT_TEXT_MAX + 80];
		struct text t;
		int error = errno;

		connect_text(to, why);
		text_init(&t, why + strlen(why), sizeof(why) - strlen(why));
		text_add(&t, ": ");
		text_add(&t, strerror(error));
		reply_set(&s->reply, "4.4.1", why);
		return -1;
	}
	return begin(s, 1);
}

static int
start_helper(struct session *s, const char *template,
    const struct sockaddr_storage *to, int greeting)
{
	char address[CONNECT_TEXT_MAX];

	connect_text(to, address);
	s->fd = tls_start(template, address, port_of(s), s->peer, &s->helper);
	if (s->fd == -1) {
		reply_set(&s->reply, "4.3.5", "cannot start the TLS helper");
		return -1;
	}
	s->secure = 1;
	return begin(s, greeting);
}

/*
 * STARTTLS: the helper makes a connection of its own, so nothing that was said
 * in clear on ours can be taken for a part of the one inside TLS.
 */
static int
upgrade(struct session *s, const struct sockaddr_storage *to)
{
	const struct settings *set = s->settings;

	if (!(s->offers & OFFER_STARTTLS) || set->tlsclient[0] == '\0') {
		if (!set->tls_required)
			return 0;
		quit(s);
		reply_set(&s->reply, set->tlsclient[0] == '\0' ? "4.3.5" :
		    "4.7.4", set->tlsclient[0] == '\0' ?
		    "TLS is required, and no tlsclient is configured" :
		    "TLS is required, and the server does not offer it");
		return -1;
	}
	quit(s);
	if (start_helper(s, set->tlsclient, to, 0) == 0)
		return 0;
	log_event("tls-failed", "to", s->peer, "text", s->reply.text);
	drop(s);
	if (set->tls_required) {
		reply_set(&s->reply, "4.7.5", "TLS is required, and failed");
		return -1;
	}
	return start_clear(s, to);
}

int
session_try(struct session *s, const char *name,
    const struct sockaddr_storage *to)
{
	int result;

	memcpy(s->peer, name, strlen(name) + 1);
	if (s->port == SUBMISSIONS_PORT)
		result = start_helper(s, s->settings->tlswrap, to, 1);
	else if ((result = start_clear(s, to)) == 0)
		result = upgrade(s, to);
	if (result == 0)
		result = authenticate(s);
	if (result == -1) {
		drop(s);
		return -1;
	}
	s->state = SESSION_OPEN;
	s->used = s->dirty = 0;
	return 0;
}

int
session_ready(struct session *s)
{
	struct pollfd peer = { s->fd, POLLIN, 0 };
	struct reply r;

	if (s->state == SESSION_NEW && route_connect(s) == -1)
		s->state = SESSION_DOWN;
	/* Between transactions a server has nothing to say but goodbye. */
	if (s->state == SESSION_OPEN && s->used && (in_waiting(&s->in) > 0 ||
	    poll(&peer, 1, 0) == 1) && session_read(s, QUIT_S, &r) == 0) {
		reply_set(&r, "4.5.0", "the server spoke unasked");
		session_abort(s, &r);
	}
	return s->state == SESSION_OPEN ? 0 : -1;
}
