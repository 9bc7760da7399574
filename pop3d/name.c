/*
 * name - what the names of messages say, and the order that follows from it.
 * Whoever may write to the Maildir chose them.
 */
#include "name.h"

#include <stdlib.h>
#include <string.h>

#include "maildrop.h"

#define SORT_FEW	16	/* so many are sorted by comparing */
#define PARTS		256	/* eight bits */
/* No message is this large; a larger W= in a name is not believed. */
#define OCTETS_MAX	(1ULL << 48)

static unsigned long long
digits(const char **p)
{
	unsigned long long n = 0;

	for (; **p >= '0' && **p <= '9'; (*p)++)
		if (n < OCTETS_MAX)
			n = n * 10 + (unsigned int)(**p - '0');
	return n;
}

unsigned long long
name_time(const char *name)
{
	unsigned long long time = digits(&name) % OCTETS_MAX;
	unsigned long long us = 0;

	if (name[0] == '.' && name[1] == 'M') {
		name += 2;
		us = digits(&name);
	}
	/* seconds below 2^43 fit; later ones only lose their order */
	return time * 1000000 + us % 1000000;
}

unsigned long long
name_octets(const char *name)
{
	while ((name = strchr(name, ',')) != NULL)
		if (*++name == 'W' && name[1] == '=') {
			unsigned long long octets;

			name += 2;
			octets = digits(&name);	/* never near 2^64 */
			if (*name != '\0' && *name != ',' && *name != ':')
				octets = 0;
			return octets < OCTETS_MAX ? octets : 0;
		}
	return 0;
}

int
name_compare(const void *a, const void *b)
{
	const struct message *m = a;
	const struct message *n = b;
	size_t length, other;
	int order;

	if (m->time != n->time)
		return m->time < n->time ? -1 : 1;
	length = strcspn(m->name, ":");
	other = strcspn(n->name, ":");
	order = memcmp(m->name, n->name, length < other ? length : other);
	return order != 0 ? order : (length > other) - (length < other);
}

static void
insertion_sort(struct message *m, size_t count)
{
	size_t i, j;

	for (i = 1; i < count; i++) {
		struct message moved = m[i];

		for (j = i; j > 0 && name_compare(m + j - 1, &moved) > 0; j--)
			m[j] = m[j - 1];
		m[j] = moved;
	}
}

/* Brings messages into 256 parts by eight bits of their times; end[part] is where
 * it ends. */
static void
distribute(struct message *m, size_t count, unsigned int shift,
    size_t end[PARTS])
{
	size_t next[PARTS], i, part;

	memset(end, 0, PARTS * sizeof(end[0]));
	for (i = 0; i < count; i++)
		end[m[i].time >> shift & (PARTS - 1)]++;
	for (i = 0, part = 0; part < PARTS; part++) {
		next[part] = i;
		end[part] = i += end[part];
	}
	for (part = 0; part < PARTS; part++)
		while (next[part] < end[part]) {
			struct message moved = m[next[part]], other;
			size_t its;

			while ((its = moved.time >> shift & (PARTS - 1)) !=
			    part) {
				other = m[next[its]];
				m[next[its]++] = moved;
				moved = other;
			}
			m[next[part]++] = moved;
		}
}

/*
 * By the eight highest bits in which the times differ, in place, then each part
 * by the next eight: a directory gives its names in the order of their hashes, and
 * to sort a hundred thousand of them by comparing costs more than to read them.
 * Times of 64 bits are eight levels deep at most.
 */
void
name_sort(struct message *m, size_t count)
{
	size_t end[PARTS], i, part;
	unsigned long long differ = 0;
	unsigned int shift = 0;

	if (count <= SORT_FEW) {
		insertion_sort(m, count);
		return;
	}
	for (i = 1; i < count; i++)
		differ |= m[i].time ^ m[0].time;
	if (differ == 0) {
		qsort(m, count, sizeof(*m), name_compare);
		return;
	}
	while (differ >> shift >= PARTS)
		shift++;
	distribute(m, count, shift, end);
	for (i = 0, part = 0; part < PARTS; i = end[part++])
		if (end[part] - i > 1)
			name_sort(m + i, end[part] - i);
}
