/*
 * Fuzzes a whole SMTP session: the input is what the client sends.  Every reply
 * is a reply; as many sound queue files as were answered "queued".
 * link: SMTPD -smtpd/main.c -lib/auth.c lib/envelope.c
 */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"
#include "smtpd/session.h"
#include "tests/fuzz/fuzz.h"

static struct settings set;
static struct session s;
static char replies[1 << 20];

/* No program is started: the password decides. */
int
auth_check(struct auth *a, const struct sasl *sasl, char *output)
{
	(void)a;
	memcpy(output, "carol@hamburger.edu\n", 21);
	return sasl->password[0] == 'h' ? AUTH_OK : sasl->password[0] == 't' ?
	    AUTH_TEMPORARY : AUTH_BAD;
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

static size_t
check_replies(size_t n)
{
	const char *line = replies, *end;
	size_t queued = 0, i;

	fuzz_lines(replies, n, "replies are lines");
	for (; line < replies + n; line = end + 1) {
		end = memchr(line, '\n', n);
		check(end - line >= 5 && end - line < 512, "a reply's length");
		for (i = 0; i < 3; i++)
			check(isdigit((unsigned char)line[i]), "a reply code");
		check(line[0] >= '2' && line[0] <= '5' &&
		    (line[3] == ' ' || line[3] == '-'), "a reply");
		for (i = 4; line + i < end - 1; i++)
			check(line[i] >= ' ' && line[i] <= '~', "printable");
		queued += strncmp(line, "250 2.0.0 queued", 16) == 0;
	}
	return queued;
}

static void
begin(void)
{
	char path[700];
	static char checkpw[] = "checkpw";
	static char *argv[] = { checkpw, NULL };

	snprintf(path, sizeof(path), "%s/mail", fuzz_dir());
	check(mkdir(path, 0700) == 0, "mailroot");
	set.mailroot = open(path, O_RDONLY | O_DIRECTORY);
	check(mkdirat(set.mailroot, "hamburger.edu", 0700) == 0 &&
	    mkdirat(set.mailroot, "hamburger.edu/bob", 0700) == 0 &&
	    mkdirat(set.mailroot, "hamburger.edu/carol", 0700) == 0, "boxes");
	conf_open(&set.conf, fuzz_dir());
	memcpy(set.me, "hamburger.edu", 14);
	memcpy(set.ip, "192.0.2.7", 10);
	set.recipients_max = 100;
	set.timeout_s = 300;
	set.session_s = 14400;
	s.auth.argv = argv;
	log_open("smtpd");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int in = -1, out;
	static char *const *argv;

	if (size < 1 || size > 65536)
		return 0;
	if (in == -1) {
		begin();
		argv = s.auth.argv;
		in = fuzz_file();
		out = fuzz_file();
		check(dup2(in, 0) == 0 && dup2(out, 1) == 1, "0 and 1");
	}
	set.normalize = data[0] & 1;
	set.plain_auth = (data[0] & 2) != 0;
	set.message_bytes = data[0] & 4 ? 400 : 0;
	set.relayclient = data[0] & 8 ? "" : NULL;
	fuzz_set(in, data + 1, size - 1);
	fuzz_set(out, "", 0);
	memset(&s, 0, sizeof(s));
	s.set = &set;
	s.auth.argv = argv;
	s.tls.ctl_fd = s.tls.read_fd = s.tls.write_fd = -1;
	check(spool_open(&s.spool, fuzz_spool()) == 0, "a spool is opened");
	session_run(&s, -1);
	close(s.spool.tmp);
	close(s.spool.new);
	check(fuzz_queued() == check_replies(fuzz_get(out, replies,
	    sizeof(replies))), "what was answered is queued, and nothing else");
	fuzz_log();
	return 0;
}
