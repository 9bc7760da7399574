/*
 * mailbox - finds the mailbox of an address below mailroot: mailroot/DOMAIN/LOCAL
 * is a mailbox because it is there.  Reads no file, follows no name that the
 * peer could aim elsewhere.
 */
#ifndef LIB_MAILBOX_H
#define LIB_MAILBOX_H

#include "address.h"

#define MAILBOX_PATH_MAX	(ADDRESS_DOMAIN_MAX + 1 + ADDRESS_LOCAL_MAX + 1)

struct mailbox {
	char	path[MAILBOX_PATH_MAX];	/* "DOMAIN/ENTRY", below mailroot */
	char	extension[ADDRESS_LOCAL_MAX + 1];	/* what +tag said, or "";
						   the local part if catch-all */
};

enum mailbox_status {
	MAILBOX_FOUND,
	MAILBOX_NOT_LOCAL,	/* no such domain here */
	MAILBOX_UNKNOWN,	/* the domain is ours, the local part is not */
	MAILBOX_POSTMASTER,	/* postmaster, accepted although nothing is there */
	MAILBOX_TEMPORARY	/* cannot tell now; errno says why */
};

#define MAILBOX_EXACT	1	/* a login: no +tag, no catch-all, no postmaster */

/*
 * Looks up an address, ASCII letters in lower case, in the directory open at
 * root.  No domain means me.  A local part or domain that cannot be a plain
 * name is not there.  Order: LOCAL, LOCAL without +tag, "@", postmaster.
 */
enum mailbox_status mailbox_find(int root, const char *me,
    const struct address *, int flags, struct mailbox *);

#endif
