/*
 * Fuzzes the reading of .qmail files: lines come in order, each is one kind.
 * link: qrun/dotqmail.c lib/text.c
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "qrun/dotqmail.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dotqmail q;
	static int dir = -1, fd = -1;
	struct mailbox box = { "hamburger.edu/bob", "" };
	enum dotqmail_line kind;
	char name[700];
	char *word;
	size_t lines = 0;

	if (dir == -1) {
		dir = open(fuzz_dir(), O_RDONLY | O_DIRECTORY);
		snprintf(name, sizeof(name), "%s/.qmail", fuzz_dir());
		fd = open(name, O_RDWR | O_CREAT, 0600);
		check(dir != -1 && fd != -1, "a .qmail");
	}
	fuzz_set(fd, data, size);
	memset(q.text, 'x', 4096);
	if (dotqmail_read(&q, dir, &box) != NULL) {
		check(size > DOTQMAIL_BYTES || memchr(data, '\0', size) != NULL,
		    "only a NUL makes it bad");
		return 0;
	}
	check(q.length == size, "all of it is read");
	while ((kind = dotqmail_next(&q, &word)) != LINE_END) {
		check(++lines <= size + 1, "it ends");
		if (kind == LINE_BLANK)
			continue;
		check(word >= q.text && word + strlen(word) <= q.text +
		    q.length, "a word is in the text");
		check(strchr(word, '\n') == NULL, "a word is in one line");
		if (kind == LINE_MAILDIR)
			check((word[0] == '.' || word[0] == '/') &&
			    word[strlen(word) - 1] == '/', "a Maildir");
		else if (kind == LINE_MBOX)
			check((word[0] == '.' || word[0] == '/') &&
			    word[strlen(word) - 1] != '/', "an mbox");
	}
	return 0;
}
