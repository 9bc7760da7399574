/* drop - gives up root for good. */
#define _DEFAULT_SOURCE	/* setgroups */
#include "drop.h"

#include <errno.h>
#include <grp.h>
#include <unistd.h>

int
drop_ids(uid_t uid, gid_t gid)
{
	if (uid == 0) {
		errno = EPERM;
		return -1;
	}
	if (setgid(gid) == -1 || setuid(uid) == -1)
		return -1;
	/* The saved ids went with the others, or this works again. */
	if (setuid(0) != -1 || getuid() != uid || geteuid() != uid ||
	    getgid() != gid || getegid() != gid) {
		errno = EPERM;
		return -1;
	}
	return 0;
}

int
drop_with(uid_t uid, gid_t gid, const gid_t groups[], size_t count)
{
	if (uid != 0 && geteuid() != 0 && geteuid() == uid && getuid() == uid)
		return 0;
	if (uid == 0 || geteuid() != 0) {
		errno = EPERM;
		return -1;
	}
	return setgroups(count, groups) == -1 ? -1 : drop_ids(uid, gid);
}

int
drop_to(uid_t uid, gid_t gid)
{
	return drop_with(uid, gid, &gid, 1);
}
