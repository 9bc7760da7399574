/*
 * pop3update_test - UPDATE with every one of its system calls failing once: it
 * says so, and no message is lost that was not marked.
 * link: pop3d/maildrop.c pop3d/message.c pop3d/name.c lib/dot.c lib/octets.c
 * link: lib/out.c lib/text.c
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int calls_left;	/* until one fails; negative: none does */

static int
fails(void)
{
	if (calls_left < 0 || calls_left-- > 0)
		return 0;
	errno = EIO;
	return 1;
}

static int
test_unlinkat(int dir, const char *name, int flags)
{
	return fails() ? -1 : unlinkat(dir, name, flags);
}

static int
test_renameat(int from, const char *name, int to, const char *new_name)
{
	return fails() ? -1 : renameat(from, name, to, new_name);
}

static int
test_fsync(int fd)
{
	return fails() ? -1 : fsync(fd);
}

#define unlinkat	test_unlinkat
#define renameat	test_renameat
#define fsync		test_fsync
#include "pop3d/update.c"
#undef unlinkat
#undef renameat
#undef fsync

#include "tests/unit/tap.h"

static const char *const messages[] = {
	"Maildir/new/1.M1P1.h,S=2,W=3", "Maildir/cur/2.M1P1.h,S=2,W=3:2,F",
	"Maildir/new/3.M1P1.h,S=2,W=3", "Maildir/cur/4.M1P1.h,S=2,W=3:2,",
	"Maildir/new/5.M1P1.h,S=2,W=3",
};
/* where a message is once it is seen */
static const char *const seen[] = { "", "",
	"Maildir/cur/3.M1P1.h,S=2,W=3:2,S", "Maildir/cur/4.M1P1.h,S=2,W=3:2,S",
	"",
};

static int
exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

/* One UPDATE: 1 and 2 are marked, 3 and 4 retrieved, 5 is left alone. */
static int
update(struct maildrop *d)
{
	size_t i;

	for (i = 0; i < 5; i++) {
		int fd;

		(void)unlink(seen[i]);
		fd = open(messages[i], O_WRONLY | O_CREAT, 0600);
		if (fd == -1 || write(fd, "x\n", 2) != 2)
			return -2;
		(void)close(fd);
	}
	calls_left = -1;
	if (maildrop_open(d, "Maildir", 0) != MAILDROP_OK || d->count != 5)
		return -2;
	d->messages[0].flags |= MESSAGE_DELETED;
	d->messages[1].flags |= MESSAGE_DELETED;
	d->messages[2].flags |= MESSAGE_RETRIEVED;
	d->messages[3].flags |= MESSAGE_RETRIEVED;
	return 0;
}

int
main(void)
{
	static struct maildrop d;
	int n, result, failed = 1;

	(void)mkdir("Maildir", 0700);
	(void)mkdir("Maildir/new", 0700);
	(void)mkdir("Maildir/cur", 0700);
	for (n = 0; failed && n < 100; n++) {
		if (update(&d) != 0) {
			ok(0, "P09 the test's Maildir");
			break;
		}
		calls_left = n;
		result = maildrop_update(&d);
		failed = calls_left < 0;
		maildrop_close(&d);
		ok(result == 0 || failed, "P09 no error without one (%d)", n);
		ok(result == -1 || (!exists(messages[0]) &&
		    !exists(messages[1])), "P09 +OK: the marked are gone");
		ok(exists(messages[2]) != exists(seen[2]) &&
		    exists(messages[3]) != exists(seen[3]) &&
		    exists(messages[4]), "P09 the others are there, once");
	}
	ok(n == 7, "P09 two removals, two renames, two fsyncs (%d)", n);
	return done_testing();
}
