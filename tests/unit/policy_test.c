/*
 * policy_test - what a configured program that takes too long is worth.
 * link: lib/policy.c lib/child.c lib/clock.c lib/log.c lib/text.c
 */
#include <sys/stat.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/policy.h"
#include "tests/unit/tap.h"

/* What a script that has a second is worth. */
static int
verdict(const char *script)
{
	struct policy p;
	FILE *f = fopen("program", "w");

	if (f == NULL || fprintf(f, "#!/bin/sh\n%s\n", script) < 0 ||
	    fclose(f) != 0 || chmod("program", 0755) == -1)
		abort();
	memset(&p, 0, sizeof(p));
	p.command = "./program";
	p.path = "/bin:/usr/bin";
	p.stage = "data";
	p.timeout_s = 1;
	return policy_run(&p, -1);
}

int
main(void)
{
	long long began_ms;

	is_int(verdict("exit 0"), POLICY_ACCEPT, "SEC-S27 it says so in time");
	is_int(verdict("exit 99"), POLICY_DROP, "and this");
	is_int(verdict("exit 7"), POLICY_TEMPORARY, "no known status");
	began_ms = clock_ms();
	is_int(verdict("exec sleep 10"), POLICY_TEMPORARY, "SEC-S27 too late");
	is_int(verdict("sleep 10 & exit 0"), POLICY_TEMPORARY,
	    "D07 ended, but what it began still has its output: too late");
	is_int(verdict("sleep 10 & exit 100"), POLICY_TEMPORARY,
	    "D07 whatever it says");
	ok(clock_ms() - began_ms < 8000, "SEC-S27 and none is waited for");
	is_int(verdict("(sleep 3; : >left) & exit 0"), POLICY_TEMPORARY,
	    "too late once more");
	(void)poll(NULL, 0, 3500);
	ok(access("left", F_OK) == -1, "SEC-S27 and what it began is ended");
	return done_testing();
}
