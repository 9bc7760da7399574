/*
 * spool_test - queue files: on disk before they count, whatever call fails.
 * link: lib/octets.c lib/text.c lib/unique.c
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

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
#include "lib/spool.c"

#undef close
#undef write
#undef unlinkat

static struct spool spool;
static struct spool_file file;
static enum { ONCE, REPLACED, UNSEEN } twice;
static char body[40000];	/* more than the writer's buffer */
static size_t length = sizeof(body);

/* Number of files in a directory; the last one's name and size. */
static unsigned int
files(const char *path, char *name, off_t *size)
{
	DIR *d = opendir(path);
	struct dirent *e;
	struct stat st;
	unsigned int n = 0;

	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		n++;
		strcpy(name, e->d_name);
		if (fstatat(dirfd(d), name, &st, 0) == 0)
			*size = st.st_size;
	}
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
		unlinkat(dir, name, 0);
	close(dir);
}

/* What replaces another queue file is written like any, under its id. */
static int
write_message(void)
{
	static struct spool_file old;

	if (twice != ONCE) {
		spool_begin(&old, &spool, "hamburger.edu");
		spool_write(&old, "Received: by x\n\n", 16);
		if (twice == REPLACED)
			(void)spool_flush(&old);
	}
	spool_begin(&file, &spool, "hamburger.edu");
	spool_sender(&file, "alice@crepes.fr", "BODY=8BITMIME");
	spool_recipient(&file, "bob@hamburger.edu", "");
	spool_recipient(&file, "carol@hamburger.edu", "NOTIFY=NEVER");
	spool_write(&file, "Received: by x\n\n", 16);
	spool_write(&file, body, length);
	if (twice != ONCE && spool_replace(&file, &old) == -1) {
		spool_abort(&old);
		spool_abort(&file);
		return -1;
	}
	return spool_commit(&file);
}

