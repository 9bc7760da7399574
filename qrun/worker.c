/*
 * worker - delivers what comes through the feed.  Runs as the mailbox's owner;
 * trusts the manager with his mail, and not to send what it should.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spawn.h"
#include "worker.h"

#define WAIT_MS	60000	/* the manager has closed the feed long before */

/* Waits for a message, or the end: true if there is something to receive. */
static int
wait_for_more(int feed, int lifeline)
{
	struct pollfd p[2] = { { feed, POLLIN, 0 }, { lifeline, 0, 0 } };
	int n;

	do
		n = poll(p, 2, WAIT_MS);
	while (n == -1 && errno == EINTR);
	return n > 0 && p[0].revents != 0;
}

static int
is_terminated(const char *s, size_t size)
{
	return memchr(s, '\0', size) != NULL;
}

static int
is_sound(const struct delivery *d, int message)
{
	struct stat st;

	return is_terminated(d->sender, sizeof(d->sender)) &&
	    is_terminated(d->recipient, sizeof(d->recipient)) &&
	    is_terminated(d->mailbox.path, sizeof(d->mailbox.path)) &&
	    is_terminated(d->mailbox.extension,
	    sizeof(d->mailbox.extension)) && d->message >= 0 &&
	    fstat(message, &st) == 0 && S_ISREG(st.st_mode) &&
	    (fcntl(message, F_GETFL) & O_ACCMODE) == O_RDONLY;
}

void
worker_serve(const struct deliver_conf *conf, int mailbox, int feed,
    int result_fd)
{
	static struct delivery d;
	int fds[2], more = 1;

	while (more && wait_for_more(feed, conf->lifeline) &&
	    spawn_receive(feed, &d, sizeof(d), fds) == (ssize_t)sizeof(d)) {
		/* what was not delivered has no result: deferred */
		more = is_sound(&d, fds[0]) &&
		    deliver(conf, &d, mailbox, fds[0], result_fd);
		(void)close(fds[0]);	/* was only read; -1 is no harm */
		if (fds[1] != -1)
			(void)close(fds[1]);
	}
}
