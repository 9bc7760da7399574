/* startup - what every main does first.  Trusts nothing it inherited. */
#include "startup.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#define INHERITED_MAX	256	/* launchers hand out the lowest numbers */

static int
is_kept(int fd, const int keep[], size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (keep[i] == fd)
			return 1;
	return 0;
}

/* 0, 1 and 2 must never become a queue file. */
static void
open_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd < 2);
	if (fd > 2)
		(void)close(fd);
}

/* Asks poll() which are open: one system call instead of hundreds. */
static void
sort_out(const int keep[], size_t count)
{
	struct pollfd fds[INHERITED_MAX];
	int fd, all;

	for (fd = 0; fd < INHERITED_MAX; fd++) {
		fds[fd].fd = fd;
		fds[fd].events = 0;
		fds[fd].revents = 0;
	}
	/* It fails when the limit of descriptors is low. */
	all = poll(fds, INHERITED_MAX, 0) == -1;
	for (fd = 3; fd < INHERITED_MAX; fd++) {
		if (!all && (fds[fd].revents & POLLNVAL))
			continue;
		if (is_kept(fd, keep, count))
			(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
		else
			(void)close(fd);
	}
	if (all || ((fds[0].revents | fds[1].revents | fds[2].revents) &
	    POLLNVAL))
		open_standard();
}

void
startup(const int keep[], size_t count)
{
	const struct rlimit none = { 0, 0 };

	sort_out(keep, count);
	(void)umask(077);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);	/* ignored, no child has a status */
	(void)signal(SIGXFSZ, SIG_IGN);	/* a file too large is EFBIG */
	(void)setrlimit(RLIMIT_CORE, &none); /* lowering is always allowed */
}

const char *
startup_conf_path(const char *option, const char *mailconf)
{
	int trusted = getuid() == geteuid() && getgid() == getegid();

	if (trusted && option != NULL)
		return option;
	if (trusted && mailconf != NULL && mailconf[0] != '\0')
		return mailconf;
	return CONFDIR;
}

static int stop_writer = -1;

static void
stop(int signal_number)
{
	int saved = errno;

	(void)signal_number;
	/* A full pipe has said it already. */
	if (write(stop_writer, "", 1) == -1)
		errno = saved;
}

int
startup_stop_fd(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	struct sigaction action = { 0 };
	int ends[2];
	size_t i;

	if (pipe(ends) == -1)
		return -1;
	(void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[1], F_SETFL, O_NONBLOCK);
	stop_writer = ends[1];
	action.sa_handler = stop;
	(void)sigemptyset(&action.sa_mask);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		(void)sigaction(signals[i], &action, NULL);
	return ends[0];
}
