/*
 * spawn - starts the processes that do the work, and passes descriptors.
 *
 * Runs as the owner of the spool; before the split also as root.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/child.h"
#include "../lib/clock.h"
#include "../lib/drop.h"
#include "../lib/groups.h"
#include "../lib/log.h"
#include "parent.h"
#include "spawn.h"
#include "worker.h"

/* Room for two descriptors, aligned as a cmsghdr must be. */
union control {
	struct cmsghdr	head;
	char		space[CMSG_SPACE(2 * sizeof(int))];
};

static int
send_record(int to, const void *record, size_t length, const int fds[],
    size_t count)
{
	union control control;
	struct iovec io;
	struct msghdr m;
	ssize_t n;

	(void)memset(&control, 0, sizeof(control));
	(void)memset(&m, 0, sizeof(m));
	io.iov_base = (void *)record;	/* sendmsg() does not write there */
	io.iov_len = length;
	m.msg_iov = &io;
	m.msg_iovlen = 1;
	m.msg_control = &control;
	/* socklen_t in musl, size_t in glibc */
	m.msg_controllen = (socklen_t)CMSG_SPACE(count * sizeof(int));
	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = (socklen_t)CMSG_LEN(count * sizeof(int));
	(void)memcpy(CMSG_DATA(&control.head), fds, count * sizeof(int));
	do
		n = sendmsg(to, &m, MSG_NOSIGNAL);
	while (n == -1 && errno == EINTR);
	return n == -1 ? -1 : 0;
}

int
spawn_feed(int feed, const char *record, size_t length, int fd)
{
	return send_record(feed, record, length, &fd, 1);
}

ssize_t
spawn_receive(int from, void *record, size_t size, int fds[2])
{
	union control control;
	struct iovec io;
	struct msghdr m;
	struct cmsghdr *c;
	ssize_t n;

	(void)memset(&control, 0, sizeof(control));
	(void)memset(&m, 0, sizeof(m));
	fds[0] = fds[1] = -1;
	io.iov_base = record;
	io.iov_len = size;
	m.msg_iov = &io;
	m.msg_iovlen = 1;
	m.msg_control = &control;
	m.msg_controllen = sizeof(control);
	n = recvmsg(from, &m, 0);
	if (n == -1)
		return -1;
	c = CMSG_FIRSTHDR(&m);
	if (c == NULL || c->cmsg_level != SOL_SOCKET ||
	    c->cmsg_type != SCM_RIGHTS)
		return n;
	/* what is over two the kernel has dropped: there was no room */
	(void)memcpy(fds, CMSG_DATA(c), c->cmsg_len >=
	    CMSG_LEN(2 * sizeof(int)) ? 2 * sizeof(int) : sizeof(int));
	(void)fcntl(fds[0], F_SETFD, FD_CLOEXEC);
	if (fds[1] != -1)
		(void)fcntl(fds[1], F_SETFD, FD_CLOEXEC);
	return n;
}

