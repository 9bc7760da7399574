/*
 * Fuzzes qsend's session and transaction: the input is all that the server says.
 * Every recipient has one verdict; the server gets lines, and the final dot at
 * most once; "sent" is reported only behind a final dot.
 * link: QSEND -qsend/main.c -qsend/connect.c
 * libs: -lresolv
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/log.h"
#include "qsend/connect.h"
#include "qsend/feed.h"
#include "qsend/relay.h"
#include "tests/fuzz/fuzz.h"

#define SIZE	60000	/* a socket's buffer takes it */

static const char *const files[] = {
	"Return-Path: <a@b.example>\nDelivered-To: c@d.example\n"
	    "Received: x\n\nhello\n.\n..\nlast",
	"Return-Path: <>\nEnvelope-Options: BODY=8BITMIME RET=FULL ENVID=q+2B\n"
	    "Delivered-To: c@d.example\nRecipient-Options: NOTIFY=SUCCESS "
	    "ORCPT=rfc822;c@d.example\nDelivered-To: e@d.example\n"
	    "Received: x\nMIME-Version: 1.0\nContent-Type: text/plain;"
	    " charset=utf-8\n\ncaf\303\251\n.\n",
	"Return-Path: <\303\251@b.example>\nEnvelope-Options: SMTPUTF8\n"
	    "Delivered-To: \303\251@d.example\nReceived: x\n\nhello\n",
	"Return-Path: <a@b.example>\nDelivered-To: c@d.example\n"
	    "Delivered-To: e@d.example\nDelivered-OK: f@d.example\n"
	    "Delivered-To: g@d.example\nReceived: x\n\r\n.\r\n\rMAIL\r\n"
};
static const size_t pending[] = { 1, 2, 1, 3 };

static const uint8_t *server;
static size_t server_size;
static int far_end = -1;
static struct relay relay;
static char text[1 << 20];

enum connect_status
connect_find(const char *name, unsigned int port, struct addresses *to)
{
	(void)name;
	(void)port;
	memset(to, 0, sizeof(*to));
	to->count = 1;
	return CONNECT_OK;
}

int
connect_to(const struct sockaddr_storage *to, const char *ip,
    unsigned int timeout_s, int stop_fd)
{
	int ends[2];

	(void)to;
	(void)ip;
	(void)timeout_s;
	(void)stop_fd;
	errno = ECONNREFUSED;
	if (far_end != -1 || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1)
		return -1;
	far_end = ends[1];
	check(send(far_end, server, server_size, MSG_DONTWAIT) ==
	    (ssize_t)server_size, "the server's part");
	shutdown(far_end, SHUT_WR);
	return ends[0];
}

int
connect_is_own(const struct sockaddr_storage *a)
{
	(void)a;
	return 0;
}

void
connect_text(const struct sockaddr_storage *a, char to[CONNECT_TEXT_MAX])
{
	(void)a;
	memcpy(to, "192.0.2.1", 10);
}

/* How many final dots the server got. */
static size_t
check_sent(void)
{
	size_t n = 0, dots = 0;
	ssize_t got;
	const char *p;

	if (far_end == -1)
		return 0;
	while (n < sizeof(text) - 1 && (got = recv(far_end, text + n,
	    sizeof(text) - 1 - n, MSG_DONTWAIT)) > 0)
		n += (size_t)got;
	text[n] = '\0';
	close(far_end);
	far_end = -1;
	for (p = text; p < text + n; p++) {
		check(*p != '\n' || (p > text && p[-1] == '\r'), "bare LF");
		check(*p != '\r' || p + 1 == text + n || p[1] == '\n',
		    "bare CR");
		dots += *p == '.' && p > text && p[-1] == '\n' && p[1] == '\r';
	}
	check(dots <= 1, "one final dot");
	return dots;
}

static void
check_reports(const char *line, size_t n, size_t want, size_t dots)
{
	const char *end = line + n;
	size_t verdicts = 0;

	for (; line < end; line = strchr(line, '\n') + 1) {
		const char *p;

		check(strchr(line, '\n') != NULL, "lines");
		for (p = line; *p != '\n'; p++)
			check(*p >= ' ' && *p <= '~', "printable");
		if (strncmp(line, "down ", 5) == 0 ||
		    strncmp(line, "closed ", 7) == 0)
			continue;
		verdicts++;
		if (strncmp(line, "sent ", 5) == 0 ||
		    strncmp(line, "relayed ", 8) == 0)
			check(dots == 1, "nothing is sent without its end");
		else
			check(strncmp(line, "deferred ", 9) == 0 ||
			    strncmp(line, "failed ", 7) == 0, "a verdict");
	}
	check(verdicts == want, "a verdict for every recipient");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct settings settings;
	static struct work work;
	static char reports[1 << 18];
	static int file = -1, out;
	size_t n, dots;
	int which;

	if (size < 1 || size > SIZE)
		return 0;
	if (file == -1) {
		file = fuzz_file();
		out = fuzz_file();
		log_open("qsend");
		memcpy(settings.me, "b.example", 10);
		memcpy(settings.helohost, "b.example", 10);
		settings.timeoutconnect_s = settings.timeoutremote_s = 60;
	}
	which = data[0] & 3;
	memcpy(settings.user, "bob", 4);
	memcpy(settings.password, "hungry", 7);
	if ((data[0] & 4) == 0)
		settings.user[0] = '\0';
	server = data + 1;
	server_size = size - 1;
	fuzz_set(file, files[which], strlen(files[which]));
	fuzz_set(out, "", 0);
	memset(&relay, 0, sizeof(relay));
	relay.destination = "[192.0.2.1]";
	report_init(&relay.report, out);
	session_init(&relay.session, &settings, "192.0.2.1", 1, 0, -1);
	memcpy(work.label, "q", 2);
	work.fd = dup(file);
	relay_queue_file(&relay, &work);
	session_quit(&relay.session);
	check(out_flush(&relay.report.out) == 0, "reports");
	dots = check_sent();
	n = fuzz_get(out, reports, sizeof(reports));
	check_reports(reports, n, pending[which], dots);
	fuzz_log();
	return 0;
}
