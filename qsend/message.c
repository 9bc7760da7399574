/*
 * message - what the message holds, and its way out.  Trusts nothing in it:
 * whatever the file says, what goes out is lines, and one lone dot at the end.
 *
 * A line over 998 octets goes out as it is only where it cannot be encoded or
 * folded without voiding a signature: servers may take it, none need.
 */
#include "message.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/clock.h"
#include "../lib/dot.h"
#include "../lib/envelope.h"
#include "../lib/mime7.h"
#include "../lib/text.h"
#include "session.h"

#define BLOCK_BYTES	16384
#define SLOWEST		500	/* octets per second; slower is a time-out */

static ssize_t
read_block(const struct message *m, char *to, off_t at)
{
	ssize_t n;

	do
		n = pread(m->fd, to, BLOCK_BYTES, m->start + at);
	while (n == -1 && errno == EINTR);
	return n;
}

static int
is_8bit(const char *p, size_t length)
{
	unsigned char all = 0;
	size_t i;

	for (i = 0; i < length; i++)
		all |= (unsigned char)p[i];
	return all > 127;
}

/*
 * How many of these octets are header.  *line counts the octets of the line
 * that the block before ended in.
 */
static size_t
header_length(const char *p, size_t length, size_t *line)
{
	size_t i;

	for (i = 0; i < length; i++) {
		if (p[i] == '\n' && *line == 0)
			return i;
		if (p[i] == '\n')
			*line = 0;
		else if (p[i] != '\r')
			(*line)++;
	}
	return length;
}

/* The same for all lines: is one over MIME7_LINE?  A CR counts, so it may only
 * seem so. */
static int
has_long_line(const char *p, size_t length, size_t *line)
{
	const char *end = p + length, *lf;
	int found = 0;

	for (; (lf = memchr(p, '\n', (size_t)(end - p))) != NULL; p = lf + 1) {
		found |= *line + (size_t)(lf - p) > MIME7_LINE;
		*line = 0;
	}
	*line += (size_t)(end - p);
	return found | (*line > MIME7_LINE);
}

int
message_scan(struct message *m)
{
	char block[BLOCK_BYTES];
	struct dot_out count;
	size_t line = 0, octets = 0;
	int in_header = 1;
	off_t at = 0;
	ssize_t n;

	dot_out_init(&count, NULL);
	m->has_nul = m->has_8bit = m->has_8bit_header = m->has_long = 0;
	while ((n = read_block(m, block, at)) > 0) {
		size_t length = (size_t)n;

		if (memchr(block, '\0', length) != NULL)
			m->has_nul = 1;
		if (in_header) {
			size_t header = header_length(block, length, &line);

			in_header = header == length;
			m->has_8bit_header |= is_8bit(block, header);
		}
		m->has_8bit |= is_8bit(block, length);
		m->has_long |= has_long_line(block, length, &octets);
		dot_encode(&count, block, length);
		at += n;
	}
	dot_end_line(&count);
	m->octets = count.octets;
	return (int)n;
}

/* The way out of the message's blocks. */
struct wire {
	struct session	*session;	/* NULL: only count */
	long long	 end_ms;
	struct dot_out	 dot;
};

static int
put_block(void *to, const char *block, size_t length)
{
	struct wire *w = to;
	struct session *s = w->session;

	if (s != NULL && session_stopped(s)) {
		errno = ECANCELED;
		return -1;
	}
	if (s != NULL && s->out.error == 0 && clock_ms() > w->end_ms)
		s->out.error = ETIMEDOUT;
	dot_encode(&w->dot, block, length);
	errno = s != NULL ? s->out.error : 0;
	return errno == 0 ? 0 : -1;
}

static int
send_converted(const struct message *m, struct wire *w)
{
	const struct mime7_sink sink = { put_block, w };

	return mime7_send(m->fd, m->start, m->convert, &sink);
}

static int
send_blocks(const struct message *m, struct wire *w)
{
	char block[BLOCK_BYTES];
	off_t at = 0;
	ssize_t n;

	while ((n = read_block(m, block, at)) > 0) {
		if (put_block(w, block, (size_t)n) == -1)
			return -1;
		at += n;
	}
	return (int)n;
}

