/* jobs - a list of recipients, first in, first out. */
#include <stddef.h>

#include <string.h>

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
jobs_add_first(struct jobs *j, struct recipient *r)
{
	r->next = j->head;
	if (j->head == NULL)
		j->tail = &r->next;
	j->head = r;
}

struct recipient *
jobs_take_for(struct jobs *j, const char *mailbox)
{
	struct recipient **at = &j->head, *r;

	while ((r = *at) != NULL && strcmp(r->mailbox->path, mailbox) != 0)
		at = &r->next;
	if (r == NULL)
		return NULL;
	*at = r->next;
	if (*at == NULL)
		j->tail = at;
	return r;
}
