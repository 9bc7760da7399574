/*
 * quota_test - what a mailbox holds, and what it may hold.
 * link: lib/quota.c lib/text.c lib/unique.c
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/tap.h"

#include "lib/quota.h"

static void
file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(text, f) == EOF || fclose(f) == EOF)
		exit(1);
}

int
main(void)
{
	int at;

	mkdir("box", 0700);
	at = open(".", O_RDONLY | O_DIRECTORY);
	is_int(quota_over(at, "box", 0), 0, "no limit is never reached");
	is_int(quota_over(at, "box", 1), 0, "no Maildir holds nothing");
	is_int(quota_over(at, "nowhere", 1), -1, "no mailbox: cannot tell");
	mkdir("box/Maildir", 0700);
	mkdir("box/Maildir/new", 0700);
	is_int(quota_over(at, "box", 1), 0, "cur may be missing");
	mkdir("box/Maildir/cur", 0700);
	file("box/Maildir/new/1.a.h,S=100,W=110", "not what counts");
	file("box/Maildir/cur/2.b.h:2,S", "0123456789");
	file("box/Maildir/cur/.hidden", "0123456789");
	is_int(quota_over(at, "box", 110), 1, "names and sizes are added");
	is_int(quota_over(at, "box", 111), 0, "and nothing else");
	file("box/Maildir/new/3.c.h,S=18446744073709551615", "");
	is_int(quota_over(at, "box", ~0ULL), 1, "SEC-S3 no overflow");
	unlink("box/Maildir/new/3.c.h,S=18446744073709551615");
	file("box/.quota", "110\n");
	is_int(quota_over(at, "box", 0), 1, ".quota sets a limit");
	file("box/.quota", "0\n");
	is_int(quota_over(at, "box", 1), 0, ".quota lifts a limit");
	file("box/.quota", "plenty\n");
	is_int(quota_over(at, "box", 1), -1, ".quota that is no number");
	unlink("box/.quota");
	mkfifo("box/.quota", 0600);
	is_int(quota_over(at, "box", 1), -1, "SEC-S10 .quota that is a FIFO");
	unlink("box/.quota");
	file("elsewhere", "0\n");
	is_int(symlink("../elsewhere", "box/.quota"), 0, "a link is made");
	is_int(quota_over(at, "box", 1), -1, "SEC-S10 .quota that is a link");
	return done_testing();
}
