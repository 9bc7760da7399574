/*
 * parent - all of qrun that runs as root, from the split to the drop.
 *
 * It opens one directory below mailroot as root, and looks at its owner.  It
 * trusts nothing in a request: whoever has taken over the manager can deliver
 * mail and start qsend, which the manager may do anyway, and cannot become
 * root or choose a uid, a program or a file.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/clock.h"
#include "../lib/drop.h"
#include "../lib/log.h"
#include "../lib/text.h"
#include "children.h"
#include "owner.h"
#include "parent.h"
#include "worker.h"

#define LEAVE_MS	2000	/* deliveries may take this without a manager */

static volatile sig_atomic_t manager;	/* a pid fits on all that we know */
static struct owners owners;
static struct children deliveries;

/* A supervisor knows our pid only: what it tells us is for the manager. */
static void
pass_on(int number)
{
	if (number != SIGCHLD && manager > 1)
		(void)kill((pid_t)manager, number);	/* it may be gone */
}

static void
handle_signals(void (*handler)(int))
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP, SIGALRM,
	    SIGCHLD };
	struct sigaction action = { 0 };
	size_t i;

	action.sa_handler = handler;	/* no SA_RESTART: SIGCHLD wakes us */
	(void)sigemptyset(&action.sa_mask);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		(void)sigaction(numbers[i], &action, NULL);
}

static int
is_terminated(const char *s, size_t size)
{
	return memchr(s, '\0', size) != NULL;
}

/* True if path is DOMAIN/ENTRY, two plain names. */
static int
is_mailbox_path(const char *path)
{
	const char *slash = strchr(path, '/'), *s;

	if (slash == NULL || slash == path || path[0] == '.' ||
	    slash[1] == '\0' || slash[1] == '.' ||
	    strchr(slash + 1, '/') != NULL)
		return 0;
	for (s = path; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return 0;
	return 1;
}

static int
is_opened(int fd, mode_t type, int access)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == type &&
	    (fcntl(fd, F_GETFL) & O_ACCMODE) == access;
}

/* In the child, still root: becomes the owner of the mailbox, and delivers. */
static void
deliver_as_owner(const struct parent *p, const char *path, int feed, int result)
{
	const struct deliver_conf conf = { p->conf->me, p->conf->command_s,
	    p->lifeline, p->conf->path };
	const char *why = "4.3.0 mailbox cannot be opened";
	struct stat st;
	int mailbox = openat(p->mailroot, path,
	    O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);

	if (mailbox != -1 && fstat(mailbox, &st) == 0)
		why = owner_become(&owners, st.st_uid, st.st_gid);
	if (why != NULL) {
		deliver_result(result, 'Z', why);
		return;
	}
	(void)close(p->mailroot);	/* nothing was written */
	worker_serve(&conf, mailbox, feed, result);
}

int
parent_qsend_words(const struct spawn_conf *conf, char *host,
    unsigned int port, char port_text[8], char *words[PARENT_WORDS])
{
	const char *s;
	struct text t;
	size_t n = 0;

	for (s = host; *s != '\0'; s++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		    "0123456789.-:_[]", *s) == NULL && (*s & 0x80) == 0)
			break;
	if (*host == '\0' || *host == '-' || *s != '\0' || port > 65535) {
		errno = EINVAL;
		return -1;
	}
	words[n++] = (char *)"qsend";
	words[n++] = (char *)"-c";
	words[n++] = (char *)conf->conf_path;
	if (port != 0) {
		text_init(&t, port_text, 8);
		text_add_number(&t, port, 1);
		words[n++] = (char *)"-p";
		words[n++] = port_text;
	}
	words[n++] = host;
	words[n] = NULL;
	return 0;
}

