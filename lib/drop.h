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

#endif
