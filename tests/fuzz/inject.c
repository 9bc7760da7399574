/*
 * Fuzzes inject's whole way of a message: the input is what a local program
 * writes.  Refused with a status and words, or one sound queue file whose header
 * has Date, From and Message-ID once and no Bcc, lines of at most 998 octets.
 * link: INJECT -inject/main.c lib/envelope.c
 */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "inject/submit.h"
#include "tests/fuzz/fuzz.h"

static struct submission s;

/* How many fields of the header have this name. */
static size_t
fields(const char *name)
{
	const char *p = fuzz_message + fuzz_body;
	size_t n = 0;

	while (p != NULL && *p != '\n' && *p != '\0') {
		n += strncasecmp(p, name, strlen(name)) == 0;
		p = strchr(p, '\n');
		p += p != NULL;
	}
	return n;
}

static void
check_lines(void)
{
	const char *p = fuzz_message + fuzz_body;
	size_t n;

	for (; *p != '\0'; p += n + 1) {
		n = strcspn(p, "\n");
		check(n <= 998, "a line's length");
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char one[] = "bob@hamburger.edu";
	static char *list[] = { one, NULL };
	static int in = -1;
	int result;

	if (size < 1 || size > 65536)
		return 0;
	if (in == -1) {
		in = fuzz_file();
		(void)fuzz_spool();
	}
	fuzz_log();
	fuzz_set(in, data + 1, size - 1);
	memset(&s, 0, sizeof(s));
	memcpy(s.site.me, "hamburger.edu", 14);
	memcpy(s.site.defaulthost, "hamburger.edu", 14);
	memcpy(s.site.spool, fuzz_spool(), strlen(fuzz_spool()) + 1);
	s.identity.uid = 1000;
	memcpy(s.identity.user, "bob", 4);
	if (data[0] & 4)
		memcpy(s.identity.name, "B\303\266b \"x\\", 9);
	s.options.from_header = data[0] & 1;
	s.options.keep_dots = (data[0] & 2) != 0;
	s.options.sender = data[0] & 8 ? "" : NULL;
	s.options.recipients = list;
	s.options.count = !s.options.from_header || (data[0] & 16) != 0;
	result = submit_recipients(&s) == -1 ? -1 : submit_message(&s, in);
	close(s.spool.tmp > 2 ? s.spool.tmp : -1);
	close(s.spool.new > 2 ? s.spool.new : -1);
	check(fuzz_queued() == (result == 0), "one file, or none");
	if (result == -1) {
		check(s.verdict.status >= 64 && s.verdict.status <= 78 &&
		    s.verdict.why[0] != '\0', "a status and why");
		return 0;
	}
	/* who sends a message again leaves what it had alone */
	check(fields("Date:") + fields("Resent-Date:") >= 1 &&
	    fields("From:") + fields("Resent-From:") >= 1 &&
	    fields("Message-ID:") + fields("Resent-Message-ID:") >= 1,
	    "the header is complete");
	check(fields("Bcc:") == 0 && fields("Return-Path:") == 0,
	    "what must not leave is left out");
	check_lines();
	return 0;
}
