/* jobs - a list of recipients, first in, first out. */
#include <stddef.h>

#include "qrun.h"

void
jobs_init(struct jobs *j)
{
	j->head = NULL;
	j->tail = &j->head;
}

void
jobs_add(struct jobs *j, struct recipient *r)
{
	r->next = NULL;
	*j->tail = r;
	j->tail = &r->next;
}

struct recipient *
jobs_take(struct jobs *j)
{
	struct recipient *r = j->head;

	if (r == NULL)
		return NULL;
	j->head = r->next;
	if (j->head == NULL)
		j->tail = &j->head;
	return r;
}

void
jobs_put_first(struct jobs *j, struct jobs *others)
{
	if (others->head == NULL)
		return;
	*others->tail = j->head;
	if (j->head == NULL)
		j->tail = others->tail;
	j->head = others->head;
	jobs_init(others);
}
