/*
 * account - the group and the shell of the user with some uid, if it has an
 * account in /etc/passwd.
 *
 * Not getpwuid(): what else the system asks about accounts is code that would be
 * loaded into a process which is root and holds a password.  It takes longer than
 * all the rest, and a static program cannot load it.
 */
#ifndef POP3D_ACCOUNT_H
#define POP3D_ACCOUNT_H

#include <sys/types.h>

#define ACCOUNT_SHELL_MAX	256

struct account {
	uid_t	uid;
	gid_t	gid;
	char	shell[ACCOUNT_SHELL_MAX];	/* "" if none is named */
};

/* Finds the first account with this uid.  1; 0: none, and gid and shell are left
 * alone; -1: cannot tell. */
int account_find(uid_t, struct account *);

#endif
