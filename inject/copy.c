/*
 * copy - see copy.h.  A CR that is left in the input ended no line of the
 * caller's; here it does, so that what is queued is canonical.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../lib/spool.h"

#include "copy.h"

#define LINE_MAX_OCTETS	998
#define ENCODED_MAX	75	/* RFC 2045 6.7 (5): 76 with the "=" */

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
		    c->column + (size_t)(lf - p) > LINE_MAX_OCTETS;
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

struct encoder {
	struct spool_file *file;
	size_t	 column;
	char	 blank;		/* held back: at a line's end it is encoded */
};

/* One character, raw or as =HH, behind a soft line break where it must. */
static void
put(struct encoder *e, char c, int raw)
{
	static const char hex[] = "0123456789ABCDEF";
	unsigned char byte = (unsigned char)c;
	char code[3] = { '=', hex[byte >> 4], hex[byte & 15] };
	size_t length = raw ? 1 : 3;

	if (e->column + length > ENCODED_MAX) {
		spool_write(e->file, "=\n", 2);
		e->column = 0;
	}
	spool_write(e->file, raw ? &c : code, length);
	e->column += length;
}

static void
encode(struct encoder *e, char c)
{
	if (e->blank != '\0')
		put(e, e->blank, c != '\n');
	e->blank = '\0';
	if (c == '\n') {
		spool_write(e->file, "\n", 1);
		e->column = 0;
	} else if (c == ' ' || c == '\t') {
		e->blank = c;
	} else {
		put(e, c, c > ' ' && c < 127 && c != '=');
	}
}

int
copy_encoded(int fd, off_t start, struct spool_file *file, struct verdict *v)
{
	struct encoder e = { file, 0, '\0' };
	char chunk[INPUT_BYTES];
	ssize_t n, i;

	for (;;) {
		n = pread(fd, chunk, sizeof(chunk), start);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return verdict_errno(v, "cannot read what was queued",
			    errno);
		if (n == 0)
			return 0;
		for (i = 0; i < n; i++)
			encode(&e, chunk[i]);
		start += n;
	}
}
