/*
 * session - an SMTP session with a server of the destination: which server,
 * connecting, TLS, EHLO, AUTH, and its end.
 */
#ifndef QSEND_SESSION_H
#define QSEND_SESSION_H

#include <sys/types.h>

#include "../lib/in.h"
#include "../lib/out.h"
#include "reply.h"
#include "resolve.h"
#include "settings.h"

/* What the server offers in its answer to EHLO. */
enum {
	OFFER_PIPELINING = 1, OFFER_SIZE = 2, OFFER_8BITMIME = 4,
	OFFER_SMTPUTF8 = 8, OFFER_DSN = 16, OFFER_STARTTLS = 32,
	OFFER_AUTH = 64, OFFER_AUTH_PLAIN = 128, OFFER_AUTH_LOGIN = 256
};

enum session_state {
	SESSION_NEW,	/* not connected yet */
	SESSION_OPEN,
	SESSION_DOWN,	/* no server could be had; reply says why */
	SESSION_CLOSED	/* it was open and has ended; reply says why */
};

struct session {
	const struct settings *settings;
	const char	*destination;	/* without brackets */
	int		 direct;	/* it had brackets: no MX look-up */
	unsigned int	 port;		/* 0: 25, or as the template has it */
	int		 stop_fd;	/* speaks when nobody wants our reports */
	enum session_state state;
	int		 used;		/* a transaction was begun */
	int		 dirty;		/* RSET before the next one */
	char		 peer[RESOLVE_NAME_MAX];	/* the server, "" none */
	unsigned int	 offers;
	unsigned long long size_max;	/* of a message, 0 no limit known */
	int		 secure, authenticated;
	struct reply	 reply;		/* the last one, or why there is none */
	int		 fd;		/* -1 none */
	pid_t		 helper;	/* -1 none */
	struct in	 in;
	struct out	 out;
};

void session_init(struct session *, const struct settings *,
    const char *destination, int direct, unsigned int port, int stop_fd);

/*
 * Connects if there is no session yet; notices a server that has left.  0 when
 * a transaction can begin; else -1, state and reply say why.
 */
int session_ready(struct session *);

/*
 * Reads one reply, at most timeout_s or timeoutremote.  0; or -1
 * when the session is over, 421 included, and has been closed.
 */
int session_read(struct session *, unsigned int timeout_s, struct reply *);

/* Tries one address of the server called name: 0 and it is open, or -1. */
struct sockaddr_storage;
int session_try(struct session *, const char *name,
    const struct sockaddr_storage *);

/* Ends it at once, without QUIT, for the reason in why. */
void session_abort(struct session *, const struct reply *why);

/* Ends it politely, if it is open: it is new again. */
void session_quit(struct session *);

/* True if nobody wants our reports any more. */
int session_stopped(const struct session *);

#endif
