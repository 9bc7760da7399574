/*
 * child_test - what a program that is started finds: its descriptors, its
 * signals.
 * link: lib/child.c lib/clock.c
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/clock.h"
#include "tests/unit/tap.h"

/* Exit status of a shell that runs text; 111 when a signal ended it. */
static int
status_of(const char *text)
{
	char *argv[] = { "sh", "-c", (char *)text, NULL };
	static const int fds[] = { -1, -1, 2 };
	pid_t pid = child_start(argv, NULL, fds, 3);

	return pid == -1 ? -1 : child_wait(pid, clock_ms() + 10000);
}

/* A shell reads descriptor 3: copied there, or where it is. */
static void
test_descriptors(void)
{
	static char *const argv[] = { "sh", "-c",
	    "read line <&3 && test \"$line\" = word && "
	    "! (: >&4) 2>/dev/null",
	    NULL };
	int fds[4] = { 0, 1, 2, 0 };
	int ends[2], i;

	for (i = 0; i < 2; i++) {
		pid_t pid;

		if (child_pipe(ends) == -1 || ends[0] < 5 ||
		    write(ends[1], "word\n", 5) != 5)
			abort();
		fds[3] = i == 0 ? ends[0] : dup2(ends[0], 3);
		(void)fcntl(3, F_SETFD, FD_CLOEXEC);
		(void)dup2(ends[1], 4);
		(void)fcntl(4, F_SETFD, FD_CLOEXEC);
		pid = child_start(argv, NULL, fds, 4);
		is_int(child_wait(pid, clock_ms() + 10000), 0,
		    "SEC-S11 descriptor 3 is the one meant, %s",
		    i == 0 ? "copied" : "in its place");
	}
	is_int(fcntl(3, F_GETFD), FD_CLOEXEC,
	    "SEC-S11 and goes to no other program");
}

int
main(void)
{
	sigset_t set;
	int ends[2];

	is_int(status_of("exit 7"), 7, "SEC-S11 the status is the program's");
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	is_int(status_of("kill -PIPE $$; exit 7"), 111,
	    "SEC-S12 SIGPIPE, ignored here, ends a program");
	is_int(status_of("kill -XFSZ $$; exit 7"), 111, "SEC-S12 so does SIGXFSZ");
	signal(SIGTERM, SIG_IGN);
	signal(SIGALRM, SIG_IGN);
	is_int(status_of("kill -TERM $$; exit 7"), 111, "SEC-S12 and SIGTERM");
	is_int(status_of("kill -ALRM $$; exit 7"), 111, "SEC-S12 and SIGALRM");
	signal(SIGHUP, SIG_IGN);
	is_int(status_of("kill -HUP $$; exit 7"), 7,
	    "SEC-S12 what nohup asked for stays");
	signal(SIGHUP, SIG_DFL);
	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	is_int(status_of("kill -USR1 $$; exit 7"), 111,
	    "SEC-S12 no signal is blocked");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	ok(child_pipe(ends) == 0, "SEC-S11 a pipe");
	is_int(status_of("if (: >&9) 2>/dev/null; then exit 1; else exit 7; fi"), 7,
	    "SEC-S11 no other descriptor reaches the program");
	test_descriptors();
	return done_testing();
}
