/* rename - the mailboxes that a scan is giving files to. */
#ifndef QRUN_RENAME_H
#define QRUN_RENAME_H

#include "../lib/address.h"
#include "../lib/mailbox.h"
#include "../lib/unique.h"

#define BOXES		16
#define BOX_BATCH	64	/* messages that share an fsync */

struct box {
	int	dir;		/* new/ of the Maildir; -1: copy to this one */
	size_t	count;
	char	path[MAILBOX_PATH_MAX];	/* "" free */
	struct {
		char	id[UNIQUE_ID_MAX];
		char	name[UNIQUE_NAME_MAX];
		char	to[ADDRESS_MAX];
	} given[BOX_BATCH];
};

struct boxes {
	size_t		turn;
	struct box	box[BOXES];
};

#endif
