/*
 * Fuzzes a POP3 session behind its login: the input is what the client sends.
 * Replies are lines; messages are removed only by DELE and QUIT.
 * link: POP3D -pop3d/main.c
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"
#include "pop3d/session.h"
#include "tests/fuzz/fuzz.h"

#define MESSAGES	3

static const char *const messages[MESSAGES] = {
	"Subject: one\n\nhello\n.\n..dots\n", "Subject: two\r\n\r\nno end",
	"\n"
};
static struct session s;
static char path[700], replies[4 << 20], input[65537];

static size_t
count(const char *sub, int remove)
{
	char name[1200];
	struct dirent *entry;
	size_t n = 0;
	DIR *d;

	snprintf(name, sizeof(name), "%s/%s", path, sub);
	d = opendir(name);
	check(d != NULL, "a Maildir");
	while ((entry = readdir(d)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		n++;
		snprintf(name, sizeof(name), "%s/%s/%s", path, sub,
		    entry->d_name);
		if (remove)
			unlink(name);
	}
	closedir(d);
	return n;
}

static void
fill(void)
{
	char name[1200];
	int i, fd;

	(void)count("new", 1);
	(void)count("cur", 1);
	for (i = 0; i < MESSAGES; i++) {
		snprintf(name, sizeof(name), "%s/%s/160000000%d.M1P1.a", path,
		    i ? "new" : "cur", i);
		fd = open(name, O_WRONLY | O_CREAT, 0600);
		check(write(fd, messages[i], strlen(messages[i])) > 0, "mail");
		close(fd);
	}
}

static void
begin(void)
{
	static const char *const parts[] = { "", "/new", "/cur", "/tmp" };
	char name[800];
	int i;

	snprintf(path, sizeof(path), "%s/Maildir", fuzz_dir());
	for (i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "%s%s", path, parts[i]);
		check(mkdir(name, 0700) == 0, "a Maildir is made");
	}
	log_open("pop3d");
	fill();
}

static int
said(const char *word)
{
	const char *p;

	for (p = input; *p != '\0'; p++)
		if (strncasecmp(p, word, strlen(word)) == 0)
			return 1;
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int in = -1, out;
	size_t n, i, left;
	int first;

	if (size >= sizeof(input))
		return 0;
	if (in == -1) {
		begin();
		in = fuzz_file();
		out = fuzz_file();
	}
	for (i = 0; i < size; i++)
		input[i] = data[i] == '\0' ? 'x' : (char)data[i];
	input[size] = '\0';
	fuzz_set(in, data, size);
	fuzz_set(out, "", 0);
	memset(&s, 0, sizeof(s));
	first = dup(in);
	close(first);
	session_run(&s, in, out, path, 600);
	maildrop_close(&s.drop);
	fuzz_close(first);
	n = fuzz_get(out, replies, sizeof(replies));
	if (n < sizeof(replies) - 1)
		fuzz_lines(replies, n, "replies are lines");
	check(n >= 3 && memcmp(replies, "+OK", 3) == 0, "a reply to PASS");
	left = count("new", 0) + count("cur", 0);
	check(left == MESSAGES || (said("dele") && said("quit")),
	    "nothing is removed but by DELE and QUIT");
	if (left != MESSAGES)
		fill();
	fuzz_log();
	return 0;
}
