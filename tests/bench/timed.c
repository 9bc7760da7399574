/*
 * timed - runs a command and says what it used.
 *
 *	timed command ...
 *
 * Prints on descriptor 3: milliseconds, milliseconds of CPU, KiB of memory at
 * its largest.  The command's exit status.
 */
#define _DEFAULT_SOURCE
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static double
milliseconds(struct timeval t)
{
	return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

int
main(int argc, char **argv)
{
	struct timespec a, b;
	struct rusage used;
	int status = 0;
	pid_t pid;

	if (argc < 2)
		return 100;
	clock_gettime(CLOCK_MONOTONIC, &a);
	pid = fork();
	if (pid == 0) {
		close(3);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (pid == -1 || wait4(pid, &status, 0, &used) != pid)
		return 111;
	clock_gettime(CLOCK_MONOTONIC, &b);
	dprintf(3, "%.2f %.2f %ld\n", (double)(b.tv_sec - a.tv_sec) * 1e3 +
	    (double)(b.tv_nsec - a.tv_nsec) / 1e6,
	    milliseconds(used.ru_utime) + milliseconds(used.ru_stime),
	    used.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 111;
}
