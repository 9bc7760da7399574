/*
 * twins - recipients that stand in an envelope more than once.  What is done for
 * the first of them is done for all: one message says the same thing once, and a
 * stranger cannot have it copied into a mailbox by naming that again and again.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "qrun.h"

/* Domains are the same in any case (RFC 5321 2.4).  Who asks for different
 * notifications is another recipient. */
static int
compare(const struct recipient *one, const struct recipient *other)
{
	const char *at = strrchr(one->address, '@');
	const char *other_at = strrchr(other->address, '@');
	size_t n = at == NULL ? strlen(one->address) :
	    (size_t)(at - one->address);
	size_t other_n = other_at == NULL ? strlen(other->address) :
	    (size_t)(other_at - other->address);
	int order;

	if (n != other_n)
		return n < other_n ? -1 : 1;
	order = memcmp(one->address, other->address, n);
	if (order == 0)
		order = strcasecmp(one->address + n, other->address + n);
	return order != 0 ? order : strcmp(one->options, other->options);
}

/* Twins stand together, in the file's order. */
static int
in_order(const void *a, const void *b)
{
	const struct recipient *one = *(struct recipient *const *)a;
	const struct recipient *other = *(struct recipient *const *)b;
	int order = compare(one, other);

	return order != 0 ? order : one->offset < other->offset ? -1 : 1;
}

int
twins_find(struct message *m)
{
	struct recipient **sorted;
	size_t i;

	if (m->count < 2)
		return 0;
	sorted = malloc(m->count * sizeof(struct recipient *));
	if (sorted == NULL)
		return -1;
	for (i = 0; i < m->count; i++)
		sorted[i] = &m->recipients[i];
	qsort(sorted, m->count, sizeof(struct recipient *), in_order);
	for (i = 1; i < m->count; i++)
		if (compare(sorted[i - 1], sorted[i]) == 0) {
			sorted[i - 1]->twin = sorted[i];
			sorted[i]->is_twin = 1;
		}
	free(sorted);
	return 0;
}
