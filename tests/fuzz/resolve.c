/*
 * Fuzzes the reader of answers about MX records, about the name a.example.
 * link: qsend/resolve.c lib/clock.c lib/text.c
 * libs: -lresolv
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qsend/resolve.h"

static void
check(int right, const char *what)
{
	if (right)
		return;
	fprintf(stderr, "wrong: %s\n", what);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[RESOLVE_NAME_MAX] = "a.example";
	struct resolve_list list;
	size_t i;

	if (resolve_parse(data, size, name, &list) != RESOLVE_OK)
		return 0;
	check(list.count > 0 && list.count <= RESOLVE_HOSTS_MAX, "count");
	for (i = 0; i < list.count; i++) {
		const char *host = list.hosts[i].name;

		check(strlen(host) > 0 && strlen(host) < RESOLVE_NAME_MAX &&
		    strpbrk(host, " \\/$%;|&`'\"()<>") == NULL &&
		    host[0] != '-', "a host name");
		check(i == 0 || list.hosts[i - 1].preference <=
		    list.hosts[i].preference, "order");
	}
	return 0;
}
