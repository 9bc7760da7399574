/*
 * copy - see copy.h.  A CR that is left in the input ended no line of the
 * caller's; here it does, so that what is queued is canonical.
 */
#include <string.h>

#include "../lib/mime7.h"
#include "../lib/spool.h"

#include "copy.h"

static void
copy_chunk(struct copy *c, char *chunk, size_t length,
    struct spool_file *file)
{
	char *p = chunk, *end = chunk + length, *lf;

	while ((p = memchr(p, '\r', (size_t)(end - p))) != NULL)
		*p = '\n';
	for (p = chunk; (lf = memchr(p, '\n', (size_t)(end - p))) != NULL;
	    p = lf + 1) {
		c->long_lines |=
		    c->column + (size_t)(lf - p) > MIME7_LINE;
		c->column = 0;
	}
	c->column += (size_t)(end - p);
	spool_write(file, chunk, length);
}

int
copy_body(struct copy *c, struct header *h, struct input *in,
    struct spool_file *file, unsigned long long limit, struct verdict *v)
{
	int more;

	c->column = 0;
	c->long_lines = 0;
	copy_chunk(c, h->data + h->length, h->used - h->length, file);
	for (;;) {
		if (limit != 0 && file->bytes + file->lines > limit)
			return verdict_fail(v, EX_DATAERR,
			    "the message is over the limit, databytes", NULL);
		more = input_fill(in, v);
		if (more != 1)
			break;
		copy_chunk(c, in->buf + in->start, in->end - in->start, file);
		in->start = in->end;
		if (file->error != 0)
			return 0;
	}
	if (c->column > 0)
		copy_chunk(c, "\n", 1, file);
	return more;
}
