/*
 * copy - the body, into the queue file as it comes.  Constant memory.
 */
#ifndef INJECT_COPY_H
#define INJECT_COPY_H

#include "header.h"

struct spool_file;

struct copy {
	int	long_lines;	/* some line is over MIME7_LINE octets */
	size_t	column;
};

/*
 * Copies what header_read() left, and the rest of the input.  limit: octets
 * that file->bytes + file->lines may reach, 0 for none.  0, or -1 with the
 * verdict; what fails in the file is found at its commit.
 */
int copy_body(struct copy *, struct header *, struct input *,
    struct spool_file *, unsigned long long limit, struct verdict *);

#endif
