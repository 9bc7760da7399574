/*
 * envelope - reads the envelope block of a queue file.  The file may have been
 * made or changed by anybody: every line is checked again.
 */
#include "envelope.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

/* Buffers a whole line, if there is one; 0, or -1 with errno. */
static int
fill(struct envelope *e)
{
	size_t have = e->end - e->start;

	if (have >= ENVELOPE_LINE_MAX)
		return 0;
	memmove(e->buf, e->buf + e->start, have);
	e->start = 0;
	e->end = have;
	while (e->end < sizeof(e->buf)) {
		ssize_t n = pread(e->fd, e->buf + e->end,
		    sizeof(e->buf) - e->end, e->at + (off_t)e->end);

		if (n == 0)
			return 0;
		if (n == -1 && errno != EINTR)
			return -1;
		if (n > 0)
			e->end += (size_t)n;
	}
	return 0;
}

/*
 * If the next line begins with key, copies what is behind it to to.  1; 0 when
 * it is another line; -1 with errno.
 */
static int
take(struct envelope *e, const char *key, char *to, size_t size)
{
	size_t skip = strlen(key);
	const char *begin, *lf, *p;

	if (fill(e) == -1)
		return -1;
	begin = e->buf + e->start;
	if (e->end - e->start < skip || memcmp(begin, key, skip) != 0)
		return 0;
	lf = memchr(begin, '\n', e->end - e->start);
	errno = EINVAL;
	if (lf == NULL || lf - begin >= ENVELOPE_LINE_MAX ||
	    (size_t)(lf - begin) - skip >= size)
		return -1;
	for (p = begin + skip; p < lf; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			return -1;
	memcpy(to, begin + skip, (size_t)(lf - begin) - skip);
	to[(size_t)(lf - begin) - skip] = '\0';
	e->start += (size_t)(lf - begin) + 1;
	e->at += lf - begin + 1;
	return 1;
}

static int
is_address(const char *text, int flags)
{
	struct address a;

	return address_mailbox(text, flags | ADDRESS_ALLOW_UTF8, &a) ==
	    ADDRESS_OK;
}

int
envelope_open(struct envelope *e, int fd)
{
	char path[ADDRESS_MAX + 2];
	size_t length;

	e->fd = fd;
	e->at = 0;
	e->message = 0;
	e->start = e->end = 0;
	e->any = 0;
	e->options[0] = '\0';
	errno = EINVAL;
	if (take(e, "Return-Path: <", path, sizeof(path)) != 1)
		return -1;
	length = strlen(path);
	if (length == 0 || length > sizeof(e->sender) ||
	    path[length - 1] != '>')
		return -1;
	path[length - 1] = '\0';
	memcpy(e->sender, path, length);
	if (!is_address(e->sender, ADDRESS_NULL))
		return -1;
	return take(e, "Envelope-Options: ", e->options, sizeof(e->options)) ==
	    -1 ? -1 : 0;
}

/*
 * Takes the mark out of the next line, which then reads "Delivered-To: ".  Any
 * two octets but OK and NO mean pending: a mark may be torn.
 */
static enum envelope_state
lift_mark(struct envelope *e)
{
	enum envelope_state state = ENVELOPE_PENDING;
	char *line = e->buf + e->start;

	if (e->end - e->start < 14 || memcmp(line, "Delivered-", 10) != 0 ||
	    memcmp(line + 12, ": ", 2) != 0)
		return state;
	if (memcmp(line + 10, "OK", 2) == 0)
		state = ENVELOPE_DONE;
	else if (memcmp(line + 10, "NO", 2) == 0)
		state = ENVELOPE_FAILED;
	memcpy(line + 10, "To", 2);
	return state;
}

int
envelope_next(struct envelope *e, struct envelope_recipient *r)
{
	int found;

	r->offset = e->at;
	r->options[0] = '\0';
	if (fill(e) == -1)
		return -1;
	r->state = lift_mark(e);
	found = take(e, "Delivered-To: ", r->address, sizeof(r->address));
	if (found == 0) {
		/* Our Received line ends the block, no line like its own. */
		found = take(e, "Delivered-", r->address, 1);
		if (found == -1)
			return -1;	/* errno may be a passing trouble */
		e->message = e->at;
		errno = EINVAL;
		return found == 0 && e->any ? 0 : -1;
	}
	if (found == -1 || !is_address(r->address, ADDRESS_NO_DOMAIN))
		return -1;
	e->any = 1;
	return take(e, "Recipient-Options: ", r->options,
	    sizeof(r->options)) == -1 ? -1 : 1;
}

void
envelope_seek(struct envelope *e, off_t offset)
{
	e->at = offset;
	e->start = e->end = 0;
}

const char *
envelope_option(const char *options, const char *word, size_t *length)
{
	size_t n = strlen(word);
	const char *p = options;

	while (*p != '\0') {
		size_t size = strcspn(p, " ");

		if (size >= n && memcmp(p, word, n) == 0 &&
		    (size == n || p[n] == '=')) {
			*length = size == n ? 0 : size - n - 1;
			return size == n ? p + n : p + n + 1;
		}
		p += size;
		p += strspn(p, " ");
	}
	return NULL;
}

int
envelope_mark(int fd, off_t offset, enum envelope_state state)
{
	static const char marks[][3] = { "To", "OK", "NO" };
	char line[13];
	size_t have = 0;
	ssize_t n = 1;

	while (have < sizeof(line) && n != 0) {
		n = pread(fd, line + have, sizeof(line) - have,
		    offset + (off_t)have);
		if (n == -1 && errno != EINTR)
			return -1;
		have += n > 0 ? (size_t)n : 0;
	}
	if (have != sizeof(line) || memcmp(line, "Delivered-", 10) != 0 ||
	    line[12] != ':') {
		errno = EINVAL;
		return -1;
	}
	n = pwrite(fd, marks[state], 2, offset + 10);
	if (n == 2)
		return 0;
	if (n != -1)
		errno = EIO;
	return -1;
}
