/*
 * ucspitls - UCSPI-TLS.  The terminator is the administrator's; its report is
 * bounded all the same.
 */
#include "ucspitls.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "text.h"

static int
descriptor(const char *value)
{
	unsigned long long fd;

	if (value == NULL || text_number(value, 255, &fd) == -1 || fd < 3 ||
	    fcntl((int)fd, F_GETFD) == -1)
		return -1;
	return (int)fd;
}

void
ucspitls_init(struct ucspitls *u, const char *ctl, const char *rd,
    const char *wr)
{
	u->ctl_fd = descriptor(ctl);
	u->read_fd = descriptor(rd);
	u->write_fd = descriptor(wr);
	u->protocol[0] = u->cipher[0] = '\0';
	if (u->ctl_fd == -1 || u->read_fd == -1 || u->write_fd == -1)
		u->ctl_fd = u->read_fd = u->write_fd = -1;
}

/* Keeps the value of "NAME=value" if it is one that is shown later. */
static void
keep(struct ucspitls *u, const char *variable)
{
	struct text t;

	if (strncmp(variable, "SSL_PROTOCOL=", 13) == 0) {
		text_init(&t, u->protocol, sizeof(u->protocol));
		text_add_printable(&t, variable + 13, strlen(variable + 13));
	} else if (strncmp(variable, "SSL_CIPHER=", 11) == 0) {
		text_init(&t, u->cipher, sizeof(u->cipher));
		text_add_printable(&t, variable + 11, strlen(variable + 11));
	}
}

/* Reads the report: strings ended by NUL, an empty one, end of file. */
static int
report(struct ucspitls *u, long long deadline_ms)
{
	char variable[512];
	size_t used = 0;
	int told = 0;

	for (;;) {
		struct pollfd ready = { u->ctl_fd, POLLIN, 0 };
		long long left = deadline_ms - clock_ms();
		int events = left <= 0 ? 0 : poll(&ready, 1, (int)left);
		char block[512];
		ssize_t i, n;

		if (events == 0)
			return -1;
		if (events == -1)
			continue;	/* a signal: read() would wait */
		n = read(u->ctl_fd, block, sizeof(block));
		if (n == -1 && errno != EINTR)
			return -1;
		if (n == 0)	/* no octet at all: the handshake failed */
			return told ? 0 : -1;
		for (i = 0; i < n; i++) {
			told = 1;
			if (used < sizeof(variable))
				variable[used++] = block[i];
			if (block[i] != '\0')
				continue;
			if (used == 1)
				return 0;
			variable[sizeof(variable) - 1] = '\0';
			keep(u, variable);
			used = 0;
		}
	}
}

int
ucspitls_start(struct ucspitls *u, unsigned int timeout_s)
{
	int result = -1;

	if (write(u->ctl_fd, "Y", 1) == 1)
		result = report(u, clock_ms() + (long long)timeout_s * 1000);
	(void)close(u->ctl_fd);
	u->ctl_fd = -1;
	return result;
}
