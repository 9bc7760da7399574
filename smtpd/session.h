/*
 * session - what the server knows about one client, and the replies to it.
 * main.c fills in settings and session, session.c holds the conversation; each
 * of the other files answers some of the verbs.
 */
#ifndef SMTPD_SESSION_H
#define SMTPD_SESSION_H

#include "../lib/address.h"
#include "../lib/auth.h"
#include "../lib/conf.h"
#include "../lib/dot.h"
#include "../lib/in.h"
#include "../lib/out.h"
#include "../lib/peer.h"
#include "../lib/sasl.h"
#include "../lib/spool.h"
#include "../lib/ucspitls.h"

#define COMMAND_MAX	2048	/* RFC 5321 4.5.3.1.4 and all extensions */
#define AUTH_LINE_MAX	12288	/* RFC 4954 4 */
#define OPTIONS_MAX	1200	/* parameters of a path: ORCPT has 500 */

/* Why mail data was refused. */
#define BAD_OCTETS	"a bare CR, a bare LF or a NUL: lines end with CR LF"
#define TOO_BIG		"message too big"

struct settings {
	struct conf	 conf;		/* lists are read when needed */
	char		 me[ADDRESS_DOMAIN_MAX + 1];
	char		 rcptcheck[CONF_LINE_MAX], filter[CONF_LINE_MAX];
	unsigned long long message_bytes;	/* 0: no limit */
	unsigned long long recipients_max, quota_bytes;
	unsigned int	 timeout_s, session_s, greetdelay_s;
	int		 mailroot;		/* directory descriptor */
	int		 lf;			/* -l: lines end in LF */
	int		 normalize;		/* $BARELF */
	int		 plain_auth;		/* $ALLOWPLAINAUTH */
	int		 require_tls, require_auth;	/* for submission */
	const char	*relayclient, *rbl;	/* environment, or NULL */
	const char	*remote_name;		/* the client's, by the DNS */
	const char	*path, *tz, *mailconf;	/* environment of the hooks */
	char		 ip[PEER_ADDRESS_MAX];
};

/* Bits, so that a row of the verb table can name several. */
enum state {
	ST_START = 1,	/* nobody has said EHLO or HELO */
	ST_READY = 2,
	ST_MAIL = 4,	/* a reverse-path, no recipient yet */
	ST_RCPT = 8,
	ST_CHUNKS = 16,	/* between two BDAT */
	ST_REFUSED = 32, /* greeted with 554: only QUIT is left */
	ST_END = 64
};

/* A mail transaction; all zero when there is none. */
struct transaction {
	char		 sender[ADDRESS_MAX], options[OPTIONS_MAX];
	int		 utf8, eight;	/* SMTPUTF8; BODY=8BITMIME */
	unsigned long long accepted;	/* recipients that were answered 250 */
	unsigned long long kept;	/* of them, those in the queue file */
	char		 recipient[ADDRESS_MAX];	/* the first of them */
	char		 to[ADDRESS_MAX];	/* of the RCPT being answered */
	/* the message */
	struct spool_file *body;	/* where it is written */
	unsigned long long start;	/* octets in body before the client's */
	struct dot_in	 dot;
	char		 last;		/* the octet before, for BDAT and -l */
	int		 too_big;
	int		 header;	/* still in it */
	int		 field;		/* this line of it is one of a field */
	int		 malformed;	/* there was one that is not */
	int		 date, message_id;	/* seen */
	unsigned int	 received;
	size_t		 line;		/* octets of this header line so far */
	char		 name[12];	/* its first octets, and a NUL */
};

/* What a session may never touch is first, what it always does is last and close
 * together: a page that is not touched costs nothing. */
struct session {
	char		 senders[AUTH_OUTPUT_MAX];
	struct spool_file draft;	/* the message for the filter */
	char		 data[IN_BYTES + 2];
	struct spool_file file;	/* the queue file */
	struct in	 in;
	struct out	 out;
	const struct settings *set;
	enum state	 state;
	int		 esmtp, secure;	/* EHLO was said; TLS is active */
	int		 may_relay;	/* -1: not yet looked up */
	unsigned int	 bad, unknown, failed_logins;	/* commands, users */
	int		 refused;	/* the transaction that was begun */
	unsigned int	 logged;	/* refusals */
	char		 helo[ADDRESS_DOMAIN_MAX + 1];
	char		 user[SASL_PART_MAX + 1];	/* "": no login */
	struct transaction now;
	struct auth	 auth;		/* argv NULL: AUTH is not offered */
	struct ucspitls	 tls;
	struct spool	 spool;
};

/* The whole conversation, on descriptors 0 and 1. */
void session_run(struct session *, int stop_fd);

/*
 * Queues the only line of a reply, and logs it if it refuses.  enhanced is the
 * RFC 3463 status without its class digit, which is taken from code, or ""
 * where the RFCs want none.  421 ends the session.
 */
void reply(struct session *, unsigned int code, const char *enhanced,
    const char *text);

/* The same with the words of a policy program, which may begin with a status of
 * the right class; otherwise, or when it said nothing, status and words are
 * ours. */
void reply_reason(struct session *, unsigned int code, const char *enhanced,
    const char *reason, const char *text);

/* One line of a multi-line reply, without the log: separator is '-' or ' '. */
void reply_line(struct session *, unsigned int code, char separator,
    const char *, const char *);

/* Forgets the transaction; what was not committed is removed. */
void session_reset(struct session *);

/* Answers for the client that cannot be read any more, and ends the session. */
void session_lost(struct session *, enum in_status);

/* mail.c */
void do_mail(struct session *, char *arg);
void do_rcpt(struct session *, char *arg);
void do_vrfy(struct session *, char *arg);

/* params.c: 0, or -1 when it has answered what is wrong. */
int params_read(struct session *, int mail, const char *text, char *options);

/* data.c */
void do_data(struct session *, char *arg);
void message_begin(struct session *);
void message_write(struct session *, const char *, size_t);
void message_end(struct session *);
void message_deadline(struct session *, long long since_ms,
    unsigned long long octets);

/* hooks.c.  1: keep the recipient or the message, 0: accept and drop, -1: it
 * has answered.  The filter's output goes into the queue file. */
int hook_rcpt(struct session *);
int hook_filter(struct session *, const char *size);

/* bdat.c */
void do_bdat(struct session *, char *arg);

/* login.c */
void do_auth(struct session *, char *arg);
void do_starttls(struct session *, char *arg);
int login_offered(const struct session *);
int login_owns(const struct session *, const char *sender);

/* relay.c.  1 yes, 0 no, -1 cannot tell (it was logged) */
int relay_client(struct session *);
int relay_domain(struct session *, const char *domain);
int relay_bad_sender(struct session *, const char *sender);
int relay_print(struct session *);

#endif
