/*
 * drop - gives up root for good.  The only file with setgroups and initgroups,
 * which POSIX does not have.
 */
#ifndef LIB_DROP_H
#define LIB_DROP_H

#include <sys/types.h>

/*
 * Becomes uid and gid.  name: the account whose groups to take, NULL for none.
 * Returns 0 only when the drop was complete and cannot be undone; uid 0 is
 * refused with EPERM.  Without root it succeeds only if nothing has to change.
 */
int drop_to(uid_t, gid_t, const char *name);

/* The same, with count groups that are known. */
int drop_with(uid_t, gid_t, const gid_t groups[], size_t count);

/*
 * The groups of the account, gid among them.  Needs root, and takes them for this
 * process.  How many, or -1 when they cannot be read or are more than max.
 */
int drop_groups(const char *name, gid_t, gid_t groups[], int max);

#endif
