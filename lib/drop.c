/* drop - gives up root for good. */
#define _DEFAULT_SOURCE	/* setgroups, initgroups */
#include "drop.h"

#include <errno.h>
#include <grp.h>
#include <unistd.h>

int
drop_to(uid_t uid, gid_t gid, const char *name)
{
	if (uid == 0) {
		errno = EPERM;
		return -1;
	}
	if (geteuid() != 0) {
		if (geteuid() == uid && getuid() == uid)
			return 0;
		errno = EPERM;
		return -1;
	}
	if ((name != NULL ? initgroups(name, gid) : setgroups(1, &gid)) == -1 ||
	    setgid(gid) == -1 || setuid(uid) == -1)
		return -1;
	/* The saved ids went with the others, or this works again. */
	if (setuid(0) != -1 || getuid() != uid || geteuid() != uid ||
	    getgid() != gid || getegid() != gid) {
		errno = EPERM;
		return -1;
	}
	return 0;
}
