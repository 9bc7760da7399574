/*
 * mime7 - walks the entities of a message, RFC 2045 and 2046.  mime7_check()
 * and mime7_send() are the same walk; only one has somewhere to write, so what
 * is checked is what is sent.  Trusts nothing in the message.  An entity is
 * read up to three times: its header and, of a leaf, the body to decide; then
 * both again to write.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "mime7_state.h"

static enum mime7_encoding
declared(struct mime7 *m)
{
	static const struct {
		const char		*name;
		enum mime7_encoding	 encoding;
	} known[] = {
		{ "7bit", MIME7_7BIT }, { "8bit", MIME7_8BIT },
		{ "binary", MIME7_8BIT }, { "quoted-printable", MIME7_QP },
		{ "base64", MIME7_BASE64 },
	};
	const char *p = memchr(m->field, ':', m->used);
	size_t i, n;

	m->field[m->used - 1] = '\0';
	p += 1 + strspn(p + 1, " \t\n");
	n = strcspn(p, " \t\n;(");
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i].name) == n &&
		    strncasecmp(p, known[i].name, n) == 0)
			return known[i].encoding;
	return n == 0 ? MIME7_7BIT : MIME7_UNKNOWN;
}

/* Learns what the header says; of a field that is there twice, the first. */
static void
read_header(struct mime7 *m, struct mime7_part *part)
{
	int type = 0, encoding = 0;

	while (mime7_next_field(m)) {
		if (m->more)
			mime7_rest(m, 0);
		else if (mime7_is(m, "Content-Type") && !type++)
			mime7_type(m, part);
		else if (mime7_is(m, "Content-Transfer-Encoding") && !encoding++)
			part->declared = declared(m);
		else if (mime7_is(m, "MIME-Version"))
			part->version = 1;
		else if (m->level == 1 && m->what == MIME7_LONG &&
		    mime7_is(m, "DKIM-Signature")) {
			mime7_leave(m, "the message is signed");
			m->what = 0;
		}
	}
	/* an encoding around other entities is an error; not ours to repair */
	if (part->declared > MIME7_8BIT && part->kind >= MIME7_MULTIPART)
		part->kind = MIME7_SEALED;
}

static void
write_header(struct mime7 *m, const struct mime7_part *part, int message)
{
	int composite = part->kind >= MIME7_MULTIPART &&
	    part->kind < MIME7_SEALED;
	int type = 0, drop;

	while (mime7_next_field(m)) {
		/* what is left without a field is 7bit */
		drop = mime7_is(m, "Content-Transfer-Encoding") &&
		    (part->encoding != MIME7_7BIT ||
		    (part->declared == MIME7_8BIT && (m->what & MIME7_EIGHT)));
		if (part->charset != NULL && mime7_is(m, "Content-Type") &&
		    !type++) {
			if (part->typed)
				mime7_set_charset(m, part);
			else
				drop = 1;
		}
		if (!drop)
			mime7_field(m);
		else if (m->more)
			mime7_rest(m, 0);
	}
	if (message && !part->version &&
	    (composite || part->encoding != MIME7_7BIT))
		mime7_puts(m, "MIME-Version: 1.0\n");
	if (part->charset != NULL && !part->typed) {
		mime7_puts(m, "Content-Type: text/plain; charset=");
		mime7_puts(m, part->charset);
		mime7_puts(m, "\n");
	}
	if (part->encoding == MIME7_QP)
		mime7_puts(m, "Content-Transfer-Encoding: quoted-printable\n");
	else if (part->encoding == MIME7_BASE64)
		mime7_puts(m, "Content-Transfer-Encoding: base64\n");
	if (m->blank || m->again)
		mime7_puts(m, "\n");
}

/* Preamble or epilogue: nobody is shown it, so 8-bit octets become "?", and
 * lines end where they must; what comes then must not become a boundary. */
static int
filler(struct mime7 *m)
{
	int eight = 0;
	size_t i;

	while (mime7_next(m)) {
		for (i = 0; i < m->length && (m->what & MIME7_EIGHT); i++) {
			if ((unsigned char)m->piece[i] < 0x80)
				continue;
			m->piece[i] = '?';
			eight = 1;
		}
		if (!m->begins && (m->what & MIME7_LONG)) {
			m->changed = 1;
			mime7_puts(m, "\n");
			if (m->piece[0] == '-')
				m->piece[0] = '?';
		}
		mime7_put(m, m->piece, m->length);
		if (m->ends)
			mime7_puts(m, "\n");
	}
	m->changed |= eight;
	return eight;
}

static void entity(struct mime7 *, int digest, int message);

static void
multipart(struct mime7 *m, const struct mime7_part *part)
{
	int mine = (int)m->open, eight;

	m->boundary[m->open++] = part->boundary;
	eight = filler(m);
	/* without a first boundary readers do show it */
	if (eight && m->met != mine)
		mime7_refuse(m, "8-bit data in a multipart without parts");
	while (m->met == mine && !mime7_stopped(m)) {
		mime7_put(m, m->piece, m->length);
		mime7_puts(m, "\n");
		m->met = -1;
		if (m->closing) {
			m->open--;
			(void)filler(m);
			return;
		}
		entity(m, part->kind == MIME7_DIGEST, 0);
	}
	m->open--;
}

static void
entity(struct mime7 *m, int digest, int message)
{
	off_t header = mime7_tell(m);
	struct mime7_part part;

	memset(&part, 0, sizeof(part));
	part.kind = digest ? MIME7_MESSAGE : MIME7_TEXT;
	m->level++;
	read_header(m, &part);
	if (m->level > MIME7_DEPTH)
		part.kind = MIME7_SEALED;
	if (part.kind < MIME7_MULTIPART || part.kind == MIME7_SEALED)
		mime7_judge(m, &part);
	mime7_seek(m, header);
	write_header(m, &part, message);
	if (part.kind == MIME7_MESSAGE)
		entity(m, 0, 1);
	else if (part.kind == MIME7_MULTIPART || part.kind == MIME7_DIGEST)
		multipart(m, &part);
	else
		mime7_body(m, &part);
	m->level--;
}

static void
walk(struct mime7 *m, int fd, off_t start, int what,
    const struct mime7_sink *sink)
{
	m->fd = fd;
	m->what = what;
	m->sink = sink;
	m->error = m->changed = 0;
	m->why = m->left = NULL;
	m->level = m->open = 0;
	m->waiting = m->group = 0;
	m->held = 0;
	mime7_seek(m, start);
	entity(m, 0, 1);
	mime7_flush(m);
}

enum mime7_verdict
mime7_check(int fd, off_t start, int what, const char **why)
{
	struct mime7 m;

	walk(&m, fd, start, what, NULL);
	errno = m.error;
	if (m.error != 0)
		return MIME7_ERROR;
	*why = m.why != NULL ? m.why : m.left;
	if (m.why != NULL)
		return what & MIME7_EIGHT ? MIME7_REFUSE : MIME7_PLAIN;
	return m.changed ? MIME7_CONVERT : MIME7_PLAIN;
}

int
mime7_send(int fd, off_t start, int what, const struct mime7_sink *sink)
{
	struct mime7 m;

	walk(&m, fd, start, what, sink);
	if (m.error == 0 && m.why != NULL)
		m.error = EILSEQ;
	errno = m.error;
	return m.error == 0 ? 0 : -1;
}
