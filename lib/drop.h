/*
 * drop - gives up root for good.  The only file with setgroups, which POSIX does
 * not have.
 */
#ifndef LIB_DROP_H
#define LIB_DROP_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Becomes uid and gid, with no other group.  Returns 0 only when the drop was
 * complete and cannot be undone; uid 0 is refused with EPERM.  Without root it
 * succeeds only if nothing has to change.
 */
int drop_to(uid_t, gid_t);

/* The same, with count groups. */
int drop_with(uid_t, gid_t, const gid_t groups[], size_t count);

/* The same, with the groups that this process has.  Needs root. */
int drop_ids(uid_t, gid_t);

#endif
