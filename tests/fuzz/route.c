/*
 * Fuzzes qrun's settings: the input is the content of smtproutes and of every
 * other file.  What comes out is a host that qsend can be given.
 * link: QRUN -qrun/main.c
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "qrun/qrun.h"
#include "tests/fuzz/fuzz.h"

static const char *const names[] = { "smtproutes", "me", "spool", "mailroot",
    "retry", "queuelifetime", "concurrencyremote", "concurrencyhost",
    "postmaster", "qsenduser", "quota" };

/* What qsend will make of it: no blank, no control octet, not an option. */
static void
check_host(const char *host)
{
	check(host[0] != '\0' && host[0] != '-', "a host");
	for (; *host != '\0'; host++)
		check(*host > ' ' && *host < 127, "octets of a host");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	static struct settings set;
	char path[700], host[ADDRESS_DOMAIN_MAX + 3];
	struct conf conf;
	unsigned int port = 0;
	size_t which, i;

	if (size < 1)
		return 0;
	which = data[0] % (sizeof(names) / sizeof(names[0]));
	snprintf(path, sizeof(path), "%s/file", fuzz_dir());
	if (fd == -1) {
		fd = open(path, O_RDWR | O_CREAT, 0600);
		check(fd != -1, "a setting");
	}
	fuzz_set(fd, data + 1, size - 1);
	snprintf(path, sizeof(path), "%s/%s", fuzz_dir(), names[which]);
	check(symlink("file", path) == 0, "its name");
	if (settings_read(&conf, fuzz_dir(), &set) == 0) {
		check(set.retry_s >= 1 && set.remote >= 1 && set.host >= 1,
		    "numbers are in their range");
		check(address_is_domain(set.me, 1), "me is a domain");
		if (route_find(&conf, "mail.far.example", host, sizeof(host),
		    &port) == 0)
			check_host(host);
		check(port <= 65535, "a port");
	} else {
		check(conf.error[0] != '\0', "what is wrong");
		for (i = 0; conf.error[i] != '\0'; i++)
			check(i < sizeof(conf.error), "a string");
	}
	if (conf.dir != -1)
		close(conf.dir);
	check(unlink(path) == 0, "its name is removed");
	return 0;
}
