/*
 * recipients - who gets the message, each address once, in order.
 */
#ifndef INJECT_RECIPIENTS_H
#define INJECT_RECIPIENTS_H

#include <stddef.h>
#include <stdint.h>

#define RECIPIENTS_MAX		65536
#define RECIPIENTS_BYTES	(4 * 1024 * 1024)

struct recipients {
	size_t		count;
	size_t		used;
	uint32_t	slot[2 * RECIPIENTS_MAX];	/* offset + 1 in text */
	char		text[RECIPIENTS_BYTES];		/* each with its NUL */
};

/* Adds canonical text if it is not there yet; 0, or -1: too many. */
int recipients_add(struct recipients *, const char *);

#endif
