# Where there is no rcpthosts, anybody may relay.
# file: smtpd/relay.c
# test: tests/smtpd-policy.t
# sees: SEC-S18 without rcpthosts nobody relays
# hunks: 2
s/^#include <strings.h>/&\
#include <unistd.h>/
/^relay_domain(/,/^}/s/^	return /	if (faccessat(s->set->conf.dir, "rcpthosts", F_OK, 0) == -1)\
		return 1;\
&/
