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
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/drop.h"
#include "../lib/text.h"
#include "parent.h"

static volatile sig_atomic_t manager;	/* a pid fits on all that we know */

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
deliver_as_owner(const struct parent *p, const struct delivery *d,
    int message, int result)
{
	const struct deliver_conf conf = { p->conf->me, p->conf->command_s,
	    p->lifeline, p->conf->path };
	const struct passwd *account;
	struct stat st;
	int mailbox = openat(p->mailroot, d->mailbox.path,
	    O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);

	if (mailbox == -1 || fstat(mailbox, &st) == -1) {
		deliver_result(result, 'Z', "4.3.0 mailbox cannot be opened");
		return;
	}
	errno = 0;
	account = getpwuid(st.st_uid);
	if (st.st_uid == 0) {
		deliver_result(result, 'Z', "4.3.5 mailbox belongs to root");
	} else if (account == NULL && errno != 0 && errno != ENOENT) {
		deliver_result(result, 'Z', "4.3.0 accounts cannot be read");
	} else if (account == NULL && st.st_gid == 0) {
		/* Group 0 reads what only root should, /etc/sudoers say. */
		deliver_result(result, 'Z', "4.3.5 mailbox belongs to group 0 "
		    "and its owner has no account");
	} else if (drop_to(st.st_uid, account ? account->pw_gid : st.st_gid,
	    account ? account->pw_name : NULL) == -1) {
		deliver_result(result, 'Z', "4.3.0 cannot become the owner");
	} else {
		(void)close(p->mailroot);	/* nothing was written */
		deliver(&conf, d, mailbox, message, result);
	}
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
	    == -1 || drop_to(p->qsend_uid, p->qsend_gid, NULL) == -1)
		return;
	/* the two are over 2, so that these are not close-on-exec */
	if (dup2(feed, STDIN_FILENO) != -1 &&
	    dup2(report, STDOUT_FILENO) != -1)
		(void)execvp(words[0], words);	/* no report: deferred */
}

/* Forks, and in the child does what is asked and leaves. */
static void
carry_out(const struct parent *p, struct parent_request *r, const int fds[2])
{
	const struct delivery *d = &r->delivery;
	int is_delivery = r->kind == PARENT_DELIVERY &&
	    is_terminated(d->sender, sizeof(d->sender)) &&
	    is_terminated(d->recipient, sizeof(d->recipient)) &&
	    is_terminated(d->mailbox.path, sizeof(d->mailbox.path)) &&
	    is_terminated(d->mailbox.extension,
	    sizeof(d->mailbox.extension)) &&
	    is_mailbox_path(d->mailbox.path) && d->message >= 0 &&
	    is_opened(fds[0], S_IFREG, O_RDONLY) &&
	    is_opened(fds[1], S_IFIFO, O_WRONLY);
	int is_qsend = r->kind == PARENT_QSEND &&
	    is_terminated(r->host, sizeof(r->host)) &&
	    is_opened(fds[0], S_IFSOCK, O_RDWR) &&
	    is_opened(fds[1], S_IFIFO, O_WRONLY);

	if ((!is_delivery && !is_qsend) || fork() != 0)
		return;	/* what was not forked has no result: deferred */
	handle_signals(SIG_DFL);
	(void)setpgid(0, 0);	/* ^C is for the manager */
	(void)close(p->socket);
	if (is_delivery)
		deliver_as_owner(p, d, fds[0], fds[1]);
	else
		run_qsend(p, r, fds[0], fds[1]);
	_exit(111);
}

int
parent_serve(const struct parent *p)
{
	static struct parent_request request;
	int fds[2], status, why;
	ssize_t n;
	pid_t pid;

	manager = (sig_atomic_t)p->manager;
	handle_signals(pass_on);
	do {
		n = spawn_receive(p->socket, &request, sizeof(request), fds);
		why = n == -1 ? errno : 0;
		if (n == (ssize_t)sizeof(request) && fds[1] != -1)
			carry_out(p, &request, fds);
		(void)close(fds[0]);	/* -1 is no harm */
		(void)close(fds[1]);
		/* End of file: the manager is gone, or going. */
		do {
			pid = waitpid(-1, &status, n == 0 ? 0 : WNOHANG);
			if (pid == p->manager)
				return WIFEXITED(status) ?
				    WEXITSTATUS(status) : 111;
		} while (pid > 0 || (n == 0 && pid == -1 && errno == EINTR));
	} while (n > 0 || why == EINTR);
	return 111;
}
