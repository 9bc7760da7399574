/*
 * recipients - see recipients.h.  An open hash keeps this linear for any list;
 * pages that no recipient touches cost nothing.
 */
#include <string.h>

#include "recipients.h"

/* FNV-1a.  Who finds collisions slows down only his own message, and the header
 * he may write is bounded. */
static uint32_t
hash(const char *text)
{
	uint32_t h = 2166136261u;

	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * 16777619u;
	return h;
}

int
recipients_add(struct recipients *r, const char *address)
{
	size_t length = strlen(address) + 1;
	uint32_t i = hash(address) % (2 * RECIPIENTS_MAX);

	for (; r->slot[i] != 0; i = (i + 1) % (2 * RECIPIENTS_MAX))
		if (strcmp(r->text + r->slot[i] - 1, address) == 0)
			return 0;
	if (r->count == RECIPIENTS_MAX || length > sizeof(r->text) - r->used)
		return -1;
	r->slot[i] = (uint32_t)r->used + 1;
	memcpy(r->text + r->used, address, length);
	r->used += length;
	r->count++;
	return 0;
}
