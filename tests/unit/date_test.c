/*
 * date_test - dates of RFC 5322 3.3.
 * link: lib/date.c lib/localdate.c lib/clock.c lib/text.c
 */
#include <locale.h>
#include <stdlib.h>

#include "lib/clock.h"
#include "lib/date.h"
#include "lib/text.h"
#include "tests/unit/tap.h"

static char buf[DATE_MAX];

static const char *
local(const char *zone, time_t when)
{
	struct text t;

	setenv("TZ", zone, 1);
	tzset();
	text_init(&t, buf, sizeof(buf));
	date_add_local(&t, when);
	return buf;
}

static const char *
utc(time_t when)
{
	struct text t;

	text_init(&t, buf, sizeof(buf));
	date_add(&t, when, 0);
	return buf;
}

int
main(void)
{
	long long before = clock_ms();

	setlocale(LC_ALL, "ko_KR.UTF-8");
	is_str(utc(0), "Thu, 1 Jan 1970 00:00:00 +0000", "I07 the epoch");
	is_str(utc(1795165200), "Fri, 20 Nov 2026 09:00:00 +0000",
	    "I07 four digits of year, names in English whatever the locale");
	is_str(utc(1709210096), "Thu, 29 Feb 2024 12:34:56 +0000",
	    "I07 a leap day");
	is_str(local("KST-9", 1795165200), "Fri, 20 Nov 2026 18:00:00 +0900",
	    "I07 Seoul");
	is_str(local("NST3:30", 1795165200), "Fri, 20 Nov 2026 05:30:00 -0330",
	    "I07 half an hour, west");
	is_str(local("LINT-14", 1798722000), "Fri, 1 Jan 2027 03:00:00 +1400",
	    "I07 the year turns east of Greenwich");
	is_str(local("XXX12", 1798765200), "Thu, 31 Dec 2026 13:00:00 -1200",
	    "I07 and has not yet turned west of it");
	is_str(local("CET-1CEST,M3.5.0,M10.5.0/3", 1782460800),
	    "Fri, 26 Jun 2026 10:00:00 +0200", "I07 summer time");
	ok(strlen(utc(253402300799)) < DATE_MAX - 1, "the year 9999 fits");
	ok(clock_ms() >= before, "deadlines do not run backwards");
	return done_testing();
}
