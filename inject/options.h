/*
 * options - the command line of sendmail(8) in every form that callers use.
 */
#ifndef INJECT_OPTIONS_H
#define INJECT_OPTIONS_H

#include "verdict.h"

enum mode {
	MODE_MAIL,	/* take a message */
	MODE_SMTP,	/* -bs: become smtpd */
	MODE_QUEUE,	/* -bp: become mailq */
	MODE_ALIASES,	/* -bi: nothing to do */
	MODE_RUN,	/* -q: wake qrun */
	MODE_VERIFY	/* -bv: is the address well formed? */
};

struct options {
	enum mode	 mode;
	int		 named_inject;	/* called by that name: -c takes DIR */
	int		 from_header;	/* -t */
	int		 keep_dots;	/* -i */
	int		 verbose;	/* -v */
	const char	*conf;		/* -c DIR */
	const char	*sender;	/* -f, -r; NULL: not given */
	const char	*name;		/* -F */
	const char	*body;		/* -B as RFC 6152 writes it, or NULL */
	const char	*ret;		/* -R, as RFC 3461 writes it */
	const char	*notify;	/* -N */
	const char	*envid;		/* -V, not yet xtext */
	const char	*no_effect;	/* a flag to be logged: -C, -X, -oQ */
	char		**recipients;	/* operands, moved to argv's front */
	int		 count;
};

/* Reads argv, whose order it changes.  0, or -1 with the verdict. */
int options_read(struct options *, int argc, char **argv, struct verdict *);

#endif
