/*
 * groups - the groups of an account.  The only file with initgroups, which POSIX
 * does not have, and which asks all that nsswitch.conf names.
 */
#ifndef LIB_GROUPS_H
#define LIB_GROUPS_H

#include <sys/types.h>

/* Takes the groups of the account, and gid, for this process.  Needs root.  0, or
 * -1 with errno. */
int groups_take(const char *account, gid_t);

#endif
