/*
 * signal_test - a signal does not take its deadline from what waits for other
 * programs.
 * link: lib/auth.c lib/child.c lib/clock.c lib/drop.c lib/sasl.c lib/base64.c
 *   lib/log.c lib/policy.c lib/text.c lib/ucspitls.c
 */
#include <sys/socket.h>
#include <sys/time.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/auth.h"
#include "lib/clock.h"
#include "lib/policy.h"
#include "lib/sasl.h"
#include "lib/ucspitls.h"
#include "tests/unit/tap.h"

static volatile sig_atomic_t alarms;

/* The second one comes too late for any deadline here: it ends the test. */
static void
on_alarm(int signal_number)
{
	(void)signal_number;
	if (alarms++ > 0)
		_exit(1);
}

/* A signal in half a second, and another in six. */
static long long
begin(void)
{
	const struct itimerval when = { { 6, 0 }, { 0, 500000 } };

	alarms = 0;
	if (setitimer(ITIMER_REAL, &when, NULL) == -1)
		abort();
	return clock_ms();
}

static int
in_time(long long began_ms)
{
	long long ms = clock_ms() - began_ms;

	return alarms == 1 && ms >= 900 && ms < 5000;
}

int
main(void)
{
	static char *const argv[] = { "sleep", "20", NULL };
	static const struct sasl sasl = { "bob", "hungry" };
	static char output[AUTH_OUTPUT_MAX];
	struct sigaction action = { 0 };
	struct auth auth = { argv, -1, 0, 0, 1, 2, 1 };
	struct policy policy = { 0 };
	struct ucspitls tls = { 0 };
	long long began_ms;
	int ends[2];

	action.sa_handler = on_alarm;
	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGALRM, &action, NULL);

	began_ms = begin();
	policy.command = "sleep 20";
	policy.timeout_s = 1;
	is_int(policy_run(&policy, -1), POLICY_TEMPORARY,
	    "SEC-S27 a filter that hangs");
	ok(in_time(began_ms), "in time");

	began_ms = begin();
	is_int(auth_check(&auth, &sasl, output), AUTH_TEMPORARY,
	    "SEC-S27 a checkpassword program that hangs");
	ok(in_time(began_ms), "in time");

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1)
		abort();
	tls.ctl_fd = ends[0];
	began_ms = begin();
	is_int(ucspitls_start(&tls, 1), -1,
	    "SEC-S27 a TLS handshake that hangs");
	ok(in_time(began_ms), "in time");
	return done_testing();
}
