/*
 * Fuzzes qsend's settings: the input is the content of smtpauth, or of every
 * other file.
 * link: qsend/settings.c lib/conf.c lib/address.c lib/text.c
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "qsend/settings.h"
#include "tests/fuzz/fuzz.h"

static const char *const names[] = { "smtpauth", "me", "helohost",
    "outgoingip", "timeoutremote", "tlsclient", "tlsrequired" };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct settings set;
	static int fd = -1;
	char path[700];
	struct conf conf;

	if (size < 1)
		return 0;
	snprintf(path, sizeof(path), "%s/file", fuzz_dir());
	if (fd == -1) {
		fd = open(path, O_RDWR | O_CREAT, 0600);
		check(fd != -1, "a setting");
	}
	fuzz_set(fd, data + 1, size - 1);
	snprintf(path, sizeof(path), "%s/%s", fuzz_dir(),
	    names[data[0] % (sizeof(names) / sizeof(names[0]))]);
	check(symlink("file", path) == 0, "its name");
	conf_open(&conf, fuzz_dir());
	settings_read(&set, &conf, "relay.example");
	check(unlink(path) == 0, "its name is removed");
	if (conf.dir != -1)
		close(conf.dir);
	if (conf.error[0] != '\0')
		return 0;
	check(address_is_domain(set.me, 1) && address_is_domain(set.helohost,
	    0), "domains");
	check(strlen(set.user) <= SASL_PART_MAX && strlen(set.password) <=
	    SASL_PART_MAX && (set.user[0] == '\0') == (set.password[0] == '\0'),
	    "a user and a password, or neither");
	check(set.timeoutremote_s >= 1 && set.timeoutremote_s <= 86400,
	    "a number in its range");
	return 0;
}
