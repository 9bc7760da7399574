/*
 * pop3timeout_test - a client that says nothing is left without a word, and
 * nothing is changed (RFC 1939 3).  Here a second stands for ten minutes.
 * link: pop3d/session.c pop3d/retrieve.c pop3d/maildrop.c pop3d/message.c
 * link: pop3d/name.c pop3d/update.c pop3d/authorization.c lib/auth.c
 * link: lib/base64.c lib/child.c lib/clock.c lib/dot.c lib/drop.c lib/in.c
 * link: lib/log.c lib/octets.c lib/out.c lib/sasl.c lib/text.c lib/ucspitls.c
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "pop3d/authorization.h"
#include "pop3d/session.h"
#include "tests/unit/tap.h"

#define MESSAGE	"Maildir/new/1.M1P1.h,S=3,W=4"

static void
transaction(int fd)
{
	static struct session s;

	session_run(&s, fd, fd, "Maildir", 1);
}

static void
authorization(int fd)
{
	static struct authorization s;
	static char *argv[] = { "false", NULL };
	static struct auth auth = { argv, -1, 1, -1, -1, -1, 0 };
	static struct ucspitls tls = { -1, -1, -1, "", "" };

	auth.read_fd = auth.write_fd = fd;
	s.auth = &auth;
	s.tls = &tls;
	s.me = "hamburger.edu";
	s.ip = "192.0.2.7";
	s.timeout_s = 1;
	authorization_run(&s);
}

/* Sends commands, octet by octet with 300 ms between them if slow, then waits
 * for the end.  Returns the milliseconds that it took; all replies in to. */
static long long
play(void (*server)(int), const char *commands, int slow, char *to, size_t size)
{
	long long began = clock_ms();
	int ends[2];
	size_t used = 0;
	ssize_t n;
	pid_t pid;

	to[0] = '\0';
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1)
		return -1;
	pid = fork();
	if (pid == 0) {
		(void)close(ends[1]);
		server(ends[0]);
		_exit(0);
	}
	(void)close(ends[0]);
	for (; *commands != '\0'; commands++) {
		if (send(ends[1], commands, 1, MSG_NOSIGNAL) == -1)
			break;
		if (slow)
			(void)poll(NULL, 0, 300);
	}
	while (used < size - 1 &&
	    (n = read(ends[1], to + used, size - 1 - used)) > 0)
		used += (size_t)n;
	to[used] = '\0';
	(void)close(ends[1]);
	(void)waitpid(pid, NULL, 0);
	return clock_ms() - began;
}

static unsigned int
lines(const char *text)
{
	unsigned int n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

int
main(void)
{
	char said[2000];
	struct stat st;
	long long ms;
	int fd;

	log_open("pop3timeout_test");
	(void)mkdir("Maildir", 0700);
	(void)mkdir("Maildir/new", 0700);
	(void)mkdir("Maildir/cur", 0700);
	(void)mkdir("Maildir/tmp", 0700);
	fd = open(MESSAGE, O_WRONLY | O_CREAT, 0600);
	ok(fd != -1 && write(fd, "a\n\n", 3) == 3, "P03 a message is there");
	(void)close(fd);

	ms = play(transaction, "RETR 1\r\nDELE 1\r\n", 0, said, sizeof(said));
	ok(ms >= 1000 && ms < 3000, "P03 the session ends in time");
	ok(lines(said) == 6 && strstr(said, "-ERR") == NULL,
	    "P03 without a word");
	ok(stat(MESSAGE, &st) == 0, "P03 and without UPDATE");

	ms = play(transaction, "NOOPNOOPNOOP", 1, said, sizeof(said));
	ok(ms < 5000 && lines(said) == 1, "P03 SEC-S27 octets do not reset the "
	    "time of a command");

	ms = play(authorization, "USER bob\r\n", 0, said, sizeof(said));
	ok(ms >= 1000 && ms < 3000 && lines(said) == 2,
	    "P03 the same before the login");
	ms = play(authorization, "USER bobbobbob", 1, said, sizeof(said));
	ok(ms < 6000 && lines(said) == 1, "P03 SEC-S27 and slowly");
	ms = play(authorization, "CAPA\r\nCAPA\r\nCAPA\r\nCAPA\r\nCAPA\r\n"
	    "CAPA\r\nCAPA\r\nCAPA\r\nCAPA\r\nCAPA\r\n", 1, said, sizeof(said));
	ok(ms < 12000, "SEC-S27 without a login a session has an end");
	return done_testing();
}
