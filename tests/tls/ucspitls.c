/*
 * ucspitls - a UCSPI-TLS terminator over OpenSSL, for the tests.
 *
 *	ucspitls CERT KEY program [argument ...]
 *
 * The connection is on descriptors 0 and 1.  Gives program $SSLCTLFD,
 * $SSLREADFD and $SSLWRITEFD, waits for its order, does the handshake, and
 * passes octets on until both sides have closed.  'Y' is answered with what the
 * handshake found, NUL-terminated and ended by an empty string.
 */
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/ssl.h>

#define WAIT_MS	30000

static void
check(int good, const char *what)
{
	if (!good) {
		perror(what);
		exit(111);
	}
}

static void
set(const char *name, int fd)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", fd);
	check(setenv(name, number, 1) == 0, name);
}

static void
run(char **argv, int ctl, int in, int out)
{
	set("SSLCTLFD", ctl);
	set("SSLREADFD", in);
	set("SSLWRITEFD", out);
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(111);
}

static void
report(int ctl, SSL *ssl)
{
	char text[512];
	int n;

	n = snprintf(text, sizeof(text), "SSL_PROTOCOL=%s%cSSL_CIPHER=%s%c",
	    SSL_get_version(ssl), '\0', SSL_get_cipher(ssl), '\0');
	check(write(ctl, text, (size_t)n + 1) == n + 1, "report");
}

static int
send_all(int fd, const char *p, ssize_t left)
{
	ssize_t n;

	for (; left > 0; p += n, left -= n)
		if ((n = write(fd, p, (size_t)left)) <= 0)
			return -1;
	return 0;
}

static void
relay(SSL *ssl, int from, int to)
{
	struct pollfd fds[2] = { { 0, POLLIN, 0 }, { from, POLLIN, 0 } };
	char buf[16384];
	ssize_t n;

	while (SSL_pending(ssl) > 0 || poll(fds, 2, WAIT_MS) > 0) {
		if (SSL_pending(ssl) > 0 || fds[0].revents != 0) {
			n = SSL_read(ssl, buf, sizeof(buf));
			if (n <= 0 || send_all(to, buf, n) == -1) {
				close(to);
				to = fds[0].fd = -1;
			}
			fds[0].revents = 0;
		}
		if (fds[1].revents != 0) {
			n = read(from, buf, sizeof(buf));
			if (n <= 0 || SSL_write(ssl, buf, (int)n) <= 0)
				break;
			fds[1].revents = 0;
		}
	}
	SSL_shutdown(ssl);
	if (to != -1)
		close(to);
}

static SSL *
handshake(const char *cert, const char *key)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	SSL *ssl;

	if (SSL_CTX_use_certificate_chain_file(context, cert) != 1 ||
	    SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1 ||
	    (ssl = SSL_new(context)) == NULL || SSL_set_rfd(ssl, 0) != 1 ||
	    SSL_set_wfd(ssl, 1) != 1 || SSL_accept(ssl) != 1)
		return NULL;
	return ssl;
}

int
main(int argc, char **argv)
{
	int ctl[2], in[2], out[2], status;
	char order;
	pid_t pid;
	SSL *ssl;

	if (argc < 4)
		return 100;
	check(socketpair(AF_UNIX, SOCK_STREAM, 0, ctl) == 0 &&
	    pipe(in) == 0 && pipe(out) == 0, "pipe");
	signal(SIGPIPE, SIG_IGN);
	pid = fork();
	check(pid != -1, "fork");
	if (pid == 0) {
		close(ctl[0]);
		close(in[1]);
		close(out[0]);
		run(argv + 3, ctl[1], in[0], out[1]);
	}
	close(ctl[1]);
	close(in[0]);
	close(out[1]);
	if (read(ctl[0], &order, 1) == 1 &&
	    (ssl = handshake(argv[1], argv[2])) != NULL) {
		if (order == 'Y')
			report(ctl[0], ssl);
		close(ctl[0]);
		relay(ssl, out[0], in[1]);
	} else {
		close(ctl[0]);
		close(in[1]);
	}
	close(0);
	close(1);
	check(waitpid(pid, &status, 0) == pid, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 111;
}
