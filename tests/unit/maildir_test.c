/*
 * maildir_test - delivery into a Maildir, whatever call fails.
 * link: lib/octets.c lib/text.c lib/unique.c
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>

#include "tests/unit/tap.h"
#include "tests/unit/fault.h"

#include "lib/out.c"
#include "lib/maildir.c"

#undef close
#undef openat

static struct maildir_file file;
static char body[40000];

static unsigned int
files(const char *path, char *name, off_t *size)
{
	DIR *d = opendir(path);
	struct dirent *e;
	struct stat st;
	unsigned int n = 0;

	while (d != NULL && (e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		n++;
		strcpy(name, e->d_name);
		if (fstatat(dirfd(d), name, &st, 0) == 0)
			*size = st.st_size;
	}
	if (d != NULL)
		closedir(d);
	return n;
}

static void
clear(const char *path)
{
	char name[256];
	off_t size;
	int dir = open(path, O_RDONLY);

	while (files(path, name, &size) > 0)
		(unlinkat)(dir, name, 0);
	close(dir);
}

static int
deliver(int at)
{
	int dir = maildir_open(at, "Maildir"), result, saved;

	if (dir == -1)
		return -1;
	(void)maildir_create(&file, dir);
	maildir_write(&file, "Return-Path: <>\n\n", 17);
	maildir_write(&file, body, sizeof(body));
	maildir_write(&file, "no end", 6);
	result = maildir_commit(&file, "hamburger.edu");
	saved = errno;
	close(dir);
	errno = saved;
	return result;
}

static void
test_every_call(int at, int error, int all, const char *what)
{
	unsigned int n, broken = 0, failed = 0, left = 0;
	char name[256];
	off_t size = 0;
	int result;

	for (n = 1; n < 100; n++) {
		clear("Maildir/tmp");
		clear("Maildir/new");
		fault_reset(n, error, all);
		result = deliver(at);
		fault_at = 0;
		failed += result == -1;
		if (result == 0)
			broken += files("Maildir/new", name, &size) != 1 ||
			    size != 17 + (off_t)sizeof(body) + 6;
		else if (!all)
			broken += files("Maildir/new", name, &size) != 0;
		left += files("Maildir/tmp", name, &size) != 0;
		if (fault_calls < n)
			break;
	}
	is_int(broken, 0, "SEC-S20 %s at each of %u calls: what commit says",
	    what, n);
	if (!all)
		is_int(left, 0, "SEC-S20 %s: nothing is left in tmp", what);
	if (error == 0)
		is_int(failed, 0, "%s: no failure", what);
	else
		ok(failed >= 4, "%s: it did fail (%u times)", what, failed);
}

static void
test_good(int at)
{
	char name[256], path[300];
	unsigned long long n = 0;
	off_t size = 0;
	struct stat st;

	umask(0);
	fault_reset(0, 0, 0);
	is_int(deliver(at), 0, "a message is delivered into no Maildir yet");
	umask(022);
	is_int(files("Maildir/new", name, &size), 1, "one file in new");
	is_int(files("Maildir/tmp", path, &size), 0, "none in tmp");
	ok(strchr(fault_log, 'F') < strchr(fault_log, 'r') &&
	    strchr(fault_log, 'r') < strrchr(fault_log, 'D'),
	    "D07 file, rename, directory, each on disk: %s", fault_log);
	ok(unique_size(name, 'S', &n) == 0 && n == (unsigned long long)size,
	    "S= is its size");
	/* 2 + body lines, and the last line gets CR and LF */
	ok(unique_size(name, 'W', &n) == 0 && n == (unsigned long long)size +
	    2 + sizeof(body) / 40 + 2, "P06 W= is its size on the wire");
	sprintf(path, "Maildir/new/%s", name);
	stat(path, &st);
	is_int(st.st_mode & 07777, 0600, "the file is the owner's alone");
	stat("Maildir", &st);
	is_int(st.st_mode & 07777, 0700, "so is the Maildir");
}

static void
test_links(int at)
{
	char here[PATH_MAX], path[PATH_MAX + 16];
	int dir;

	mkdir("elsewhere", 0700);
	if (symlink("elsewhere", "link") == -1)
		abort();
	is_int(maildir_open(at, "link"), -1,
	    "SEC-S10 a link in the Maildir's place is not followed");
	is_int(maildir_open(at, "link/Maildir"), -1,
	    "SEC-S10 nor one on the way");
	mkdir("victim", 0700);
	clear("Maildir/new");
	(void)!rename("Maildir/new", "old");
	if (symlink("../victim", "Maildir/new") == -1)
		abort();
	fault_reset(0, 0, 0);
	is_int(deliver(at), -1, "SEC-S10 a link in the place of new/");
	(void)remove("Maildir/new");
	(void)!rename("old", "Maildir/new");
	is_int(maildir_open(at, ""), -1, "no name is no Maildir");
	is_int(maildir_open(at, "a/b"), -1, "only the last part is made");
	if (getcwd(here, sizeof(here)) == NULL)
		abort();
	sprintf(path, "%s/Maildir/", here);
	dir = maildir_open(at, path);
	ok(dir != -1, "an absolute path");
	close(dir);
}

int
main(void)
{
	int at = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t i;

	for (i = 0; i < sizeof(body); i++)
		body[i] = i % 40 == 39 ? '\n' : 'x';
	test_good(at);
	test_every_call(at, ENOSPC, 0, "ENOSPC once");
	test_every_call(at, EIO, 0, "EIO once");
	test_every_call(at, EIO, 1, "EIO from there on");
	test_every_call(at, 0, 0, "short writes");
	test_links(at);
	return done_testing();
}
