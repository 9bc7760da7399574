/*
 * Fuzzes the reading of settings: the input is the content of every file that
 * smtpd reads.  What cannot be understood is never "no", nor a default.
 * link: SMTPD -smtpd/main.c -lib/auth.c
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "smtpd/session.h"
#include "tests/fuzz/fuzz.h"

static struct settings set;
static struct session s;

/* Not reached: no session is held. */
int
auth_check(struct auth *a, const struct sasl *sasl, char *output)
{
	(void)a;
	(void)sasl;
	(void)output;
	return AUTH_BAD;
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

static void
read_lists(void)
{
	int found;

	s.set = &set;
	s.may_relay = -1;
	found = relay_client(&s);
	check(found >= -1 && found <= 1, "yes, no or cannot tell");
	found = relay_domain(&s, "mail.far.example");
	check(found >= -1 && found <= 1, "yes, no or cannot tell");
	found = relay_bad_sender(&s, "a@b.example");
	check(found >= -1 && found <= 1, "yes, no or cannot tell");
}

static void
read_values(struct conf *c)
{
	char text[CONF_LINE_MAX] = "default", me[ADDRESS_DOMAIN_MAX + 1];
	unsigned long long n = 7;
	int there = conf_number(c, "databytes", 5, 1000, &n);

	check(n >= 5 && n <= 1000, "a number in its range");
	check(there || c->error[0] != '\0', "it is there");
	c->error[0] = '\0';
	there = conf_text(c, "spool", text, sizeof(text));
	check(strchr(text, '\n') == NULL, "one line");
	check(there || c->error[0] != '\0', "it is there");
	c->error[0] = '\0';
	conf_me(c, me, sizeof(me));
	check(c->error[0] != '\0' || address_is_domain(me, 1), "a domain");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "rcpthosts", "relayclients",
	    "badmailfrom", "me", "databytes", "spool" };
	static int fd = -1;
	char path[700], link[700];
	struct conf conf;
	size_t i;

	if (fd == -1) {
		snprintf(path, sizeof(path), "%s/file", fuzz_dir());
		fd = open(path, O_RDWR | O_CREAT, 0600);
		check(fd != -1, "a setting");
		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			snprintf(link, sizeof(link), "%s/%s", fuzz_dir(),
			    names[i]);
			check(symlink("file", link) == 0, "a name");
		}
		conf_open(&set.conf, fuzz_dir());
		memcpy(set.ip, "192.0.2.7", 10);
	}
	fuzz_log();
	fuzz_set(fd, data, size);
	read_lists();
	conf = set.conf;
	read_values(&conf);
	return 0;
}
