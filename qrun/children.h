/*
 * children - the processes that deliver, and how long each may take.  They run as
 * the owners of mailboxes, who can stop them for ever.
 */
#ifndef QRUN_CHILDREN_H
#define QRUN_CHILDREN_H

#include <stddef.h>
#include <sys/types.h>

#define CHILDREN	1024	/* concurrencylocal is at most half of it */

struct children {
	size_t	 count;
	struct {
		pid_t	  pid;
		long long until_ms;	/* then it is killed */
	} child[CHILDREN];
};

void children_add(struct children *, pid_t, long long until_ms);

/* It has been waited for: its pid may be another's soon. */
void children_forget(struct children *, pid_t);

/* Kills those whose time is over at now_ms, with their process groups; all of
 * them at LLONG_MAX.  Milliseconds until the next one's is, -1: never. */
int children_kill(struct children *, long long now_ms);

#endif
