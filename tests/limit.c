/*
 * limit - runs a command for at most so many seconds, in a process group of its
 * own, of which nothing is left behind:	limit SECONDS command [argument ...]
 *
 * Exit status: the command's, 128 + n when signal n ended it, 124 when the time
 * was over.
 */
#include <sys/types.h>
#include <sys/wait.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t signalled;

static void
on_signal(int number)
{
	signalled = number;
}

int
main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct timespec tick = { 0, 100000000 };
	int status, tries;
	pid_t pid;

	if (argc < 3)
		return 100;
	sigaction(SIGALRM, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	if ((pid = fork()) == -1)
		return 111;
	if (pid == 0) {
		setpgid(0, 0);
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	setpgid(pid, pid);
	alarm((unsigned int)atoi(argv[1]));
	while (waitpid(pid, &status, 0) == -1) {
		if (signalled == 0)
			continue;
		kill(-pid, SIGTERM);
		alarm(0);
		for (tries = 0; tries < 40; tries++) {	/* it tidies up */
			if (waitpid(pid, &status, WNOHANG) != 0)
				break;
			nanosleep(&tick, NULL);
		}
		kill(-pid, SIGKILL);
		return signalled == SIGALRM ? 124 : 128 + signalled;
	}
	kill(-pid, SIGKILL);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
	    WEXITSTATUS(status);
}
