/*
 * Fuzzes the reader of SMTP replies: whatever a server says, a verdict comes out
 * whose class, code and text are sound.
 * link: qsend/reply.c lib/in.c lib/out.c lib/clock.c lib/text.c
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/in.h"
#include "qsend/reply.h"

#define PIPE_OCTETS	65536

static void
check(int right, const char *what)
{
	if (right)
		return;
	fprintf(stderr, "wrong: %s\n", what);
	abort();
}

static void
each(void *context, const char *text)
{
	*(size_t *)context += strlen(text);
}

static void
sound(const struct reply *r, int result)
{
	const char *p;

	check(r->enhanced[0] >= '2' && r->enhanced[0] <= '5' &&
	    r->enhanced[1] == '.', "a status");
	if (result == -1)
		check(r->enhanced[0] == '4' && r->code == 0,
		    "no reply is temporary");
	else
		check(r->code / 100 == r->enhanced[0] - '0' &&
		    r->code >= 200 && r->code <= 599, "class and code agree");
	for (p = r->text; *p != '\0'; p++)
		check(*p >= ' ' && *p < 127, "printable");
	check((size_t)(p - r->text) < REPLY_TEXT_MAX, "bounded");
}

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct in in;
	struct reply r;
	size_t seen = 0;
	int ends[2], i, result = 0;

	if (size > PIPE_OCTETS || pipe(ends) == -1)
		return 0;
	check(write(ends[1], data, size) == (ssize_t)size, "write");
	close(ends[1]);
	in_init(&in, ends[0], NULL);
	in.chunk = size % 7 == 0 ? 1 : IN_BYTES;
	for (i = 0; i < 20 && result == 0; i++) {
		result = reply_read(&in, 5, &r, each, &seen);
		sound(&r, result);
	}
	close(ends[0]);
	return 0;
}
