/*
 * child - starts programs that the administrator configured, and waits for
 * them no longer than they may take.
 */
#include "child.h"

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"

#define CHILD_FDS_MAX	8

extern char **environ;

int
child_pipe(int ends[2])
{
	if (pipe(ends) == -1)
		return -1;
	(void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	return 0;
}

size_t
child_words(char *command, char *words[CHILD_WORDS_MAX])
{
	size_t n = 0;
	char *p = command;

	for (;;) {
		p += strspn(p, " \t");
		if (*p == '\0' || n == CHILD_WORDS_MAX - 1)
			break;
		words[n++] = p;
		p += strcspn(p, " \t");
		if (*p != '\0')
			*p++ = '\0';
	}
	words[n] = NULL;
	return *p == '\0' ? n : 0;
}

static int
attributes(posix_spawnattr_t *attr, int own_group)
{
	/* What startup ignores, and what a program does not expect to find
	 * ignored.  A caught signal is at its default behind exec anyway. */
	static const int ignored[] = { SIGPIPE, SIGXFSZ, SIGCHLD, SIGALRM,
	    SIGTERM, SIGUSR1, SIGUSR2 };
	short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	sigset_t none, defaults;
	size_t i;

	(void)sigemptyset(&none);
	(void)sigemptyset(&defaults);
	for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		(void)sigaddset(&defaults, ignored[i]);
	errno = posix_spawnattr_init(attr);
	if (errno != 0)
		return -1;
	(void)posix_spawnattr_setsigmask(attr, &none);
	(void)posix_spawnattr_setsigdefault(attr, &defaults);
	(void)posix_spawnattr_setpgroup(attr, 0);
	if (own_group)
		flags |= POSIX_SPAWN_SETPGROUP;
	(void)posix_spawnattr_setflags(attr, flags);
	return 0;
}

/* Copies every source out of the way of the descriptors to be made. */
static int
lift(const int fds[], size_t count, int lifted[])
{
	size_t i;

	for (i = 0; i < count; i++)
		lifted[i] = -1;
	for (i = 0; i < count; i++) {
		if (fds[i] == -1)
			lifted[i] = open("/dev/null", O_RDWR | O_CLOEXEC);
		else
			lifted[i] = fcntl(fds[i], F_DUPFD_CLOEXEC,
			    (int)count);
		if (lifted[i] == -1)
			return -1;
	}
	return 0;
}

/* The program's descriptors become lifted[0], lifted[1] ... by dup2(). */
static int
add_actions(posix_spawn_file_actions_t *actions, const int lifted[],
    size_t count)
{
	int result = posix_spawn_file_actions_init(actions);
	size_t i;

	for (i = 0; i < count && result == 0; i++)
		result = posix_spawn_file_actions_adddup2(actions, lifted[i],
		    (int)i);
	if (i > 0 && result != 0)
		(void)posix_spawn_file_actions_destroy(actions);
	return result;
}

/* lifted NULL: ours are already its. */
static pid_t
spawn(char *const argv[], char *const env[], const int *lifted, size_t count,
    int own_group)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	pid_t pid = -1;
	int result = 0;

	if (attributes(&attr, own_group) == -1)
		return -1;
	if (lifted != NULL)
		result = add_actions(&actions, lifted, count);
	if (result == 0) {
		result = posix_spawnp(&pid, argv[0], lifted == NULL ? NULL :
		    &actions, &attr, argv, env == NULL ? environ : env);
		if (lifted != NULL)
			(void)posix_spawn_file_actions_destroy(&actions);
	}
	(void)posix_spawnattr_destroy(&attr);
	errno = result;
	return result == 0 ? pid : -1;
}

/* What is close-on-exec and in its place only has to stay open: fewer calls, and
 * no memory, for a program that starts once per connection. */
static pid_t
spawn_in_place(char *const argv[], char *const env[], size_t count,
    int own_group)
{
	pid_t pid;
	int fd, saved;

	for (fd = 3; fd < (int)count; fd++)
		(void)fcntl(fd, F_SETFD, 0);
	pid = spawn(argv, env, NULL, 0, own_group);
	saved = errno;
	for (fd = 3; fd < (int)count; fd++)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	errno = saved;
	return pid;
}

static int
are_in_place(const int fds[], size_t count)
{
	size_t i;

	/* 0, 1 and 2 are never close-on-exec */
	for (i = 0; i < count; i++)
		if (fds[i] != (int)i)
			return 0;
	return 1;
}

static pid_t
start(char *const argv[], char *const env[], const int fds[], size_t count,
    int own_group)
{
	int lifted[CHILD_FDS_MAX];
	pid_t pid = -1;
	int saved;
	size_t i;

	if (count > CHILD_FDS_MAX || argv[0] == NULL) {
		errno = EINVAL;
		return -1;
	}
	if (are_in_place(fds, count))
		return spawn_in_place(argv, env, count, own_group);
	if (lift(fds, count, lifted) == 0)
		pid = spawn(argv, env, lifted, count, own_group);
	saved = errno;
	for (i = 0; i < count; i++)
		if (lifted[i] != -1)
			(void)close(lifted[i]);
	errno = saved;
	return pid;
}

pid_t
child_start(char *const argv[], char *const env[], const int fds[],
    size_t count)
{
	return start(argv, env, fds, count, 1);
}

pid_t
child_start_beside(char *const argv[], char *const env[], const int fds[],
    size_t count)
{
	return start(argv, env, fds, count, 0);
}

int
child_wait(pid_t pid, long long deadline_ms)
{
	int options = deadline_ms == LLONG_MAX ? 0 : WNOHANG;
	int status = 0, pause_ms = 1;

	for (;;) {
		pid_t ended;

		/* Before it is waited for, while the group has its number: it
		 * may have ended and left others behind. */
		if (options != 0 && clock_ms() >= deadline_ms) {
			(void)kill(-pid, SIGKILL);
			(void)kill(pid, SIGKILL); /* may have left its group */
			options = 0;
		}
		ended = waitpid(pid, &status, options);
		if (ended == pid)
			break;
		if (ended == -1 && errno != EINTR)
			return 111;
		if (ended == 0) {
			/* POSIX has no wait with a deadline. */
			(void)poll(NULL, 0, pause_ms);
			pause_ms = pause_ms < 50 ? pause_ms * 2 : 50;
		}
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 111;
}
