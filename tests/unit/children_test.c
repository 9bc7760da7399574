/*
 * children_test - what does not end by itself is ended, and nothing else.
 * link: qrun/children.c
 */
#include <limits.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "qrun/children.h"
#include "tests/unit/tap.h"

/* A child that waits for a signal, in a process group of its own. */
static pid_t
sleeper(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)setpgid(0, 0);
		(void)raise(SIGSTOP);
		_exit(0);
	}
	(void)waitpid(pid, NULL, WUNTRACED);
	return pid;
}

static int
was_killed(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	    WTERMSIG(status) == SIGKILL;
}

int
main(void)
{
	static struct children c;
	pid_t one = sleeper(), two = sleeper(), three = sleeper();
	int i;

	is_int(children_kill(&c, 1), -1, "nobody to kill, never");
	children_add(&c, one, 1000);
	children_add(&c, two, 2000);
	children_add(&c, three, 3000);
	is_int(children_kill(&c, 400), 600, "the first has 600 ms left");
	is_int(children_kill(&c, 1000), 1000, "its time is over, the next "
	    "one has a second");
	ok(was_killed(one), "SEC-S21 it was stopped, and is killed");
	children_forget(&c, one);
	is_int(waitpid(two, NULL, WNOHANG), 0, "the others are there");
	children_forget(&c, three);
	is_int(children_kill(&c, LLONG_MAX), -1, "all of them");
	ok(was_killed(two), "SEC-S21 the second, too");
	is_int(waitpid(three, NULL, WNOHANG), 0, "not one that was forgotten");
	children_forget(&c, two);
	(void)kill(three, SIGKILL);
	(void)waitpid(three, NULL, 0);
	for (i = 0; i < CHILDREN + 10; i++)
		children_add(&c, 1 << 29, LLONG_MAX);
	is_int((long long)c.count, CHILDREN, "SEC-S3 no more than there is "
	    "room for");
	children_forget(&c, 1 << 29);
	is_int((long long)c.count, 0, "and all of them go");
	return done_testing();
}
