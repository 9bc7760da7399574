/*
 * auth - asks a checkpassword program, across a process boundary when started
 * as root.  The parent trusts nothing in its child's requests: it takes a user
 * and a password, or word that the peer has moved to TLS's descriptors.
 */
#include "auth.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "clock.h"
#include "drop.h"
#include "sasl.h"

#define CREDENTIALS_MAX	512	/* octets of user, password, timestamp, 3 NULs */
#define DELAY_MS	1000	/* of the answer to a failed login */

/* One record on the socket. */
struct request {
	char		kind;	/* 'C' check, 'T' the peer is at TLS's */
	int		read_fd, write_fd;
	struct sasl	sasl;
};

/* Another: sent up to the end of its output, a NUL. */
struct answer {
	int	status;
	char	output[AUTH_OUTPUT_MAX];
};

/* Reads what the program prints until it closes; AUTH_OK or AUTH_TEMPORARY. */
static int
read_output(int fd, char *output, long long deadline_ms)
{
	size_t used = 0;

	for (;;) {
		struct pollfd ready = { fd, POLLIN, 0 };
		long long left = deadline_ms - clock_ms();
		int events = left <= 0 ? 0 : poll(&ready, 1, (int)left);
		ssize_t n;

		if (events == 0)
			return AUTH_TEMPORARY;
		if (events == -1)
			continue;	/* a signal: read() would wait */
		n = read(fd, output + used, AUTH_OUTPUT_MAX - used);
		if (n == -1 && errno == EINTR)
			continue;
		if (n > 0)
			used += (size_t)n;
		if (n <= 0 || used == AUTH_OUTPUT_MAX)
			break;
	}
	if (used == AUTH_OUTPUT_MAX || memchr(output, '\0', used) != NULL)
		return AUTH_TEMPORARY;
	output[used] = '\0';
	return AUTH_OK;
}

/* The pipe with user NUL password NUL timestamp NUL in it, which fit; its read
 * end, or -1. */
static int
credentials(const struct sasl *s)
{
	char block[CREDENTIALS_MAX];
	size_t user = strlen(s->user) + 1, password = strlen(s->password) + 1;
	int ends[2];

	memcpy(block, s->user, user);
	memcpy(block + user, s->password, password);
	block[user + password] = '\0';
	if (child_pipe(ends) == -1)
		return -1;
	/* Less than PIPE_BUF: this cannot wait. */
	if (write(ends[1], block, user + password + 1) == -1) {
		(void)close(ends[0]);
		ends[0] = -1;
	}
	(void)close(ends[1]);
	return ends[0];
}

static int
run(const struct auth *a, const struct sasl *s, char *output)
{
	long long deadline_ms = a->connection ? LLONG_MAX :
	    clock_ms() + (long long)a->timeout_s * 1000;
	int fds[4] = { -1, -1, a->log_fd, -1 };
	int ends[2] = { -1, -1 };
	int status = AUTH_OK;
	pid_t pid = -1;

	/* What there is no room for is nobody's. */
	if (strlen(s->user) + strlen(s->password) + 3 > CREDENTIALS_MAX)
		return AUTH_BAD;
	fds[3] = credentials(s);
	if (a->connection) {
		fds[0] = a->read_fd;
		fds[1] = a->write_fd;
	} else if (child_pipe(ends) == 0) {
		fds[1] = ends[1];
	}
	if (fds[3] != -1 && fds[1] != -1)
		pid = a->connection ?
		    child_start_beside(a->argv, NULL, fds, 4) :
		    child_start(a->argv, NULL, fds, 4);
	if (fds[3] != -1)
		(void)close(fds[3]);
	if (ends[1] != -1)
		(void)close(ends[1]);
	if (pid != -1 && !a->connection)
		status = read_output(ends[0], output, deadline_ms);
	if (ends[0] != -1)
		(void)close(ends[0]);
	if (pid == -1)
		return AUTH_TEMPORARY;
	if (status == AUTH_OK)
		return child_wait(pid, deadline_ms);
	(void)child_wait(pid, 0);
	return AUTH_TEMPORARY;
}

/* The parent's whole life. */
static void
serve(struct auth *a, int fd)
{
	static struct request request;
	static struct answer answer;
	int said_tls = 0;

	for (;;) {
		ssize_t n = recv(fd, &request, sizeof(request), 0);
		size_t length;

		if (n == -1 && errno == EINTR)
			continue;
		if (n != (ssize_t)sizeof(request))
			return;
		request.sasl.user[SASL_PART_MAX] = '\0';
		request.sasl.password[SASL_PART_MAX] = '\0';
		answer.status = 0;
		answer.output[0] = '\0';
		if (request.kind == 'T' && !said_tls &&
		    request.read_fd > 2 && request.write_fd > 2) {
			a->read_fd = request.read_fd;
			a->write_fd = request.write_fd;
			said_tls = 1;
		} else if (request.kind == 'C') {
			answer.status = run(a, &request.sasl, answer.output);
			if (answer.status != AUTH_OK)
				answer.output[0] = '\0';
		} else {
			return;
		}
		sasl_forget(&request.sasl);
		length = offsetof(struct answer, output) +
		    strlen(answer.output) + 1;
		if (send(fd, &answer, length, 0) != (ssize_t)length)
			return;
	}
}

int
auth_split(struct auth *a, uid_t uid, gid_t gid, int *status)
{
	int ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == -1)
		return -1;
	(void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	pid = fork();
	if (pid == 0) {
		(void)close(ends[1]);
		a->socket = ends[0];
		return drop_to(uid, gid);
	}
	(void)close(ends[0]);
	if (pid != -1) {
		serve(a, ends[1]);
		/* A child that still talks sees its socket close and gives
		 * up authentication; it ends by its own deadlines. */
	}
	(void)close(ends[1]);
	if (pid == -1)
		return -1;
	*status = child_wait(pid, LLONG_MAX);
	return 1;
}

/* Sends a request to the parent and waits for its answer. */
static int
ask(const struct auth *a, const struct request *request, char *output)
{
	static struct answer answer;
	ssize_t n;

	if (send(a->socket, request, sizeof(*request), 0) !=
	    (ssize_t)sizeof(*request))
		return AUTH_TEMPORARY;
	do
		n = recv(a->socket, &answer, sizeof(answer), 0);
	while (n == -1 && errno == EINTR);
	if (n <= (ssize_t)offsetof(struct answer, output))
		return AUTH_TEMPORARY;
	answer.output[n - 1 - (ssize_t)offsetof(struct answer, output)] = '\0';
	if (output != NULL)
		(void)strcpy(output, answer.output);
	return answer.status;
}

void
auth_change(struct auth *a, int read_fd, int write_fd)
{
	struct request request = { 'T', read_fd, write_fd, { "", "" } };

	a->read_fd = read_fd;
	a->write_fd = write_fd;
	/* If it cannot be told, the next check fails. */
	if (a->socket != -1)
		(void)ask(a, &request, NULL);
}

int
auth_check(struct auth *a, const struct sasl *s, char *output)
{
	struct request request = { 'C', 0, 0, { "", "" } };
	int status;

	if (output != NULL)
		output[0] = '\0';
	if (a->socket == -1)
		return run(a, s, output);
	memcpy(&request.sasl, s, sizeof(*s));
	status = ask(a, &request, output);
	sasl_forget(&request.sasl);
	return status;
}

void
auth_delay(long long began_ms)
{
	long long spent_ms = clock_ms() - began_ms;

	/* Who gives us a signal meanwhile is told at once. */
	(void)poll(NULL, 0, DELAY_MS - (int)(spent_ms % DELAY_MS));
}
