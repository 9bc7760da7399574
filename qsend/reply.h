/*
 * reply - reads SMTP replies (RFC 5321 4.2), and holds the outcome of anything:
 * a verdict of ours looks like a reply with code 0.
 */
#ifndef QSEND_REPLY_H
#define QSEND_REPLY_H

#include <stddef.h>

struct in;

#define REPLY_LINES_MAX		100
#define REPLY_OCTETS_MAX	65536	/* of one reply, all lines */
#define REPLY_TEXT_MAX		400

struct reply {
	int	code;		/* 200..599, or 0: no server said this */
	char	enhanced[12];	/* "5.1.1"; its class is the verdict: '2' done,
				   '4' temporary, '5' permanent */
	char	text[REPLY_TEXT_MAX];	/* printable, all lines, cut */
};

/* A verdict of ours. */
void reply_set(struct reply *, const char *enhanced, const char *text);

/* Turns a permanent verdict into a temporary one. */
void reply_soften(struct reply *);

/*
 * Reads a reply within timeout_s.  Lines after the first are given, raw, to
 * each(context, text) unless each is NULL.  Returns 0; or -1 with a temporary
 * verdict when the connection ended or what came is no reply or too much of it:
 * then the connection is of no more use.
 */
int reply_read(struct in *, unsigned int timeout_s, struct reply *,
    void (*each)(void *context, const char *text), void *context);

#endif
