/*
 * mime7_field - header fields with raw 8-bit text: RFC 2047 encoded-words in
 * unstructured text, phrases and comments, RFC 2231 in parameter values.  An
 * address or a message-id has no 7-bit form, so there the message is refused.
 * And lines that are too long: folded, if there are blanks to fold them at.
 */
#include <string.h>
#include <strings.h>

#include "base64.h"
#include "mime7_state.h"

#define FOLD		76	/* octets of a line with encoded-words, 2047 2 */
#define WORD_OCTETS	39	/* in one: "=?unknown-8bit?B?" 52 "?=" is 71 */
#define WORD_FRAME	19

static const char utf8_address[] = "8-bit octets in an address or message-id";

static int
blank(char c)
{
	return c == ' ' || c == '\t';
}

static int
one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static char *
skip_blanks(char *p, const char *end)
{
	while (p < end && blank(*p))
		p++;
	return p;
}

int
mime7_is(const struct mime7 *m, const char *name)
{
	size_t n = strlen(name);

	return m->used > n && strncasecmp(m->field, name, n) == 0 &&
	    (m->field[n] == ':' || blank(m->field[n]));
}

void
mime7_word(struct mime7 *m, const char *gap, size_t gap_length,
    const char *word, size_t length)
{
	if (length > 0 && gap_length > 0 && m->column > 0 &&
	    m->column + gap_length + length > FOLD) {
		mime7_put(m, "\n", 1);
		m->column = 0;
	}
	mime7_put(m, gap, gap_length);
	mime7_put(m, word, length);
	m->column += gap_length + length;
	if (m->column > MIME7_LINE)
		mime7_refuse(m, "a header line is too long to fold");
}

