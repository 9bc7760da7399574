/* groups - the groups of an account. */
#define _DEFAULT_SOURCE	/* initgroups */
#include "groups.h"

#include <grp.h>

int
groups_take(const char *account, gid_t gid)
{
	return initgroups(account, gid);
}