/* A SOCK_SEQPACKET pair, close-on-exec. */
static int
packet_pair(int ends[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == -1)
		return -1;
	(void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	return 0;
}

/* Closes both; keeps errno, which says why. */
static void
close_pair(const int ends[2])
{
	int why = errno;

	(void)close(ends[0]);
	(void)close(ends[1]);
	errno = why;
}

/* A pipe whose read end is ours, and does not block. */
static int
result_pipe(struct spawn *s, int ends[2])
{
	if (child_pipe(ends) == -1)
		return -1;
	if (fcntl(ends[0], F_SETFL, O_NONBLOCK) == -1) {
		close_pair(ends);
		return -1;
	}
	if (ends[0] > s->highest)
		s->highest = ends[0];
	return 0;
}

/* Under root: two processes from here on, one of them without root. */
static int
split(struct spawn *s, uid_t uid, gid_t gid, int *status)
{
	const char *user = s->conf->qsenduser;
	const struct passwd *account;
	struct parent p = { s->conf, -1, s->mailroot, s->lifeline[0], -1,
	    uid, gid };
	int ends[2];

	if (user != NULL && *user != '\0') {
		account = getpwnam(user);
		if (account == NULL || account->pw_uid == 0) {
			log_event("error", "text",
			    "qsenduser: no such account, or root");
			errno = EINVAL;
			return -1;
		}
		p.qsend_uid = account->pw_uid;
		p.qsend_gid = account->pw_gid;
	}
	account = getpwuid(uid);
	if (uid == 0 || packet_pair(ends) == -1) {
		errno = uid == 0 ? EPERM : errno;
		return -1;
	}
	p.manager = fork();
	if (p.manager == -1) {
		close_pair(ends);
		return -1;
	}
	if (p.manager == 0) {
		(void)close(ends[0]);
		s->parent = ends[1];
		if (account == NULL)
			return drop_to(uid, gid);
		return groups_take(account->pw_name, gid) == -1 ? -1 :
		    drop_ids(uid, gid);
	}
	(void)close(ends[1]);
	(void)close(s->lifeline[1]);
	p.socket = ends[0];
	*status = parent_serve(&p);
	return 1;
}

int
spawn_init(struct spawn *s, const struct spawn_conf *conf, uid_t uid,
    gid_t gid, int *status)
{
	s->conf = conf;
	s->parent = -1;
	s->mailroot = open(conf->mailroot, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (child_pipe(s->lifeline) == -1)
		return -1;
	s->highest = s->lifeline[1];
	return geteuid() == 0 ? split(s, uid, gid, status) : 0;
}

/* In the child: leaves what belongs to the manager, and delivers. */
static void
deliver_here(const struct spawn *s, const char *path, int feed, int result)
{
	const struct deliver_conf conf = { s->conf->me, s->conf->command_s,
	    s->lifeline[0], s->conf->path };
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP, SIGALRM,
	    SIGCHLD };
	struct stat st;
	size_t i;
	int fd, mailbox;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		(void)signal(numbers[i], SIG_DFL);
	(void)setpgid(0, 0);	/* ^C is for the manager */
	/* a feed that we hold would keep its qsend alive, and so on */
	for (fd = STDERR_FILENO + 1; fd <= s->highest; fd++)
		if (fd != feed && fd != result && fd != s->lifeline[0] &&
		    fd != s->mailroot)
			(void)close(fd);
	mailbox = openat(s->mailroot, path,
	    O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
	if (mailbox == -1 || fstat(mailbox, &st) == -1)
		deliver_result(result, 'Z', "4.3.0 mailbox cannot be opened");
	else if (st.st_uid != geteuid())
		deliver_result(result, 'Z', "4.3.5 mailbox is not ours: qrun "
		    "must be started as root to deliver to it");
	else
		worker_serve(&conf, mailbox, feed, result);
}

/* Asks the parent; mailbox or host is NULL, neither longer than it may be. */
static int
ask_parent(const struct spawn *s, const char *mailbox, const char *host,
    unsigned int port, const int fds[2])
{
	static struct parent_request r;

	(void)memset(&r, 0, sizeof(r));
	r.kind = mailbox != NULL ? PARENT_DELIVERY : PARENT_QSEND;
	r.port = port;
	if (mailbox != NULL)
		(void)memcpy(r.mailbox, mailbox, strlen(mailbox) + 1);
	else
		(void)memcpy(r.host, host, strlen(host) + 1);
	if (send_record(s->parent, &r, sizeof(r), fds, 2) == 0)
		return 0;
	/* Without the parent nothing can be done: finish and leave, so that a
	 * supervisor can start both anew. */
	if (errno == EPIPE || errno == ECONNRESET)
		(void)kill(getpid(), SIGTERM);
	return -1;
}

/* A feed, feeds[0] ours, and a pipe for what comes back, ends[0] ours; ours do
 * not block. */
static int
make_ends(struct spawn *s, int feeds[2], int ends[2])
{
	if (packet_pair(feeds) == -1)
		return -1;
	if (fcntl(feeds[0], F_SETFL, O_NONBLOCK) == -1 ||
	    result_pipe(s, ends) == -1) {
		close_pair(feeds);
		return -1;
	}
	if (feeds[0] > s->highest)
		s->highest = feeds[0];
	return 0;
}

int
spawn_delivery(struct spawn *s, const char *path, int *feed)
{
	int feeds[2], ends[2], fds[2];
	pid_t pid = 0;

	if (make_ends(s, feeds, ends) == -1)
		return -1;
	fds[0] = feeds[1];
	fds[1] = ends[1];
	if (s->parent != -1) {
		pid = ask_parent(s, path, NULL, 0, fds);
	} else if ((pid = fork()) == 0) {
		deliver_here(s, path, feeds[1], ends[1]);
		_exit(0);
	}
	if (pid == -1) {
		close_pair(ends);
		close_pair(feeds);
		return -1;
	}
	if (pid > 0)
		children_add(&s->deliveries, pid, clock_ms() + 1000LL *
		    (DELIVERIES_S + s->conf->command_s + DELIVERY_GRACE_S));
	(void)close(feeds[1]);
	(void)close(ends[1]);
	*feed = feeds[0];
	return ends[0];
}

int
spawn_give(int feed, const struct delivery *d, int message_fd)
{
	return send_record(feed, d, sizeof(*d), &message_fd, 1);
}

/* Starts qsend on fds[0], reporting to fds[1]. */
static int
start_qsend(const struct spawn *s, char *host, unsigned int port,
    const int fds[2])
{
	char port_text[8];
	char *words[PARENT_WORDS];
	const int all[] = { fds[0], fds[1], STDERR_FILENO };

	if (parent_qsend_words(s->conf, host, port, port_text, words) == -1)
		return -1;
	if (s->parent != -1)
		return ask_parent(s, NULL, host, port, fds);
	return child_start(words, NULL, all, 3) == -1 ? -1 : 0;
}

int
spawn_qsend(struct spawn *s, const char *host, unsigned int port, int *feed)
{
	char name[PARENT_HOST_MAX];
	int feeds[2], ends[2], fds[2];

	if (strlen(host) >= sizeof(name)) {
		errno = EINVAL;
		return -1;
	}
	(void)memcpy(name, host, strlen(host) + 1);
	if (make_ends(s, feeds, ends) == -1)
		return -1;
	fds[0] = feeds[1];
	fds[1] = ends[1];
	if (start_qsend(s, name, port, fds) == -1) {
		close_pair(ends);
		close_pair(feeds);
		return -1;
	}
	(void)close(feeds[1]);
	(void)close(ends[1]);
	*feed = feeds[0];
	return ends[0];
}

void
spawn_reap(struct spawn *s)
{
	pid_t pid;

	if (s->parent != -1)
		return;		/* all are the parent's */
	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		children_forget(&s->deliveries, pid);
	(void)children_kill(&s->deliveries, clock_ms());
}
