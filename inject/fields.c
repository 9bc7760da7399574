/*
 * fields - see fields.h.  One pass without recursion: comments nest by a
 * counter.  The text is a stranger's; any string is a list or not.
 */
#include <string.h>

#include "../lib/address.h"
#include "../lib/text.h"

#include "fields.h"

struct parser {
	const char	*p, *end;
	const char	*host;
	int		 bad;
	int		 group;		/* between ":" and ";" */
	int		 (*each)(void *, const struct fields_mailbox *);
	void		*context;
};

/* A run of words and dots: a phrase, or a local-part, as what follows tells. */
struct words {
	char		 local[ADDRESS_LOCAL_MAX + 1];
	struct text	 text;
	size_t		 count;		/* words and dots */
	int		 not_local;	/* two words, or two dots, in a row */
	int		 dot;		/* the last one was a dot */
	const char	*last;		/* behind the last one */
};

static int
peek(const struct parser *s)
{
	return s->p < s->end ? (unsigned char)*s->p : -1;
}

static int
is_atext(int c)
{
	return c > ' ' && c != 127 && strchr("()<>[]:;@\\,.\"", c) == NULL;
}

/* CFWS: blanks, line ends, comments with quoted-pairs and comments in them. */
static void
skip_cfws(struct parser *s)
{
	size_t depth = 0;
	int c;

	for (; (c = peek(s)) != -1; s->p++) {
		if (c == '(')
			depth++;
		else if (depth > 0 && c == ')')
			depth--;
		else if (depth > 0 && c == '\\')
			s->p += s->end - s->p > 1;
		else if (depth == 0 && strchr(" \t\r\n", c) == NULL)
			return;
	}
	s->bad |= depth > 0;
}

/* The rest of a quoted-string; folding in it counts as the blank alone, and
 * a line end that folds nothing makes an address that is refused. */
static void
add_quoted(struct parser *s, struct text *to)
{
	int c;

	for (s->p++; (c = peek(s)) != '"'; s->p++) {
		if (c == '\\') {
			s->p++;
			c = peek(s);
		}
		if (c == -1) {
			s->bad = 1;
			return;
		}
		if (c != '\n' || s->end - s->p < 2 ||
		    (s->p[1] != ' ' && s->p[1] != '\t'))
			text_add_bytes(to, s->p, 1);
	}
	s->p++;
}

static void
read_words(struct parser *s, struct words *w)
{
	int c, dot;

	memset(w, 0, sizeof(*w));
	text_init(&w->text, w->local, sizeof(w->local));
	w->dot = 1;
	for (;;) {
		skip_cfws(s);
		c = peek(s);
		if (c != '.' && c != '"' && !is_atext(c))
			break;
		dot = c == '.';
		w->not_local |= dot == w->dot;
		w->dot = dot;
		w->count++;
		if (c == '"') {
			add_quoted(s, &w->text);
		} else if (dot) {
			text_add_bytes(&w->text, s->p++, 1);
		} else {
			while (is_atext(peek(s)))
				text_add_bytes(&w->text, s->p++, 1);
		}
		w->last = s->p;
	}
}

/* Behind "@": atoms with dots between them, or a literal, CFWS anywhere
 * (4.4). */
static void
read_domain(struct parser *s, char *to, size_t size)
{
	struct text domain;
	int c, atom = 0;

	text_init(&domain, to, size);
	skip_cfws(s);
	if (peek(s) == '[') {
		while ((c = peek(s)) != -1 && c != ']') {
			if (strchr(" \t\r\n\\", c) == NULL)
				text_add_bytes(&domain, s->p, 1);
			s->p++;
		}
		text_add(&domain, "]");
		s->bad |= c == -1;
		s->p += c != -1;
	} else for (;; skip_cfws(s)) {
		c = peek(s);
		if (c == '.')
			text_add_bytes(&domain, s->p++, 1);
		else if (is_atext(c) && !atom)
			while (is_atext(peek(s)))
				text_add_bytes(&domain, s->p++, 1);
		else
			break;
		atom = c != '.';
	}
	s->bad |= domain.full || domain.used == 0;
}

/* A local-part has been read; the domain may follow.  Checks what was found
 * with the rules of RFC 5321, so that nothing else can get into an envelope. */
static int
take_mailbox(struct parser *s, const struct words *w, const char *begin)
{
	char path[ADDRESS_MAX];
	struct fields_mailbox mailbox = { 0 };
	struct address found, checked;
	struct text text;

	memcpy(found.local, w->local, sizeof(found.local));
	if (peek(s) == '@') {
		s->p++;
		read_domain(s, found.domain, sizeof(found.domain));
	} else {
		text_init(&text, found.domain, sizeof(found.domain));
		text_add(&text, s->host);
		mailbox.bare = w->last;
	}
	s->bad |= w->not_local || w->dot || w->text.full;
	if (s->bad)
		return 0;
	text_init(&text, path, sizeof(path));
	address_add(&text, &found);
	if (text.full || address_mailbox(path, ADDRESS_ALLOW_UTF8, &checked) !=
	    ADDRESS_OK) {
		s->bad = 1;
		return 0;
	}
	mailbox.address = &found;
	mailbox.begin = begin;
	return s->each(s->context, &mailbox);
}

/* "<", a route to be dropped (4.4 obs-route), the addr-spec, ">". */
static int
angle_address(struct parser *s, const char *begin)
{
	struct words w;
	int result, literal = 0, c;

	s->p++;
	skip_cfws(s);
	if (peek(s) == '@') {
		for (; (c = peek(s)) != -1 && (c != ':' || literal); s->p++)
			literal = c == '[' || (literal && c != ']');
		s->p += c != -1;
	}
	read_words(s, &w);
	s->bad |= w.count == 0;
	result = take_mailbox(s, &w, begin);
	skip_cfws(s);
	if (peek(s) == '>')
		s->p++;
	else
		s->bad = 1;
	skip_cfws(s);
	return result;
}

/* One element of the list, up to its separator; nothing is an element (4.4). */
static int
element(struct parser *s)
{
	const char *begin = s->p;
	struct words w;
	int result = 0;

	read_words(s, &w);
	if (peek(s) == '<')
		return angle_address(s, begin);
	if (peek(s) == ':' && w.count > 0 && !s->group) {
		s->group = 1;
		s->p++;
		return element(s);
	}
	if (w.count > 0 || peek(s) == '@')
		result = take_mailbox(s, &w, begin);
	skip_cfws(s);
	return result;
}

int
fields_mailboxes(const char *text, size_t length, const char *host,
    int (*each)(void *, const struct fields_mailbox *), void *context)
{
	struct parser s = { text, text + length, host, 0, 0, each, context };
	int result;

	for (;;) {
		result = element(&s);
		if (s.bad)
			return -1;
		if (result != 0 || s.p == s.end)
			return result;
		if (*s.p != ',' && *s.p != ';')
			return -1;
		if (*s.p++ == ';')
			s.group = 0;
	}
}
