/*
 * bouncereport - the two parts of a notification that tell what happened: one
 * for people, one for programs (RFC 3464 2).
 */
#ifndef QRUN_BOUNCEREPORT_H
#define QRUN_BOUNCEREPORT_H

#include "bounce.h"

struct bounce {
	struct spool_file file;
	const char	*me, *to;
	enum bounce_action action;
	const struct bounce_message *message;
	const struct bounce_recipient *recipients;
	size_t		 count;
	int		 doubled;	/* to is the postmaster */
	int		 utf8, eight;	/* an address, an attached octet is */
	char		 boundary[UNIQUE_ID_MAX + 4];
	/* what is attached, LF lines; whole, or the header only */
	size_t		 length;
	int		 whole;
	char		 original[51200 + 1];
};

/* Writes a string. */
void bounce_put(struct bounce *, const char *);

/* Writes text in which every octet that does not belong into a line of a header
 * is replaced: control octets, and those over 127 unless allowed. */
void bounce_put_clean(struct bounce *, const char *, int utf8);

/* Writes "name: date in the local zone\n". */
void bounce_put_date(struct bounce *, const char *name, time_t);

void bouncereport_text(struct bounce *);
void bouncereport_status(struct bounce *);

#endif
