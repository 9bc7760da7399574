/*
 * owner - the accounts of mailboxes' owners.  Runs as root, in the privileged
 * parent and in its children before the drop; trusts the system's accounts.
 */
#include "owner.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "../lib/child.h"
#include "../lib/clock.h"
#include "../lib/drop.h"
#include "../lib/groups.h"

void
owners_init(struct owners *o)
{
	int ends[2];

	memset(o, 0, sizeof(*o));
	o->told = o->tell = -1;
	if (child_pipe(ends) == -1)
		return;
	o->told = ends[0];
	o->tell = ends[1];
	/* Neither waits for the other: what does not fit is looked up again. */
	(void)fcntl(o->told, F_SETFL, O_NONBLOCK);
	(void)fcntl(o->tell, F_SETFL, O_NONBLOCK);
}

static struct owner *
find(struct owners *o, uid_t uid)
{
	size_t i;

	for (i = 0; i < OWNERS; i++)
		if (o->known[i].count > 0 && o->known[i].uid == uid)
			return &o->known[i];
	return NULL;
}

void
owners_learn(struct owners *o)
{
	struct owner told, *at;

	while (o->told != -1 && read(o->told, &told, sizeof(told)) ==
	    (ssize_t)sizeof(told)) {
		at = find(o, told.uid);
		if (at == NULL)
			at = &o->known[o->next++ % OWNERS];
		*at = told;
	}
}

/* Asks the system, and takes the account's groups.  NULL, or why not; *now has no
 * groups when they are too many to be remembered. */
static const char *
look_up(uid_t uid, struct owner *now)
{
	const struct passwd *account;
	int count = 1;

	errno = 0;
	account = getpwuid(uid);
	if (account == NULL && errno != 0 && errno != ENOENT)
		return "4.3.0 accounts cannot be read";
	now->uid = uid;
	now->account = account != NULL;
	now->until_ms = clock_ms() + OWNER_KEPT_S * 1000;
	if (account != NULL) {
		now->gid = account->pw_gid;
		if (groups_take(account->pw_name, now->gid) == -1)
			return "4.3.0 groups cannot be read";
		count = getgroups(OWNER_GROUPS, now->groups);
	}
	now->count = count > 0 ? (size_t)count : 0;
	return NULL;
}

/* What is known of uid; looks it up, and tells, if need be. */
static const char *
recall(struct owners *o, uid_t uid, struct owner *now)
{
	const struct owner *known = find(o, uid);
	const char *why;

	if (known != NULL && clock_ms() < known->until_ms) {
		*now = *known;
		return NULL;
	}
	why = look_up(uid, now);
	if (why == NULL && now->count > 0 && o->tell != -1 &&
	    write(o->tell, now, sizeof(*now)) == -1)
		errno = 0;	/* the next one looks up, too */
	return why;
}

const char *
owner_become(struct owners *o, uid_t uid, gid_t gid)
{
	static struct owner now;
	const char *why;
	int done;

	if (uid == 0)
		return "4.3.5 mailbox belongs to root";
	why = recall(o, uid, &now);
	if (why != NULL)
		return why;
	/* Group 0 reads what only root should, /etc/sudoers say. */
	if (!now.account && gid == 0)
		return "4.3.5 mailbox belongs to group 0 and its owner has no "
		    "account";
	/* Its owner must not tell the parent who anybody is. */
	if (o->tell != -1) {
		(void)close(o->tell);
		(void)close(o->told);
	}
	if (!now.account)
		done = drop_to(uid, gid);
	else if (now.count == 0)
		done = drop_ids(uid, now.gid);	/* they were taken just now */
	else
		done = drop_with(uid, now.gid, now.groups, now.count);
	return done == -1 ? "4.3.0 cannot become the owner" : NULL;
}
