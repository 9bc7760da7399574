/*
 * fields_test - the grammar of address-lists is total, linear, and gives out only
 * what the envelope's grammar takes.
 * link: inject/fields.c lib/address.c lib/text.c
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "inject/fields.h"
#include "lib/address.h"
#include "lib/text.h"
#include "tests/unit/tap.h"

static char said[4096];
static struct text list;
static int broken;

/* Notes the mailbox, and if it is not what it must be. */
static int
note(void *context, const struct fields_mailbox *m)
{
	char path[ADDRESS_MAX];
	struct address again;
	struct text t;

	(void)context;
	text_init(&t, path, sizeof(path));
	address_add(&t, m->address);
	if (t.full || address_mailbox(path, ADDRESS_ALLOW_UTF8, &again) !=
	    ADDRESS_OK || strcmp(again.local, m->address->local) != 0 ||
	    strpbrk(path, "\r\n") != NULL ||
	    (m->bare != NULL && m->bare < m->begin))
		broken++;
	if (list.used > 0)
		text_add(&list, " ");
	text_add(&list, path);
	return 0;
}

static const char *
parse(const char *text)
{
	/* exactly as long as the text, so that a sanitizer sees the end */
	size_t length = strlen(text);
	char *copy = malloc(length + (length == 0));
	int result;

	if (copy == NULL)
		return "memory";
	memcpy(copy, text, length);
	text_init(&list, said, sizeof(said));
	result = fields_mailboxes(copy, length, "h", note, NULL);
	free(copy);
	return result == -1 ? "syntax" : said;
}

/* Every string of up to five octets of the alphabet. */
static void
enumerate(char *text, size_t length)
{
	static const char alphabet[] = "a\"\\@.<>[]() :;,\n";
	size_t i;

	text[length] = '\0';
	(void)parse(text);
	if (length == 5)
		return;
	for (i = 0; alphabet[i] != '\0'; i++) {
		text[length] = alphabet[i];
		enumerate(text, length + 1);
		text[length] = '\0';
	}
}

static void
long_text(const char *what, const char *piece)
{
	size_t n = strlen(piece), length = 1000000 / n * n, i;
	char *text = malloc(length + 1);
	clock_t begin = clock();

	if (text == NULL)
		return;
	for (i = 0; i < length; i += n)
		memcpy(text + i, piece, n);
	text[length] = '\0';
	(void)parse(text);
	free(text);
	ok((clock() - begin) / CLOCKS_PER_SEC < 1, what);
}

int
main(void)
{
	char text[8];

	is_str(parse("a@b"), "a@b", "I11 an addr-spec");
	is_str(parse("a"), "a@h", "I11 a bare local-part");
	is_str(parse("A B <a@b>, c@d"), "a@b c@d", "I11 a list");
	is_str(parse("g: a, b; , c"), "a@h b@h c@h", "I11 a group");
	is_str(parse("g:;"), "", "I11 an empty group");
	is_str(parse(",, a ,,"), "a@h", "I11 empty elements");
	is_str(parse("(x(y)z)a(b)@(c)d(e)"), "a@d", "I11 comments");
	is_str(parse("\"a b\"@c"), "\"a b\"@c", "I11 a quoted-string");
	is_str(parse("\"a\".b.\"c\"@d"), "a.b.c@d", "I11 obsolete words");
	is_str(parse("\"a\n b\"@c"), "\"a b\"@c", "I11 folded in quotes");
	is_str(parse("\"a\nb\"@c"), "syntax", "I11 a bare line end in quotes");
	is_str(parse("<@x,@y:a@b>"), "a@b", "I11 a route");
	is_str(parse("<@[IPv6:::1]:a@b>"), "a@b", "I11 a literal in a route");
	is_str(parse("a@[ 192.0.2.1 ]"), "a@[192.0.2.1]", "I11 a literal");
	is_str(parse("a@b c"), "syntax", "I11 something behind");
	is_str(parse("a b"), "syntax", "I11 two words");
	is_str(parse("a..b@c"), "syntax", "I11 two dots");
	is_str(parse("a.@c"), "syntax", "I11 a dot at the end");
	is_str(parse("\"\"@c"), "syntax", "I11 SEC-S14 an empty local-part");
	is_str(parse("@c"), "syntax", "I11 SEC-S14 no local-part");
	is_str(parse("a@"), "syntax", "I11 SEC-S14 no domain");
	is_str(parse("<>"), "syntax", "I11 SEC-S14 nothing in brackets");
	is_str(parse("<a@b"), "syntax", "I11 an open bracket");
	is_str(parse("(a"), "syntax", "I11 an open comment");
	is_str(parse("\"a"), "syntax", "I11 an open quote");
	is_str(parse("\"a\\"), "syntax", "I11 an open quoted-pair");
	is_str(parse("g: h: a;;"), "syntax", "I11 a group in a group");
	is_str(parse("a\\@b"), "syntax", "I11 a quoted-pair outside");
	enumerate(text, 0);
	ok(broken == 0, "SEC-S14 every string of up to five octets");
	long_text("SEC-S13 1 MB of a,", "a,");
	long_text("SEC-S13 1 MB of (", "(");
	long_text("SEC-S13 1 MB of \"\"", "\"\"");
	long_text("SEC-S13 1 MB of <", "<");
	long_text("SEC-S13 1 MB of a:;", "a:;");
	long_text("SEC-S13 1 MB of a ", "a ");
	return done_testing();
}
