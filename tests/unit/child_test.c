/*
 * child_test - what a program that is started finds: its descriptors, its
 * signals.
 * link: lib/child.c lib/clock.c
 */
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
	return done_testing();
}
