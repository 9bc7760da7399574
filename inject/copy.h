/*
 * copy - the body: into the queue file as it comes, or once more in
 * quoted-printable when it has lines that no server need take.  Constant
 * memory.
 */
#ifndef INJECT_COPY_H
#define INJECT_COPY_H

#include <sys/types.h>

#include "header.h"

struct spool_file;

struct copy {
	int	long_lines;	/* some line is over 998 octets (5322 2.1.1) */
	size_t	column;
};

/*
 * Copies what header_read() left, and the rest of the input.  limit: octets
 * that file->bytes + file->lines may reach, 0 for none.  0, or -1 with the
 * verdict; what fails in the file is found at its commit.
 */
int copy_body(struct copy *, struct header *, struct input *,
    struct spool_file *, unsigned long long limit, struct verdict *);

/* Copies the file open at fd, from start to its end, in quoted-printable (RFC
 * 2045 6.7).  0, or -1 with the verdict. */
int copy_encoded(int fd, off_t start, struct spool_file *, struct verdict *);

#endif
