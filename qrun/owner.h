/*
 * owner - the accounts of mailboxes' owners, each looked up once a minute.
 *
 * A look-up asks whatever nsswitch.conf names, which takes longer than the
 * delivery and may hang.  It is made by the process that is to become the owner,
 * while that is still root, and told through a pipe to the privileged parent, for
 * the processes that it forks later.
 */
#ifndef QRUN_OWNER_H
#define QRUN_OWNER_H

#include <sys/types.h>

#define OWNER_KEPT_S	60	/* a change of an account is seen after it */
#define OWNER_GROUPS	32	/* who has more is looked up each time */
#define OWNERS		64

struct owner {
	uid_t	 uid;
	int	 account;	/* there is one; else no group is known */
	gid_t	 gid;
	size_t	 count;		/* groups; 0: this entry is free */
	gid_t	 groups[OWNER_GROUPS];
	long long until_ms;
};

struct owners {
	int	 told, tell;	/* the pipe; -1: nothing is remembered */
	size_t	 next;		/* is overwritten next */
	struct owner known[OWNERS];
};

/* In the parent: makes the pipe; without one every look-up is made again. */
void owners_init(struct owners *);

/* In the parent: takes what its children have told. */
void owners_learn(struct owners *);

/*
 * In the child, still root: becomes the owner uid of a mailbox whose group is gid.
 * NULL, or why it cannot ("4.3.0 ..."), and it is still root.
 */
const char *owner_become(struct owners *, uid_t, gid_t);

#endif
