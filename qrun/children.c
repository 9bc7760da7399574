/*
 * children - ends what does not end.  Runs as root in the privileged parent, or
 * as the one user who owns all; kills only what it forked and has not waited for.
 */
#include "children.h"

#include <limits.h>
#include <signal.h>

void
children_add(struct children *c, pid_t pid, long long until_ms)
{
	if (c->count == CHILDREN)
		return;		/* then it is left to itself */
	c->child[c->count].pid = pid;
	c->child[c->count++].until_ms = until_ms;
}

void
children_forget(struct children *c, pid_t pid)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (c->child[i].pid == pid)
			c->child[i--] = c->child[--c->count];
}

int
children_kill(struct children *c, long long now_ms)
{
	long long next = LLONG_MAX;
	size_t i;

	for (i = 0; i < c->count; i++) {
		if (c->child[i].until_ms > now_ms) {
			if (c->child[i].until_ms < next)
				next = c->child[i].until_ms;
			continue;
		}
		/* Not there any more is as good. */
		(void)kill(-c->child[i].pid, SIGKILL);
		(void)kill(c->child[i].pid, SIGKILL);
		c->child[i].until_ms = LLONG_MAX;	/* once is enough */
	}
	if (next == LLONG_MAX)
		return -1;
	return next - now_ms > INT_MAX ? INT_MAX : (int)(next - now_ms);
}