/* How many octets to take into the next encoded-word: whole characters. */
static size_t
take(const char *text, size_t length, size_t room, int utf8)
{
	size_t n = room > WORD_FRAME ? (room - WORD_FRAME) / 4 * 3 : 0;

	if (n > WORD_OCTETS || (n < 12 && n < length))
		n = WORD_OCTETS;
	if (n >= length)
		return length;
	while (utf8 && n > 1 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static void
encoded_words(struct mime7 *m, const char *gap, size_t gap_length,
    const char *text, size_t length)
{
	int utf8 = mime7_is_utf8(text, length);
	const char *begin = utf8 ? "=?utf-8?B?" : "=?unknown-8bit?B?";
	size_t n, used, room;
	char word[WORD_FRAME + BASE64_LENGTH(WORD_OCTETS)];

	while (length > 0 && !mime7_stopped(m)) {
		room = m->column + gap_length;
		n = take(text, length, room < FOLD ? FOLD - room : 0, utf8);
		used = strlen(begin);
		memcpy(word, begin, used);
		used += base64_encode(text, n, word + used);
		word[used++] = '?';
		word[used++] = '=';
		mime7_word(m, gap, gap_length, word, used);
		text += n;
		length -= n;
		gap = " ";
		gap_length = 1;
	}
}

size_t
mime7_unquote(char *from, const char *end, int in_comment)
{
	char *to = from, *begin = from;
	int quoted = in_comment;

	for (; from < end; from++) {
		if (*from == '"' && !in_comment) {
			quoted = !quoted;
			continue;
		}
		if (*from == '\\' && quoted && from + 1 < end)
			from++;
		*to++ = *from;
	}
	return (size_t)(to - begin);
}

static int
is_encoded(const char *word, const char *end)
{
	return end - word > 8 && word[0] == '=' && word[1] == '?' &&
	    end[-2] == '?' && end[-1] == '=';
}

static char *
word_end(char *p, const char *end)
{
	while (p < end && !blank(*p))
		p++;
	return p;
}

/*
 * Sends text: words with 8-bit octets, and the blanks between them, become
 * encoded-words.  Blanks between two of those are not shown, so a blank beside
 * one that was there before goes into the new one.
 */
static void
unstructured(struct mime7 *m, char *p, char *end, int in_comment)
{
	char *gap, *word, *next;
	const char *between;
	int after = 0, glue;

	while (p < end && !mime7_stopped(m)) {
		gap = p;
		word = skip_blanks(p, end);
		p = word_end(word, end);
		if (word == p)
			return;
		between = word == gap && after ? " " : gap;
		if (!mime7_eight(word, p)) {
			mime7_word(m, between, between == gap ?
			    (size_t)(word - gap) : 1, word, (size_t)(p - word));
			after = is_encoded(word, p);
			continue;
		}
		glue = after && word > gap;
		for (;;) {
			next = skip_blanks(p, end);
			if (!mime7_eight(next, word_end(next, end)))
				break;
			p = word_end(next, end);
		}
		if (is_encoded(next, word_end(next, end)))
			p = next;
		if (glue) {
			between = " ";
			word = gap;
		}
		encoded_words(m, between, between == gap ?
		    (size_t)(word - gap) : 1, word, in_comment ?
		    mime7_unquote(word, p, 1) : (size_t)(p - word));
		after = 1;
	}
}

/* Sends a comment, or what there is of it.  Returns where it ends. */
static char *
comment(struct mime7 *m, char *p, char *end)
{
	size_t depth = 0;
	char *begin;

	do {
		depth += *p == '(';
		depth -= *p == ')';
		mime7_word(m, "", 0, p++, 1);
		for (begin = p; p < end && *p != '(' && *p != ')'; p++)
			if (*p == '\\' && p + 1 < end)
				p++;
		if (depth == 0)
			return begin;
		unstructured(m, begin, p, 1);
	} while (p < end && !mime7_stopped(m));
	return p;
}

char *
mime7_token_end(char *p, const char *end)
{
	char last = *p == '"' ? '"' : *p == '<' ? '>' : '\0';

	if (last == '\0') {
		while (p < end && !blank(*p) && !one_of(*p, "<>,;:@(\""))
			p++;
		return p;
	}
	for (p++; p < end && *p != last; p++)
		if (*p == '\\' && last == '"' && p + 1 < end)
			p++;
	return p < end ? p + 1 : p;
}

static int
special(const char *p, const char *end)
{
	return p < end && one_of(*p, "<>,;:@(");
}

/* Takes in the following words with 8-bit octets; an "@" there refuses. */
static char *
phrase_end(struct mime7 *m, char *p, char *end)
{
	char *next;

	for (;;) {
		next = skip_blanks(p, end);
		if (next == end || special(next, end) ||
		    (next > p && !mime7_eight(next, mime7_token_end(next, end))))
			break;
		p = mime7_token_end(next, end);
	}
	if (next < end && *next == '@')
		mime7_refuse(m, utf8_address);
	return p;
}

void
mime7_structured(struct mime7 *m, char *p, char *end, int phrases)
{
	char *gap, *begin, last = '\0';
	size_t space;
	int after = 0;

	while (p < end && !mime7_stopped(m)) {
		gap = p;
		begin = skip_blanks(p, end);
		if (begin == end)
			return;
		space = (size_t)(begin - gap);
		if (after && space == 0) {
			gap = " ";
			space = 1;
		}
		after = 0;
		p = special(begin, end) && *begin != '<' ? begin + 1 :
		    mime7_token_end(begin, end);
		if (*begin == '(') {
			mime7_word(m, gap, space, "", 0);
			p = comment(m, begin, end);
		} else if (!mime7_eight(begin, p)) {
			mime7_word(m, gap, space, begin, (size_t)(p - begin));
		} else if (!phrases || last == '@' || *begin == '<') {
			mime7_refuse(m, utf8_address);
		} else {
			p = phrase_end(m, p, end);
			encoded_words(m, space == 0 ? " " : gap, space == 0 ?
			    1 : space, begin, mime7_unquote(begin, p, 0));
			after = 1;
		}
		last = p > begin ? p[-1] : last;
	}
}

static int
listed(const struct mime7 *m, const char *const *name)
{
	while (*name != NULL && !mime7_is(m, *name))
		name++;
	return *name != NULL;
}

static char *
unfold(struct mime7 *m)
{
	char *from, *to = m->field;

	for (from = m->field; from < m->field + m->used; from++)
		if (*from != '\n')
			*to++ = *from;
	return to;
}

/* Sends one line of a field, folded if it is too long and that can be done. */
static void
fold(struct mime7 *m, char *p, char *end)
{
	char *colon = memchr(p, ':', (size_t)(end - p));
	char *begin = blank(*p) || colon == NULL ? p : colon + 1, *gap, *word;
	int fits = word_end(begin, end) - p <= MIME7_LINE;

	for (gap = begin; fits && gap < end; gap = word) {
		word = word_end(skip_blanks(gap, end), end);
		fits = word - gap <= MIME7_LINE;
	}
	if (end - p <= MIME7_LINE || !fits) {
		if (!fits)
			mime7_leave(m, "a header field cannot be folded");
		mime7_put(m, p, (size_t)(end - p));
		return;
	}
	m->changed = 1;
	m->column = 0;
	mime7_word(m, "", 0, p, (size_t)(begin - p));
	for (p = begin; p < end; p = word) {
		gap = p;
		p = skip_blanks(p, end);
		word = word_end(p, end);
		if (p < end)
			mime7_word(m, gap, (size_t)(p - gap), p,
			    (size_t)(word - p));
	}
}

static void
fold_lines(struct mime7 *m)
{
	char *p = m->field, *end = p + m->used, *lf;

	for (; p < end; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		fold(m, p, lf);
		mime7_put(m, "\n", 1);
	}
}

void
mime7_field(struct mime7 *m)
{
	static const char *const addresses[] = { "From", "Sender", "Reply-To",
	    "To", "Cc", "Bcc", "Resent-From", "Resent-Sender", "Resent-To",
	    "Resent-Cc", "Resent-Bcc", "Resent-Reply-To", "Return-Path",
	    "Delivered-To", "Errors-To", "Disposition-Notification-To",
	    "Mail-Followup-To", "Mail-Reply-To", NULL };
	static const char *const plain[] = { "Date", "Resent-Date", "Received",
	    "Message-ID", "Resent-Message-ID", "In-Reply-To", "References",
	    "Content-ID", "MIME-Version", "Content-Transfer-Encoding", NULL };
	static const char *const typed[] = { "Content-Type",
	    "Content-Disposition", NULL };
	char *value, *end;

	if (!m->eight || !(m->what & MIME7_EIGHT)) {
		if (m->wide && !m->more && (m->what & MIME7_LONG)) {
			fold_lines(m);
			return;
		}
		if (m->wide)
			mime7_leave(m, "a header field is too long to fold");
		mime7_put(m, m->field, m->used);
		if (m->more)
			mime7_rest(m, 1);
		return;
	}
	m->changed = 1;
	end = unfold(m);
	value = memchr(m->field, ':', (size_t)(end - m->field));
	if (m->more || value == NULL || mime7_eight(m->field, value)) {
		mime7_refuse(m, "a header field is too long to convert");
		return;
	}
	m->column = 0;
	value++;
	mime7_word(m, "", 0, m->field, (size_t)(value - m->field));
	if (listed(m, typed))
		mime7_parameters(m, value, end);
	else if (listed(m, addresses))
		mime7_structured(m, value, end, 1);
	else if (listed(m, plain))
		mime7_structured(m, value, end, 0);
	else
		unstructured(m, value, end, 0);
	mime7_put(m, "\n", 1);
}
