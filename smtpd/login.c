/*
 * AUTH PLAIN and LOGIN (RFC 4954), and STARTTLS (RFC 3207).  Whether a password
 * is right is the checkpassword program's business, TLS the terminator's.
 */
#include "session.h"

#include <string.h>
#include <strings.h>

#include "../lib/clock.h"
#include "../lib/log.h"

#define LOGINS_MAX	3	/* failures before the session ends */

int
login_offered(const struct session *s)
{
	return s->auth.argv != NULL && (s->secure || s->set->plain_auth);
}

/* Asks for one answer.  0 and the line, or -1 when it has answered. */
static int
challenge(struct session *s, const char *text, char **line, size_t *length)
{
	enum in_status status;

	reply(s, 334, "", text);
	in_deadline(&s->in, s->set->timeout_s);
	status = in_line(&s->in, AUTH_LINE_MAX, line, length);
	if (status == IN_LONG)
		reply(s, 500, "5.6", "line too long");
	else if (status == IN_NUL || (status == IN_BARE && !s->set->lf))
		reply(s, 500, "5.2", "not a line");
	else if (status != IN_OK && status != IN_BARE)
		session_lost(s, status);
	else if (strcmp(*line, "*") == 0)
		reply(s, 501, "7.0", "as you wish");
	else
		return 0;
	return -1;
}

/* Each reads what its mechanism sends.  -1 when it has answered. */
static int
plain(struct session *s, char *initial, struct sasl *sasl)
{
	size_t length = strlen(initial);

	if (length == 0 && challenge(s, "", &initial, &length) == -1)
		return -1;
	return (int)sasl_plain(sasl, initial, length);
}

static int
login(struct session *s, const char *initial, struct sasl *sasl)
{
	char *line;
	size_t length;
	enum sasl_status user, password;

	if (*initial != '\0') {
		reply(s, 501, "7.0", "the server speaks first in LOGIN");
		return -1;
	}
	if (challenge(s, "VXNlcm5hbWU6", &line, &length) == -1)
		return -1;
	user = sasl_login(sasl->user, line, length);
	if (user == SASL_SYNTAX)
		return (int)user;
	if (challenge(s, "UGFzc3dvcmQ6", &line, &length) == -1)
		return -1;
	password = sasl_login(sasl->password, line, length);
	return (int)(password == SASL_OK ? user : password);
}

static void
verdict(struct session *s, const struct sasl *sasl, int status,
    long long began_ms)
{
	if (status == AUTH_OK) {
		memcpy(s->user, sasl->user, sizeof(s->user));
		reply(s, 235, "7.0", "welcome");
		log_event("login", "ip", s->set->ip, "user", s->user);
		return;
	}
	s->senders[0] = '\0';
	log_event(status == AUTH_BAD ? "login-failed" : "login-deferred",
	    "ip", s->set->ip, "user", sasl->user);
	if (status == AUTH_BAD)
		auth_delay(began_ms);
	if (status != AUTH_BAD)
		reply(s, 454, "7.0", "cannot check that now");
	else if (++s->failed_logins >= LOGINS_MAX)
		reply(s, 421, "7.0", "too many failed logins");
	else
		reply(s, 535, "7.8", "user or password wrong");
}

void
do_auth(struct session *s, char *arg)
{
	char *initial = arg + strcspn(arg, " ");
	struct sasl sasl;
	long long began_ms;
	int status;

	if (*initial == ' ')
		*initial++ = '\0';
	initial += strspn(initial, " ");
	if (s->auth.argv == NULL)
		reply(s, 502, "5.1", "no logins here");
	else if (!login_offered(s))
		reply(s, 534, "7.9", "only under TLS");
	else if (s->user[0] != '\0' || !s->esmtp)
		reply(s, 503, "5.1", "need EHLO, and no login yet");
	else if (strcasecmp(arg, "PLAIN") != 0 && strcasecmp(arg, "LOGIN") != 0)
		reply(s, 504, "5.4", "mechanisms are PLAIN and LOGIN");
	else {
		memset(&sasl, 0, sizeof(sasl));
		status = strcasecmp(arg, "PLAIN") == 0 ? plain(s, initial,
		    &sasl) : login(s, initial, &sasl);
		began_ms = clock_ms();
		if (status == SASL_SYNTAX)
			reply(s, 501, "5.2", "not base64");
		else if (status != -1)
			verdict(s, &sasl, status == SASL_REFUSED ? AUTH_BAD :
			    auth_check(&s->auth, &sasl, s->senders), began_ms);
		sasl_forget(&sasl);
	}
}

/* An authenticated client has its own address, those that the program behind
 * the checkpassword program printed, and <> for notifications. */
int
login_owns(const struct session *s, const char *sender)
{
	const char *line = s->senders;
	size_t n = strlen(s->user), length = strlen(sender);

	if (n == 0 || length == 0)
		return 1;
	if (length >= n && strncasecmp(sender, s->user, n) == 0 &&
	    (sender[n] == '\0' || (strchr(s->user, '@') == NULL &&
	    sender[n] == '@' && strcasecmp(sender + n + 1, s->set->me) == 0)))
		return 1;
	for (; *line != '\0'; line += n + (line[n] == '\n')) {
		n = strcspn(line, "\n");
		if (n == length && strncasecmp(line, sender, n) == 0)
			return 1;
	}
	return 0;
}

void
do_starttls(struct session *s, char *arg)
{
	(void)arg;
	if (s->secure)
		reply(s, 503, "5.1", "TLS is active");
	else if (s->tls.ctl_fd == -1)
		reply(s, 454, "7.0", "no TLS here now");
	else if (in_waiting(&s->in) > 0) {
		/* Sent in clear by whoever could (RFC 3207 4.2): it may not be
		 * taken for what comes under TLS. */
		reply(s, 503, "5.1", "wait for the answer to STARTTLS");
		s->state = ST_END;
	} else {
		reply(s, 220, "0.0", "go ahead");
		if (out_flush(&s->out) == -1 ||
		    ucspitls_start(&s->tls, s->set->timeout_s) == -1) {
			log_event("tls-failed", "ip", s->set->ip);
			s->state = ST_END;
			return;
		}
		in_change(&s->in, s->tls.read_fd);
		out_change(&s->out, s->tls.write_fd);
		auth_change(&s->auth, s->tls.read_fd, s->tls.write_fd);
		session_reset(s);
		s->helo[0] = s->user[0] = s->senders[0] = '\0';
		s->esmtp = 0;
		s->secure = 1;
		s->state = ST_START;
	}
}
