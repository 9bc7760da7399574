/*
 * BDAT (RFC 3030): chunks counted in octets, with no dot and no end but the
 * count.  The octets follow the command whatever the answer to it is, so they
 * are always read.
 */
#include "session.h"

#include <string.h>
#include <strings.h>

#include "../lib/clock.h"
#include "../lib/text.h"

/*
 * Turns CRLF into LF in the octets of a chunk; s->now.last carries a CR over to
 * the next.  Any other CR or LF, and NUL, make the message bad, or with $BARELF
 * are line ends.  Returns the octets made, at most length + 1.
 */
static size_t
decode_chunk(struct session *s, const char *from, size_t length, char *to)
{
	size_t i, made = 0;

	for (i = 0; i < length; i++) {
		char c = from[i], last = s->now.last;

		s->now.last = c;
		if (c == '\0' || (last == '\r') != (c == '\n'))
			s->now.dot.bad |= c == '\0' || !s->set->normalize;
		if (last == '\r' && c != '\n')
			to[made++] = '\n';
		if (c != '\r')
			to[made++] = c;
	}
	return made;
}

/* Reads a chunk of octets; takes it or drops it.  0, or -1: session over. */
static int
read_chunk(struct session *s, unsigned long long left, int take)
{
	long long since_ms = clock_ms();
	unsigned long long octets = 0;

	while (left > 0) {
		enum in_status status;
		size_t n;

		message_deadline(s, since_ms, octets);
		status = in_fill(&s->in);
		if (status != IN_OK) {
			session_lost(s, status);
			return -1;
		}
		n = in_waiting(&s->in);
		if (n > left)
			n = (size_t)left;
		if (take)
			message_write(s, s->data, decode_chunk(s, s->in.buf +
			    s->in.start, n, s->data));
		s->in.start += n;
		left -= n;
		octets += n;
	}
	return 0;
}

/* "SIZE" or "SIZE LAST".  0, or -1. */
static int
read_argument(char *arg, unsigned long long *size, int *last)
{
	char *word = arg + strcspn(arg, " ");

	*last = 0;
	if (*word != '\0') {
		*word++ = '\0';
		word += strspn(word, " ");
		*last = strcasecmp(word, "LAST") == 0;
		if (!*last)
			return -1;
	}
	return text_number(arg, ~0ULL >> 1, size);
}

void
do_bdat(struct session *s, char *arg)
{
	int take = (s->state & (ST_RCPT | ST_CHUNKS)) != 0;
	unsigned long long size;
	int last;

	if (read_argument(arg, &size, &last) == -1) {
		/* Where the next command begins cannot be known. */
		reply(s, 501, "5.4", "syntax: BDAT octets [LAST]");
		s->state = ST_END;
		return;
	}
	if (take && s->state == ST_RCPT) {
		message_begin(s);
		s->state = ST_CHUNKS;
	}
	if (read_chunk(s, size, take) == -1)
		return;
	if (!take) {
		reply(s, 503, "5.1", "need RCPT first");
	} else if (last) {
		if (s->now.last == '\r' && s->set->normalize)
			message_write(s, "\n", 1);
		else if (s->now.last == '\r')
			s->now.dot.bad = 1;
		message_end(s);
	} else if (s->now.dot.bad || s->now.too_big) {
		if (s->now.dot.bad)
			reply(s, 550, "6.0", BAD_OCTETS);
		else
			reply(s, 552, "3.4", TOO_BIG);
		session_reset(s);
		s->refused = 1;
	} else {
		reply(s, 250, "0.0", "chunk taken");
	}
}
