/*
 * conf_test - settings: what cannot be understood never becomes the default.
 * link: lib/conf.c lib/address.c lib/text.c
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/conf.h"
#include "tests/unit/tap.h"

static struct conf c;

static void
put(const char *name, const char *content, size_t length)
{
	char path[64];
	FILE *f;

	sprintf(path, "conf/%s", name);
	unlink(path);
	if ((f = fopen(path, "w")) == NULL)
		abort();
	fwrite(content, 1, length, f);
	fclose(f);
}

#define PUT(name, s)	put(name, s, sizeof(s) - 1)

static const char *
text(const char *name, size_t size)
{
	static char value[2000];

	strcpy(value, "default");
	conf_open(&c, "conf");
	(void)conf_text(&c, name, value, size);
	close(c.dir);
	return value;
}

static unsigned long long
number(const char *content)
{
	unsigned long long n = 7;

	put("n", content, strlen(content));
	conf_open(&c, "conf");
	(void)conf_number(&c, "n", 1, 100, &n);
	close(c.dir);
	return n;
}

static void
test_text(void)
{
	static char longest[3000];

	PUT("v", "value\nsecond\n");
	is_str(text("v", 100), "value", "the first line is the value");
	is_str(c.error, "", "no error");
	is_str(text("absent", 100), "default", "an absent file: the default");
	is_str(c.error, "", "SEC-S18 which is no error");
	PUT("v", "value \t\r\nx");
	is_str(text("v", 100), "value", "blanks at its end do not count");
	PUT("v", "value");
	is_str(text("v", 100), "value", "the last line may lack its end");
	is_str(text("v", 6), "value", "it fits exactly");
	text("v", 5);
	is_str(c.error, "v: the value is too long", "or not");
	PUT("v", "");
	text("v", 100);
	is_str(c.error, "v: the file is empty", "SEC-S18 an empty file");
	PUT("v", "a\0b\n");
	text("v", 100);
	ok(c.error[0] != '\0', "SEC-S7 a NUL");
	memset(longest, 'x', sizeof(longest));
	put("v", longest, sizeof(longest));
	text("v", 2000);
	ok(c.error[0] != '\0', "a line that is too long");
	put("v", longest, CONF_LINE_MAX - 1);
	is_int(strlen(text("v", 2000)), CONF_LINE_MAX - 1, "the longest line");
	unlink("conf/v");
	mkdir("conf/v", 0700);
	text("v", 100);
	ok(c.error[0] != '\0', "SEC-S18 a directory is an error");
	rmdir("conf/v");
	if (symlink("v", "conf/v") == -1)
		abort();
	text("v", 100);
	ok(c.error[0] != '\0', "SEC-S18 a link to itself is an error");
	unlink("conf/v");
	PUT("v", "secret\n");
	chmod("conf/v", 0);
	is_str(text("v", 100), geteuid() == 0 ? "secret" : "default",
	    "a file that may not be read");
	ok(geteuid() == 0 || c.error[0] != '\0', "SEC-S18 is an error");
	conf_open(&c, "nowhere");
	ok(strncmp(c.error, "nowhere: ", 9) == 0, "a missing directory");
	conf_fail(&c, "later", "problem");
	ok(strncmp(c.error, "nowhere: ", 9) == 0, "the first problem is kept");
	conf_text(&c, "v", longest, 100);
	ok(longest[0] == 'x', "and nothing is read after it");
}

static void
test_number(void)
{
	is_int(number("42\n"), 42, "a number");
	is_int(number("1\n"), 1, "the least");
	is_int(number("100"), 100, "the most");
	is_str(c.error, "", "no error");
	is_int(number("0\n"), 7, "too small leaves it alone");
	is_str(c.error, "n: not a number from 1 to 100", "and says so");
	number("101\n");
	ok(c.error[0] != '\0', "too large");
	number("\n");
	ok(c.error[0] != '\0', "an empty line");
	number("12k\n");
	ok(c.error[0] != '\0', "a unit");
	number("-1\n");
	ok(c.error[0] != '\0', "a sign");
	number("18446744073709551617\n");
	ok(c.error[0] != '\0', "SEC-S3 an overflow");
}

static char seen[20000];

static int
each(void *context, char *line)
{
	int *left = context;

	strcat(seen, line);
	strcat(seen, "|");
	return left != NULL && --*left == 0 ? 5 : 0;
}

static const char *
list(int *left, int want)
{
	seen[0] = '\0';
	conf_open(&c, "conf");
	if (conf_each(&c, "l", each, left) != want)
		strcat(seen, "(wrong result)");
	close(c.dir);
	return seen;
}

static void
test_list(void)
{
	int i, two = 2;
	FILE *f;

	PUT("l", "# comment\none\n\n  \ntwo  \n#three\nfour");
	is_str(list(NULL, 0), "one|two|four|", "comments and blank lines");
	is_str(list(&two, 5), "one|two|", "the callback can stop");
	PUT("l", "");
	is_str(list(NULL, 0), "", "an empty list is one");
	unlink("conf/l");
	is_str(list(NULL, 0), "", "so is none");
	is_str(c.error, "", "without error");
	f = fopen("conf/l", "w");
	for (i = 0; i < 1000; i++)
		fprintf(f, "host%d.example\n", i);
	fclose(f);
	is_int(strlen(list(NULL, 0)), 15890, "a list over the buffer's size");
	ok(strstr(seen, "host999.example|") != NULL, "to its end");
	PUT("l", "good\nb\0d\nmore\n");
	is_str(list(NULL, 0), "good|", "SEC-S7 up to a NUL");
	ok(c.error[0] != '\0', "which is an error");
}

static void
test_me(void)
{
	char me[256];

	PUT("me", "hamburger.edu\n");
	conf_open(&c, "conf");
	conf_me(&c, me, sizeof(me));
	is_str(me, "hamburger.edu", "me");
	PUT("me", "not a name\n");
	conf_open(&c, "conf");
	conf_me(&c, me, sizeof(me));
	is_str(c.error, "me: not a host name", "a bad one is an error");
	PUT("me", "\n");
	conf_open(&c, "conf");
	conf_me(&c, me, sizeof(me));
	is_str(c.error, "me: not a host name", "an empty one too");
	PUT("me", "hamburger.edu.\n");
	conf_open(&c, "conf");
	conf_me(&c, me, sizeof(me));
	is_str(c.error, "me: not a host name", "no address ends in a dot");
	PUT("me", "ham-.edu\n");
	conf_open(&c, "conf");
	conf_me(&c, me, sizeof(me));
	is_str(c.error, "me: not a host name", "a label ends in no hyphen");
	unlink("conf/me");
	conf_open(&c, "conf");
	conf_me(&c, me, sizeof(me));
	ok(me[0] != '\0' || c.error[0] != '\0', "without it the host's name");
}

int
main(void)
{
	mkdir("conf", 0700);
	test_text();
	test_number();
	test_list();
	test_me();
	return done_testing();
}
