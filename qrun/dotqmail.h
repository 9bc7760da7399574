/*
 * dotqmail - reads a mailbox's instructions, dot-qmail(5) files.
 */
#ifndef QRUN_DOTQMAIL_H
#define QRUN_DOTQMAIL_H

#include <stddef.h>

#include "../lib/mailbox.h"

#define DOTQMAIL_BYTES	262144	/* of the longest file */
#define DOTQMAIL_NAME_MAX	(7 + ADDRESS_LOCAL_MAX + 6 + 1)

struct dotqmail {
	char	 name[DOTQMAIL_NAME_MAX];	/* ".qmail" or ".qmail-EXT" */
	int	 owned;		/* NAME-owner is there: forwards come from it */
	size_t	 length, next;	/* octets of text; where the next line begins */
	char	 text[DOTQMAIL_BYTES + 1];
};

enum dotqmail_line {
	LINE_END,
	LINE_BLANK,
	LINE_COMMENT,
	LINE_MAILDIR,
	LINE_MBOX,
	LINE_COMMAND,	/* the word is behind "|" */
	LINE_FORWARD	/* the word is the address */
};

/*
 * Reads .qmail-EXT, EXT being the mailbox's extension ("." as ":", lower case),
 * or "owner" when the mailbox was found as NAME-owner; else .qmail.  length 0:
 * none, or empty.  Returns NULL, or in words why it must not be used.
 */
const char *dotqmail_read(struct dotqmail *, int dir, const struct mailbox *);

/*
 * The next line; *word is its text, cut in place.  To read again from the start
 * set next to 0; then more LINE_BLANK may be met than before.
 */
enum dotqmail_line dotqmail_next(struct dotqmail *, char **word);

#endif
