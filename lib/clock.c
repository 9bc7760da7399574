/* clock - what time it is, for deadlines and for headers. */
#include "clock.h"

#include "text.h"

long long
clock_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* has no failure here */
	return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
add_date(struct text *t, const struct tm *tm, int offset_min)
{
	static const char days[][6] = { "Sun, ", "Mon, ", "Tue, ", "Wed, ",
	    "Thu, ", "Fri, ", "Sat, " };
	static const char months[][6] = { " Jan ", " Feb ", " Mar ", " Apr ",
	    " May ", " Jun ", " Jul ", " Aug ", " Sep ", " Oct ", " Nov ",
	    " Dec " };
	unsigned int offset = (unsigned int)(offset_min < 0 ? -offset_min :
	    offset_min);

	text_add(t, days[tm->tm_wday]);
	text_add_number(t, (unsigned int)tm->tm_mday, 1);
	text_add(t, months[tm->tm_mon]);
	text_add_number(t, (unsigned int)tm->tm_year + 1900, 4);
	text_add(t, " ");
	text_add_number(t, (unsigned int)tm->tm_hour, 2);
	text_add(t, ":");
	text_add_number(t, (unsigned int)tm->tm_min, 2);
	text_add(t, ":");
	text_add_number(t, (unsigned int)tm->tm_sec, 2);
	text_add(t, offset_min < 0 ? " -" : " +");
	text_add_number(t, offset / 60, 2);
	text_add_number(t, offset % 60, 2);
}

void
clock_add_date(struct text *t, time_t when)
{
	struct tm tm;

	if (gmtime_r(&when, &tm) != NULL)
		add_date(t, &tm, 0);
}

void
clock_add_local_date(struct text *t, time_t when)
{
	struct tm utc, local;
	int days, minutes;

	if (gmtime_r(&when, &utc) == NULL || localtime_r(&when, &local) == NULL)
		return;
	/* POSIX has no tm_gmtoff; the two dates are at most a day apart. */
	days = local.tm_yday - utc.tm_yday;
	if (local.tm_year != utc.tm_year)
		days = local.tm_year > utc.tm_year ? 1 : -1;
	minutes = (days * 24 + local.tm_hour - utc.tm_hour) * 60 +
	    local.tm_min - utc.tm_min;
	add_date(t, &local, minutes);
}
