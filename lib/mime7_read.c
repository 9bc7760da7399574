/*
 * mime7_read - lines, boundaries and header fields of a message, read at any
 * offset; and what is written, in blocks.  Trusts nothing in the message.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "mime7_state.h"

int
mime7_stopped(const struct mime7 *m)
{
	return m->error != 0 || m->why != NULL;
}

void
mime7_refuse(struct mime7 *m, const char *why)
{
	if (!mime7_stopped(m))
		m->why = why;
}

void
mime7_seek(struct mime7 *m, off_t at)
{
	m->at = at;
	m->start = m->end = 0;
	m->again = 0;
	m->ends = 1;
	m->met = -1;
}

off_t
mime7_tell(const struct mime7 *m)
{
	return m->again || m->met != -1 ? m->piece_at :
	    m->at + (off_t)m->start;
}

void
mime7_leave(struct mime7 *m, const char *why)
{
	if (m->left == NULL && (m->what & MIME7_LONG))
		m->left = why;
}

int
mime7_is_long(const struct mime7 *m)
{
	return !m->begins || (!m->ends && m->length == MIME7_LINE);
}

static int
octet(struct mime7 *m)
{
	ssize_t n;

	if (m->start == m->end) {
		m->at += (off_t)m->end;
		do {
			n = pread(m->fd, m->block, sizeof(m->block), m->at);
		} while (n == -1 && errno == EINTR);
		if (n == -1)
			m->error = errno;
		m->start = 0;
		m->end = n > 0 ? (size_t)n : 0;
		if (n <= 0)
			return -1;
	}
	return (unsigned char)m->block[m->start++];
}

/* LF, CRLF and a lone CR are each one line end, as they are to dot_encode(). */
static int
text_octet(struct mime7 *m)
{
	int c = octet(m);

	if (c != '\r')
		return c;
	c = octet(m);
	if (c != '\n' && c != -1)
		m->start--;
	return '\n';
}

/* "--boundary" or "--boundary--" and blanks, of any multipart we are in: one
 * that is outside ends those inside it, closed or not. */
static int
at_boundary(struct mime7 *m)
{
	size_t i, n, rest;
	const struct mime7_boundary *b;

	if (m->length < 3 || m->length == MIME7_LINE ||
	    m->piece[0] != '-' || m->piece[1] != '-')
		return 0;
	for (n = m->length; m->piece[n - 1] == ' ' || m->piece[n - 1] == '\t';)
		n--;
	for (i = m->open; i-- > 0; ) {
		b = &m->boundary[i];
		if (n < 2 + b->length ||
		    memcmp(m->piece + 2, b->text, b->length) != 0)
			continue;
		rest = n - 2 - b->length;
		m->closing = rest == 2 &&
		    memcmp(m->piece + n - 2, "--", 2) == 0;
		if (rest == 0 || m->closing) {
			m->met = (int)i;
			return 1;
		}
	}
	return 0;
}

int
mime7_next(struct mime7 *m)
{
	int c = 0;

	if (mime7_stopped(m) || m->met != -1)
		return 0;
	if (m->again) {
		m->again = 0;
		return 1;
	}
	m->piece_at = mime7_tell(m);
	m->begins = m->ends;
	m->ends = 0;
	m->length = 0;
	while ((c = text_octet(m)) != -1 && c != '\n' &&
	    m->length < MIME7_LINE)
		m->piece[m->length++] = (char)c;
	if (c == '\n')
		m->ends = 1;
	else if (c != -1)
		m->start--;
	if (m->error != 0 || (m->begins && at_boundary(m)))
		return 0;
	return m->ends || m->length > 0;
}

/* RFC 5322 2.2 and 4.5 (a blank before the colon).  An mbox "From " line is
 * passed on like a field. */
static int
starts_field(const struct mime7 *m)
{
	size_t i = 0;

	if (m->length > 5 && memcmp(m->piece, "From ", 5) == 0)
		return 1;
	while (i < m->length && m->piece[i] > ' ' && m->piece[i] < 127 &&
	    m->piece[i] != ':')
		i++;
	if (i == 0)
		return 0;
	while (i < m->length && (m->piece[i] == ' ' || m->piece[i] == '\t'))
		i++;
	return i < m->length && m->piece[i] == ':';
}

static int
continues(const struct mime7 *m)
{
	return !m->begins || (m->length > 0 &&
	    (m->piece[0] == ' ' || m->piece[0] == '\t'));
}

int
mime7_next_field(struct mime7 *m)
{
	m->used = 0;
	m->eight = m->wide = m->more = m->blank = 0;
	while (mime7_next(m)) {
		if (m->used == 0 && !starts_field(m)) {
			m->blank = m->length == 0;
			m->again = !m->blank;
			return 0;
		}
		m->again = (m->used > 0 && !continues(m));
		if (m->again)
			break;
		if (m->used + m->length + 1 >= sizeof(m->field)) {
			m->again = m->more = 1;
			break;
		}
		memcpy(m->field + m->used, m->piece, m->length);
		m->used += m->length;
		if (m->ends)
			m->field[m->used++] = '\n';
		m->wide |= mime7_is_long(m);
		m->eight |= mime7_eight(m->piece, m->piece + m->length);
	}
	if (m->used > 0 && !m->more && m->field[m->used - 1] != '\n')
		m->field[m->used++] = '\n';
	return m->used > 0 && !mime7_stopped(m);
}

void
mime7_rest(struct mime7 *m, int write)
{
	while (mime7_next(m)) {
		m->again = !continues(m);
		if (m->again)
			return;
		if ((m->what & MIME7_EIGHT) &&
		    mime7_eight(m->piece, m->piece + m->length))
			mime7_refuse(m, "a header field is too long to convert");
		if (mime7_is_long(m))
			mime7_leave(m, "a header field is too long to fold");
		if (write) {
			mime7_put(m, m->piece, m->length);
			if (m->ends)
				mime7_put(m, "\n", 1);
		}
	}
}

void
mime7_flush(struct mime7 *m)
{
	if (m->sink != NULL && m->error == 0 && m->waiting > 0 &&
	    m->sink->write(m->sink->to, m->output, m->waiting) == -1)
		m->error = errno;
	m->waiting = 0;
}

void
mime7_put(struct mime7 *m, const char *text, size_t length)
{
	size_t n;

	while (length > 0) {
		if (m->waiting == sizeof(m->output))
			mime7_flush(m);
		n = sizeof(m->output) - m->waiting;
		n = length < n ? length : n;
		memcpy(m->output + m->waiting, text, n);
		m->waiting += n;
		text += n;
		length -= n;
	}
}

void
mime7_puts(struct mime7 *m, const char *text)
{
	mime7_put(m, text, strlen(text));
}
