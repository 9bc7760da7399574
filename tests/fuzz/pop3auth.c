/*
 * Fuzzes POP3's AUTHORIZATION state: the input is what the client sends.  What
 * stands behind the command that logs in has not been read.
 * link: POP3AUTH -pop3d/pop3auth.c -lib/auth.c
 */
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "pop3d/authorization.h"
#include "tests/fuzz/fuzz.h"

static int in = -1, out;
static size_t length;
static off_t read_to;	/* by the login that succeeded, or -1 */
static const uint8_t *input;

int
auth_check(struct auth *a, const struct sasl *sasl, char *output)
{
	(void)a;
	(void)output;
	check(strlen(sasl->user) <= SASL_PART_MAX &&
	    strlen(sasl->password) <= SASL_PART_MAX, "credentials");
	if (sasl->password[0] == 'x')
		return AUTH_BAD;
	if (sasl->password[0] == 't')
		return AUTH_TEMPORARY;
	read_to = lseek(in, 0, SEEK_CUR);
	check(read_to > 0 && input[read_to - 1] == '\n',
	    "nothing was read behind the login");
	return AUTH_OK;
}

void
auth_change(struct auth *a, int read_fd, int write_fd)
{
	(void)a;
	(void)read_fd;
	(void)write_fd;
}

void
auth_delay(long long began_ms)
{
	(void)began_ms;		/* a second is long here */
}

/* Nobody waits; a file is always ready, up to its end. */
int
poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	nfds_t i;

	if (fds == NULL)
		return 0;
	for (i = 0; i < n; i++)
		fds[i].revents = fds[i].fd < 0 ? 0 : fds[i].events;
	return timeout_ms != 0 || lseek(in, 0, SEEK_CUR) < (off_t)length;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct authorization s;
	static char replies[1 << 20];
	static char checkpw[] = "checkpw";
	static char *argv[] = { checkpw, NULL };
	struct ucspitls tls = { -1, -1, -1, "", "" };
	struct auth auth = { argv, -1, 1, 0, 0, -1, 0 };
	size_t n;

	if (size < 1 || size > 65536)
		return 0;
	if (in == -1) {
		in = fuzz_file();
		out = fuzz_file();
		log_open("pop3auth");
	}
	input = data + 1;
	length = size - 1;
	read_to = -1;
	auth.read_fd = in;
	auth.write_fd = out;
	fuzz_set(in, input, length);
	fuzz_set(out, "", 0);
	memset(&s, 0, sizeof(s));
	s.auth = &auth;
	s.tls = &tls;
	s.me = "hamburger.edu";
	s.ip = "192.0.2.7";
	s.timeout_s = 600;
	s.is_tls = data[0] & 1;
	s.require_tls = (data[0] & 2) != 0;
	authorization_run(&s);
	n = fuzz_get(out, replies, sizeof(replies));
	fuzz_lines(replies, n, "replies are lines");
	check(read_to == -1 || lseek(in, 0, SEEK_CUR) == read_to,
	    "nothing is read after the login");
	check(read_to == -1 || !s.require_tls || s.is_tls,
	    "no login in clear where TLS is required");
	fuzz_log();
	return 0;
}
