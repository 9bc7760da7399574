/*
 * in_test - the reader of peers: lines, limits, deadlines, however they arrive.
 * link: lib/in.c lib/out.c lib/clock.c lib/text.c
 */
#include <sys/socket.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/in.h"
#include "lib/out.h"
#include "tests/unit/tap.h"

static struct in in;

/* A pipe that holds octets and, unless open, their end. */
static int
source(const char *octets, size_t length, int *keep_open)
{
	int ends[2];

	if (pipe(ends) == -1 ||
	    write(ends[1], octets, length) != (ssize_t)length)
		abort();
	if (keep_open != NULL)
		*keep_open = ends[1];
	else
		close(ends[1]);
	return ends[0];
}

/* "line|BARE:line|LONG|..." of all lines of at most max octets. */
static const char *
lines(const char *octets, size_t length, size_t max, size_t chunk)
{
	static const char *const names[] = { "", "BARE:", "NUL", "LONG", "EOF",
	    "TIMEOUT", "STOPPED", "ERROR" };
	static char said[70000];
	int fd = source(octets, length, NULL);
	enum in_status status;
	char *line;
	size_t n, used = 0;

	in_init(&in, fd, NULL);
	in.chunk = chunk;
	do {
		status = in_line(&in, max, &line, &n);
		used += (size_t)sprintf(said + used, "%s", names[status]);
		if (status == IN_OK || status == IN_BARE)
			used += (size_t)sprintf(said + used, "%s", line);
		if ((status == IN_OK || status == IN_BARE) && strlen(line) != n)
			used += (size_t)sprintf(said + used, "(length)");
		said[used++] = '|';
	} while (status <= IN_LONG);
	said[used] = '\0';
	close(fd);
	return said;
}

static void
same_for_all_chunks(const char *octets, size_t length, size_t max,
    const char *want, const char *what)
{
	size_t chunk, wrong = 0;

	for (chunk = 1; chunk <= length + 1; chunk++)
		wrong += strcmp(lines(octets, length, max, chunk), want) != 0;
	is_int(wrong, 0, "%s, in pieces of any size", what);
	if (wrong != 0)
		is_str(lines(octets, length, max, 1), want, "octet by octet");
}

#define CHUNKS(s, max, want, what)	\
	same_for_all_chunks(s, sizeof(s) - 1, max, want, what)

static void
test_lines(void)
{
	CHUNKS("HELO a\r\nQUIT\r\n", 512, "HELO a|QUIT|EOF|",
	    "D01 lines end in CRLF");
	CHUNKS("HELO a\nQUIT\r\n", 512, "BARE:HELO a|QUIT|EOF|",
	    "D01 a bare LF is told apart");
	CHUNKS("a\rb\r\r\n\r\n\n", 512, "a\rb\r||BARE:|EOF|",
	    "a CR inside a line stays");
	CHUNKS("a\0b\r\nc\r\n", 512, "NUL|c|EOF|",
	    "SEC-S7 a line with a NUL is not for use");
	CHUNKS("no end", 512, "EOF|", "S18 a line without its end is dropped");
	CHUNKS("12345678\r\n123456789\r\n1\r\n", 10, "12345678|LONG|1|EOF|",
	    "SEC-S3 a long line is skipped to its end");
	CHUNKS("123456789012345678901234567890\n1\r\n", 10, "LONG|1|EOF|",
	    "SEC-S3 a very long one too");
	CHUNKS("12345678901234567890", 10, "EOF|",
	    "SEC-S3 and one without end");
	CHUNKS("\r\n", 2, "|EOF|", "the shortest limit");
}

static void
test_large(void)
{
	static char octets[60000], want[70000];
	size_t used = 0, n = 0, i;

	/* lines of every length, over the buffer's end and around */
	for (i = 0; used + i + 2 < sizeof(octets); i = (i + 37) % 3000) {
		memset(octets + used, 'a' + (int)(i % 26), i);
		memcpy(want + n, octets + used, i);
		used += i;
		n += i;
		memcpy(octets + used, "\r\n", 2);
		used += 2;
		want[n++] = '|';
	}
	strcpy(want + n, "EOF|");
	ok(strcmp(lines(octets, used, 4096, IN_BYTES), want) == 0,
	    "60,000 octets through the buffer");
	ok(strcmp(lines(octets, used, IN_BYTES, IN_BYTES), want) == 0,
	    "with the largest limit");
	memset(octets, 'x', sizeof(octets));
	octets[IN_BYTES - 2] = '\r';
	octets[IN_BYTES - 1] = '\n';
	ok(strcmp(lines(octets, IN_BYTES, IN_BYTES, IN_BYTES), "EOF|") != 0,
	    "SEC-S3 a line as long as the buffer");
	ok(strcmp(lines(octets, sizeof(octets), IN_BYTES - 1, IN_BYTES),
	    "LONG|EOF|") == 0, "SEC-S3 or one octet longer than the limit");
}

