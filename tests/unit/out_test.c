/*
 * out_test - the buffered writer: all octets, one error, no endless wait.
 * link: lib/out.c lib/clock.c lib/text.c
 */
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/out.h"
#include "tests/unit/tap.h"

static struct out o;

static void
test_file(void)
{
	static char all[200000], back[200001];
	FILE *file = tmpfile();
	size_t at = 0, n, i;

	for (i = 0; i < sizeof(all); i++)
		all[i] = (char)(i * 31 + i / 251);
	out_file(&o, fileno(file));
	for (n = 1; at < sizeof(all); n = n * 3 % 50021 + 1) {
		if (n > sizeof(all) - at)
			n = sizeof(all) - at;
		out_bytes(&o, all + at, n);
		at += n;
	}
	is_int(out_flush(&o), 0, "a file takes all");
	rewind(file);
	is_int(fread(back, 1, sizeof(back), file), sizeof(all), "each octet");
	ok(memcmp(all, back, sizeof(all)) == 0, "in order");
	fclose(file);
}

static void
test_error(void)
{
	int fd = open("/dev/full", O_WRONLY);

	out_file(&o, fd);
	out_text(&o, "x");
	is_int(out_flush(&o), -1, "a full disk is an error");
	is_int(o.error, ENOSPC, "which is remembered");
	out_text(&o, "y");
	is_int(out_flush(&o) == -1 && errno == ENOSPC, 1, "and told again");
	close(fd);
	out_file(&o, -1);
	out_text(&o, "x");
	ok(out_flush(&o) == -1 && errno == EBADF, "no descriptor is one too");
}

/* The reader never reads: the writer gives up. */
static void
test_deadline(int ends[2], const char *what)
{
	static char block[70000];
	long long begin = clock_ms();
	int i;

	out_peer(&o, ends[1], 1);
	for (i = 0; i < 100 && o.error == 0; i++)
		out_bytes(&o, block, sizeof(block));
	ok(out_flush(&o) == -1 && errno == ETIMEDOUT,
	    "SEC-S27 %s that nobody reads", what);
	ok(clock_ms() - begin < 5000, "is given up after a second");
	close(ends[0]);
	out_peer(&o, ends[1], 1);
	out_text(&o, "x");
	ok(out_flush(&o) == -1 && errno == EPIPE, "%s that is gone", what);
	close(ends[1]);
}

/* One write for a group of replies. */
static void
test_group(void)
{
	int ends[2];
	char got[64];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == -1)
		abort();
	out_peer(&o, ends[1], 1);
	out_text(&o, "250-one\r\n");
	out_text(&o, "250 two\r\n");
	out_flush(&o);
	is_int(read(ends[0], got, sizeof(got)), 18, "E02 a group is one write");
	out_text(&o, "secret");
	out_change(&o, ends[0]);
	is_int(out_flush(&o), 0, "a change of descriptor");
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	is_int(read(ends[1], got, sizeof(got)), -1,
	    "T03 drops what was buffered");
}

int
main(void)
{
	int ends[2];

	signal(SIGPIPE, SIG_IGN);
	test_file();
	test_error();
	if (pipe(ends) == -1)
		abort();
	test_deadline(ends, "a pipe");
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1)
		abort();
	test_deadline(ends, "a socket");
	test_group();
	return done_testing();
}
