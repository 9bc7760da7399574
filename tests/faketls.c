/*
 * faketls - a UCSPI-TLS terminator without TLS, for the tests.
 *
 *	faketls program [argument ...]
 *
 * Gives program $SSLCTLFD, $SSLREADFD and $SSLWRITEFD.  When it is asked to
 * start it reports a protocol and passes octets through as they are.  With
 * $FAKETLS_FAIL the handshake fails.
 */
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void
check(int result)
{
	if (result == -1) {
		perror("faketls");
		exit(111);
	}
}

static void
set(const char *name, int fd)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", fd);
	check(setenv(name, number, 1));
}

/* Passes octets on; 0 at their end. */
static int
pass(int from, int to)
{
	char buf[4096];
	ssize_t n = read(from, buf, sizeof(buf));
	ssize_t done = 0, w;

	while (done < n && (w = write(to, buf + done, (size_t)(n - done))) > 0)
		done += w;
	return n > 0 && done == n;
}

static void
relay(int from_program, int to_program)
{
	struct pollfd fds[2] = {
		{ 0, POLLIN, 0 }, { from_program, POLLIN, 0 }
	};

	while (poll(fds, 2, 60000) > 0) {
		if (fds[1].revents != 0 && !pass(from_program, 1))
			return;
		if (fds[0].revents != 0 && !pass(0, to_program)) {
			close(to_program);
			fds[0].fd = -1;
		}
	}
}

int
main(int argc, char **argv)
{
	static const char report[] = "SSL_PROTOCOL=TLSv1.3\0SSL_CIPHER=NONE\0";
	int ctl[2], in[2], out[2], status;
	char order;
	pid_t pid;

	if (argc < 2)
		return 100;
	check(socketpair(AF_UNIX, SOCK_STREAM, 0, ctl));
	check(pipe(in));
	check(pipe(out));
	signal(SIGPIPE, SIG_IGN);
	pid = fork();
	check((int)pid);
	if (pid == 0) {
		close(ctl[0]);
		close(in[1]);
		close(out[0]);
		set("SSLCTLFD", ctl[1]);
		set("SSLREADFD", in[0]);
		set("SSLWRITEFD", out[1]);
		execvp(argv[1], argv + 1);
		_exit(111);
	}
	close(ctl[1]);
	close(in[0]);
	close(out[1]);
	if (read(ctl[0], &order, 1) == 1 && getenv("FAKETLS_FAIL") == NULL) {
		if (order == 'Y')
			check((int)write(ctl[0], report, sizeof(report)));
		close(ctl[0]);
		relay(out[0], in[1]);
	} else {
		close(ctl[0]);
	}
	close(in[1]);
	close(0);
	close(1);
	check(waitpid(pid, &status, 0));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 111;
}