static void
test_waits(void)
{
	int open_end, stop[2], fd = source("half", 4, &open_end);
	char *line;
	size_t n;
	long long begin;

	in_init(&in, fd, NULL);
	begin = clock_ms();
	in.deadline_ms = begin + 100;
	is_int(in_line(&in, 512, &line, &n), IN_TIMEOUT,
	    "S33 half a line and silence");
	ok(clock_ms() - begin >= 90 && clock_ms() - begin < 2000, "in time");
	in_deadline(&in, 100);
	in.session_ms = clock_ms() + 50;
	is_int(in_line(&in, 512, &line, &n), IN_TIMEOUT,
	    "SEC-S27 the session's end counts too");
	in.session_ms = clock_ms() + 10000;
	if (pipe(stop) == -1)
		abort();
	in.stop_fd = stop[0];
	close(stop[1]);
	is_int(in_line(&in, 512, &line, &n), IN_STOPPED,
	    "S32 a hung up stop descriptor stops");
	in.stop_fd = -1;
	if (write(open_end, " line\r\n", 7) != 7)
		abort();
	ok(in_line(&in, 512, &line, &n) == IN_OK && n == 9 &&
	    strcmp(line, "half line") == 0, "nothing was lost by waiting");
	in_init(&in, source("more\r\n", 6, NULL), NULL);
	in.session_ms = clock_ms() - 1;
	is_int(in_line(&in, 512, &line, &n), IN_TIMEOUT,
	    "SEC-S27 the session's end counts when more is there to be read");
	close(in.fd);
	in_init(&in, 99, NULL);
	is_int(in_line(&in, 512, &line, &n), IN_ERROR, "a closed descriptor");
}

/* Replies leave when, and only when, no command is left to be read. */
static void
test_flush(void)
{
	static struct out out;
	int fd = source("one\r\ntwo\r\n", 10, NULL), ends[2];
	char *line, got[64];
	size_t n;

	if (pipe(ends) == -1)
		abort();
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	out_peer(&out, ends[1], 5);
	in_init(&in, fd, &out);
	out_text(&out, "220\r\n");
	in_line(&in, 512, &line, &n);
	is_int(read(ends[0], got, sizeof(got)), 5,
	    "E02 flushed before it waits");
	out_text(&out, "250 one\r\n");
	in_line(&in, 512, &line, &n);
	is_int(read(ends[0], got, sizeof(got)), -1,
	    "E02 not while a command is buffered");
	is_int(in_waiting(&in), 0, "nothing waits");
	out_text(&out, "250 two\r\n");
	is_int(in_line(&in, 512, &line, &n), IN_EOF, "the end");
	is_int(read(ends[0], got, sizeof(got)), 18,
	    "E02 then both replies together");
	close(ends[0]);
	out_text(&out, "421\r\n");
	is_int(in_line(&in, 512, &line, &n), IN_ERROR,
	    "a peer that does not read is an error");
	close(fd);
}

/* Up to and with the line end, of what has come. */
static size_t
line_ahead(int fd)
{
	char seen[4];
	ssize_t n = recv(fd, seen, sizeof(seen), MSG_PEEK);
	const char *lf = n <= 0 ? NULL : memchr(seen, '\n', (size_t)n);

	return n <= 0 ? 1 : lf == NULL ? (size_t)n : (size_t)(lf - seen) + 1;
}

static void
test_ahead(void)
{
	char *line, rest[64];
	int ends[2];
	size_t n;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1 ||
	    write(ends[1], "PASS hungry\r\nSTAT\r\n", 19) != 19)
		abort();
	in_init(&in, ends[0], NULL);
	in.ahead = line_ahead;
	is_int(in_line(&in, 512, &line, &n), IN_OK, "P13 some octets at once");
	is_str(line, "PASS hungry", "P13 to the end of the line");
	is_int(recv(ends[0], rest, sizeof(rest), 0), 6,
	    "P13 what is behind it is left to the next program");
	close(ends[1]);
	is_int(in_line(&in, 512, &line, &n), IN_EOF, "P13 then the end");
	close(ends[0]);
}

static void
test_blocks(void)
{
	int fd = source("PASS x\r\nSTAT\r\n", 14, NULL), other;
	char *line, rest[64];
	size_t n;

	in_init(&in, fd, NULL);
	in.chunk = 1;
	is_int(in_line(&in, 512, &line, &n), IN_OK, "read octet by octet");
	is_int(read(fd, rest, sizeof(rest)), 6,
	    "P13 what belongs to the next program is left to it");
	is_int(in_fill(&in), IN_EOF, "then nothing");
	other = source("abc", 3, NULL);
	in_change(&in, other);
	in.chunk = IN_BYTES;
	is_int(in_fill(&in), IN_OK, "a block from another descriptor");
	is_int(in_waiting(&in), 3, "of three octets");
	is_int(in_fill(&in), IN_OK, "still there when asked again");
	in.start += 2;
	in_change(&in, other);
	is_int(in_waiting(&in), 0, "T02 SEC-S2 a change forgets what was buffered");
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	test_lines();
	test_large();
	test_waits();
	test_flush();
	test_blocks();
	test_ahead();
	return done_testing();
}