static int
descriptors(void)
{
	int fd, n = 0;

	for (fd = 0; fd < 64; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

/* Commit says 0 exactly when one whole file is in new/, and else nothing is
 * there that would ever be delivered. */
static void
test_every_call(int error, int all, const char *what)
{
	unsigned int n, broken = 0, failed = 0, leaks = 0, left = 0;
	int result, before = descriptors();
	unsigned long long stated;
	char name[256];
	off_t size = 0;

	for (n = 1; n < 100; n++) {
		clear("spool/tmp");
		clear("spool/new");
		fault_reset(n, error, all);
		result = write_message();
		fault_at = 0;
		failed += result == -1;
		broken += (result == 0) != (files("spool/new", name, &size) == 1);
		if (result == 0)
			broken += unique_size(name, 'S', &stated) == -1 ||
			    (unsigned long long)size != stated ||
			    strcmp(name, file.name) != 0;
		/* With every later call failing, the file cannot be removed;
		 * with one, it must be. */
		if (files("spool/tmp", name, &size) != 0)
			left++;
		leaks += descriptors() != before;
		if (fault_calls < n)
			break;
	}
	is_int(broken, 0, "D07 SEC-S20 %s at each of %u calls: 250 is the truth",
	    what, n);
	is_int(leaks, 0, "SEC-S11 %s: no descriptor is left open", what);
	if (!all)
		is_int(left, 0, "SEC-S20 %s: nothing is left in tmp", what);
	if (error == 0)
		is_int(failed, 0, "SEC-S20 %s: no failure", what);
	else
		ok(failed >= 5, "%s: it did fail (%u times)", what, failed);
}

static void
test_good(void)
{
	static const char want[] = "Return-Path: <alice@crepes.fr>\n"
	    "Envelope-Options: BODY=8BITMIME\nDelivered-To: bob@hamburger.edu\n"
	    "Delivered-To: carol@hamburger.edu\nRecipient-Options: NOTIFY=NEVER\n"
	    "Received: by x\n\n";
	static char got[sizeof(want)];
	char name[256], path[300];
	unsigned long long wire = 0;
	off_t size = 0;
	struct stat st;
	FILE *f;

	umask(0777);
	fault_reset(0, 0, 0);
	is_int(write_message(), 0, "a message is queued");
	umask(022);
	is_int(files("spool/new", name, &size), 1, "D07 one file in new");
	is_int(files("spool/tmp", path, &size), 0, "none in tmp");
	/* file and directory are on disk before the last rename */
	ok(strstr(fault_log, "FDr") != NULL && strrchr(fault_log, 'w') <
	    strchr(fault_log, 'F') && strrchr(fault_log, 'r') >
	    strchr(fault_log, 'D'), "D07 written, fsynced, then visible: %s",
	    fault_log);
	sprintf(path, "spool/new/%s", name);
	f = fopen(path, "r");
	is_int(fread(got, 1, sizeof(want) - 1, f), sizeof(want) - 1, "it is");
	fclose(f);
	is_str(got, want, "what it was told to be");
	stat(path, &st);
	is_int(st.st_mode & 07777, 0660, "its mode is 0660 under any umask");
	is_int(st.st_size, sizeof(want) - 1 + sizeof(body), "its size");
	unique_size(name, 'W', &wire);
	is_int(wire, sizeof(want) - 1 + sizeof(body) + 7 + sizeof(body) / 40,
	    "its size on the wire, stated in its name");
	clear("spool/new");
	spool_begin(&file, &spool, "h");
	spool_write(&file, "a\nb", 3);
	is_int(spool_commit(&file), 0, "a last line without its end");
	(void)files("spool/new", name, &size);
	unique_size(name, 'W', &wire);
	is_int(wire, 6, "P06 is completed on the wire, and counted");
}

/* What fits the buffer has one name in tmp/ only. */
static void
test_short(void)
{
	fault_reset(0, 0, 0);
	is_int(write_message(), 0, "a short message is queued");
	ok(strchr(fault_log, 'r') == strrchr(fault_log, 'r') &&
	    strstr(fault_log, "wFDr") != NULL,
	    "D07 written, fsynced, then visible: %s", fault_log);
	fault_reset(0, 0, 0);
	spool_begin(&file, &spool, "h");
	spool_write(&file, body, OUT_BYTES - 1);
	is_int(fault_calls, 0, "nothing is on disk until the buffer is full");
	spool_write(&file, "\n", 1);
	ok(fault_calls > 0, "... which it is now");
	spool_abort(&file);
}

static void
test_bad_octets(void)
{
	char name[256];
	off_t size;

	clear("spool/new");
	spool_begin(&file, &spool, "h");
	spool_sender(&file, "", "");
	spool_write(&file, "a\rb", 3);
	spool_write(&file, "fine\n", 5);
	ok(spool_commit(&file) == -1 && errno == EILSEQ,
	    "D04 SEC-S1 a CR never enters the spool");
	spool_begin(&file, &spool, "h");
	spool_write(&file, "a\0b", 3);
	ok(spool_commit(&file) == -1 && errno == EILSEQ,
	    "D04 SEC-S7 nor does a NUL");
	spool_begin(&file, &spool, "h");
	spool_recipient(&file, "x", "");
	spool_abort(&file);
	spool_abort(&file);
	is_int(spool_commit(&file), -1, "S18 an aborted file is not committed");
	is_int(files("spool/tmp", name, &size) + files("spool/new", name, &size),
	    0, "S18 D15 nothing is left of any");
}

static void
test_stolen(void)
{
	char name[256];
	off_t size;

	spool_begin(&file, &spool, "h");
	spool_recipient(&file, "x", "");
	(void)spool_flush(&file);
	clear("spool/tmp");
	ok(spool_commit(&file) == -1 && errno == ENOENT,
	    "SEC-S10 a file taken away from tmp/ is no success");
	is_int(files("spool/new", name, &size), 0, "nothing is in new/");
}

static void
test_lock(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int status = 0;

	spool_begin(&file, &spool, "h");
	(void)spool_flush(&file);
	if (fork() == 0)
		_exit(fcntl(openat(spool.tmp, file.id, O_RDWR), F_SETLK,
		    &lock) == -1 && (errno == EAGAIN || errno == EACCES));
	wait(&status);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 1,
	    "a file being written is locked");
	spool_abort(&file);
}

static void
test_trigger(void)
{
	char c;
	int fd, i;

	spool_trigger(&spool);	/* none there: returns */
	mkfifo("spool/trigger", 0600);
	spool_trigger(&spool);	/* nobody listens: returns */
	fd = open("spool/trigger", O_RDWR | O_NONBLOCK);
	spool_trigger(&spool);
	is_int(read(fd, &c, 1), 1, "the trigger wakes who listens");
	for (i = 0; i < 70000; i++)
		spool_trigger(&spool);
	pass("SEC-S21 a full trigger holds nobody up");
	close(fd);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(body); i++)
		body[i] = i % 40 == 39 ? '\n' : 'x';
	mkdir("spool", 0700);
	mkdir("spool/tmp", 0700);
	is_int(spool_open(&spool, "spool"), -1, "half a spool is none");
	mkdir("spool/new", 0700);
	is_int(spool_open(&spool, "spool"), 0, "a spool is opened");
	test_good();
	test_every_call(ENOSPC, 0, "ENOSPC once");
	test_every_call(EIO, 0, "EIO once");
	test_every_call(EIO, 1, "EIO from there on");
	test_every_call(0, 0, "short writes");
	twice = REPLACED;
	test_every_call(ENOSPC, 0, "replaced, ENOSPC once");
	test_every_call(EIO, 1, "replaced, EIO from there on");
	length = 40;
	test_every_call(ENOSPC, 0, "replaced by a short one, ENOSPC once");
	twice = UNSEEN;
	test_every_call(EIO, 0, "both short, EIO once");
	twice = ONCE;
	test_every_call(ENOSPC, 0, "short, ENOSPC once");
	test_every_call(EIO, 1, "short, EIO from there on");
	test_every_call(0, 0, "short, short writes");
	test_short();
	test_bad_octets();
	test_stolen();
	test_lock();
	test_trigger();
	return done_testing();
}