/* Decides whether the content must be encoded: 0, or -1 with the verdict. */
static int
prepare_content(struct message *m, const struct session *s, struct reply *r)
{
	struct wire count = { NULL, 0, { NULL, 0, '\0' } };
	const char *why = "";
	int what = m->has_long ? MIME7_LONG : 0;

	m->convert = 0;
	if (m->has_8bit && !(s->offers & OFFER_8BITMIME))
		what |= MIME7_EIGHT;
	if (what == 0)
		return 0;
	switch (mime7_check(m->fd, m->start, what, &why)) {
	case MIME7_PLAIN:
		return 0;
	case MIME7_REFUSE:
		reply_set(r, "5.6.3", why);
		return -1;
	case MIME7_CONVERT:
		dot_out_init(&count.dot, NULL);
		m->convert = what;
		if (send_converted(m, &count) == 0) {
			dot_end_line(&count.dot);
			m->octets = count.dot.octets;
			return 0;
		}
		break;
	case MIME7_ERROR:
		break;
	}
	reply_set(r, "4.3.0", strerror(errno));
	return -1;
}

int
message_prepare(struct message *m, const struct session *s, struct reply *r)
{
	int utf8 = is_8bit(m->sender, strlen(m->sender));
	size_t length;

	/* A header in UTF-8 that came without SMTPUTF8 is just 8-bit text. */
	if (m->has_8bit_header &&
	    envelope_option(m->options, "SMTPUTF8", &length) != NULL)
		utf8 = 1;
	if (m->has_nul) {
		reply_set(r, "5.6.0", "the message holds a NUL octet");
		return -1;
	}
	if (utf8 && !(s->offers & OFFER_SMTPUTF8)) {
		reply_set(r, "5.6.7", "the server does not offer SMTPUTF8, "
		    "which the message needs");
		return -1;
	}
	if (prepare_content(m, s, r) == -1)
		return -1;
	if (s->size_max != 0 && m->octets > s->size_max) {
		reply_set(r, "5.3.4", "the message is larger than the server "
		    "takes");
		return -1;
	}
	return 0;
}

/* The server stopped reading: it may have said why. */
static void
unread(struct session *s, struct reply *r)
{
	int error = s->out.error;

	s->in.out = NULL;
	if (error == ETIMEDOUT)
		reply_set(r, "4.4.2", "the server does not read the message");
	else if (reply_read(&s->in, 5, r, NULL, NULL) == -1 ||
	    r->code / 100 < 4)
		reply_set(r, "4.4.2", "connection lost while sending the "
		    "message");
}

int
message_send(const struct message *m, struct session *s, struct reply *r)
{
	struct wire w;
	int result;

	w.session = s;
	w.end_ms = clock_ms() + 1000 *
	    ((long long)s->settings->timeoutremote_s +
	    (long long)(m->octets / SLOWEST));
	dot_out_init(&w.dot, &s->out);
	result = m->convert != 0 ? send_converted(m, &w) :
	    send_blocks(m, &w);
	if (result == -1 && s->out.error == 0) {
		reply_set(r, "4.3.0", strerror(errno));
		return -1;
	}
	dot_end_line(&w.dot);
	/* Last chance to leave without a trace. */
	if (session_stopped(s)) {
		reply_set(r, "4.3.2", "stopped");
		return -1;
	}
	if (s->out.error == 0) {
		dot_end_data(&w.dot);
		if (out_flush(&s->out) == 0)
			return 0;
	}
	unread(s, r);
	return -1;
}

static int
copy(int from, int to)
{
	char block[BLOCK_BYTES];
	ssize_t n;

	for (;;) {
		ssize_t done = 0;

		n = read(from, block, sizeof(block));
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return (int)n;
		while (done < n) {
			ssize_t m = write(to, block + done,
			    (size_t)(n - done));

			if (m == -1 && errno != EINTR)
				return -1;
			done += m > 0 ? m : 0;
		}
	}
}

int
message_seekable(int fd, const char *directory, off_t *start)
{
	char path[1024];
	struct stat st;
	struct text t;
	int to;

	*start = lseek(fd, 0, SEEK_CUR);
	if (*start != -1 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	*start = 0;
	text_init(&t, path, sizeof(path));
	text_add(&t, directory);
	text_add(&t, "/qsend.XXXXXX");
	errno = ENAMETOOLONG;
	if (t.full || (to = mkstemp(path)) == -1)
		return -1;
	(void)unlink(path); /* only a name is left behind if it fails */
	if (fcntl(to, F_SETFD, FD_CLOEXEC) == 0 && copy(fd, to) == 0)
		return to;
	(void)close(to); /* of no use */
	return -1;
}