/* In the child, still root: becomes qsenduser, and qsend. */
static void
run_qsend(const struct parent *p, struct parent_request *r, int feed,
    int report)
{
	char port_text[8];
	char *words[PARENT_WORDS];

	if (parent_qsend_words(p->conf, r->host, r->port, port_text, words)
	    == -1 || drop_to(p->qsend_uid, p->qsend_gid) == -1)
		return;
	/* the two are over 2, so that these are not close-on-exec */
	if (dup2(feed, STDIN_FILENO) != -1 &&
	    dup2(report, STDOUT_FILENO) != -1)
		(void)execvp(words[0], words);	/* no report: deferred */
	log_event("trouble", "what", "cannot start", "name", words[0], "text",
	    strerror(errno));
}

/* Forks, and in the child does what is asked and leaves. */
static void
carry_out(const struct parent *p, struct parent_request *r, const int fds[2])
{
	int is_delivery = r->kind == PARENT_DELIVERY &&
	    is_terminated(r->mailbox, sizeof(r->mailbox)) &&
	    is_mailbox_path(r->mailbox);
	int is_qsend = r->kind == PARENT_QSEND &&
	    is_terminated(r->host, sizeof(r->host));
	pid_t pid;

	owners_learn(&owners);
	if ((!is_delivery && !is_qsend) ||
	    !is_opened(fds[0], S_IFSOCK, O_RDWR) ||
	    !is_opened(fds[1], S_IFIFO, O_WRONLY))
		return;	/* what was not forked has no result: deferred */
	pid = fork();
	if (pid > 0 && is_delivery)
		children_add(&deliveries, pid, clock_ms() + 1000LL *
		    (DELIVERIES_S + p->conf->command_s + DELIVERY_GRACE_S + 1));
	if (pid != 0)
		return;
	handle_signals(SIG_DFL);
	(void)setpgid(0, 0);	/* ^C is for the manager */
	(void)close(p->socket);
	if (is_delivery)
		deliver_as_owner(p, r->mailbox, fds[0], fds[1]);
	else
		run_qsend(p, r, fds[0], fds[1]);
	_exit(111);
}

/* Waits for children, with the options of waitpid(): 1 when the manager was among
 * them, *status is its exit status. */
static int
reap(const struct parent *p, int options, int *status)
{
	int how;
	pid_t pid;

	while ((pid = waitpid(-1, &how, options)) > 0 ||
	    (pid == -1 && errno == EINTR)) {
		children_forget(&deliveries, pid);
		if (pid == p->manager) {
			*status = WIFEXITED(how) ? WEXITSTATUS(how) : 111;
			return 1;
		}
	}
	return 0;
}

/* Without the manager deliveries leave: their lifeline has hung up.  Who was
 * stopped cannot see it. */
static void
end_deliveries(const struct parent *p)
{
	long long until_ms = clock_ms() + LEAVE_MS;
	int status;

	(void)reap(p, WNOHANG, &status);
	while (deliveries.count > 0 && clock_ms() < until_ms) {
		(void)poll(NULL, 0, 20);	/* only sleeps */
		(void)reap(p, WNOHANG, &status);
	}
	(void)children_kill(&deliveries, LLONG_MAX);
}

int
parent_serve(const struct parent *p)
{
	static struct parent_request request;
	struct pollfd asked = { p->socket, POLLIN, 0 };
	int fds[2], status = 111, gone = 0;
	ssize_t n = 1;

	manager = (sig_atomic_t)p->manager;
	owners_init(&owners);
	handle_signals(pass_on);
	while (!gone && n > 0) {
		/* SIGCHLD ends the wait, too. */
		if (poll(&asked, 1, children_kill(&deliveries, clock_ms())) > 0) {
			n = spawn_receive(p->socket, &request, sizeof(request),
			    fds);
			if (n == (ssize_t)sizeof(request) && fds[1] != -1)
				carry_out(p, &request, fds);
			else if (n == -1 && errno == EINTR)
				n = 1;
			(void)close(fds[0]);	/* -1 is no harm */
			(void)close(fds[1]);
		}
		/* End of file: the manager is gone, or going. */
		gone = reap(p, n == 0 ? 0 : WNOHANG, &status);
	}
	end_deliveries(p);
	return status;
}
