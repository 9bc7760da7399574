/*
 * date - dates of header fields, worked out here: the libc would read the time
 * zone's files first, in every session, to tell us UTC.
 */
#include "date.h"

#include "text.h"

/* Year, month 0-11 and day 1-31 of a day, counted from 1970-01-01. */
static void
civil(unsigned long long days, unsigned long long *year, unsigned int *month,
    unsigned int *day)
{
	/* Years begin in March, so that a leap day is the last one; eras of 400
	 * years, 146,097 days, repeat; 719,468 days before 1970 one began. */
	unsigned long long since = days + 719468;
	unsigned int of_era = (unsigned int)(since % 146097);
	unsigned int years = (of_era - of_era / 1460 + of_era / 36524 -
	    of_era / 146096) / 365;
	unsigned int of_year = of_era - (365 * years + years / 4 - years / 100);
	unsigned int march = (5 * of_year + 2) / 153;

	*day = of_year - (153 * march + 2) / 5 + 1;
	*month = (march + 2) % 12;
	*year = since / 146097 * 400 + years + (*month < 2 ? 1 : 0);
}

void
date_add(struct text *t, time_t when, int minutes)
{
	static const char days[][6] = { "Thu, ", "Fri, ", "Sat, ", "Sun, ",
	    "Mon, ", "Tue, ", "Wed, " };
	static const char months[][6] = { " Jan ", " Feb ", " Mar ", " Apr ",
	    " May ", " Jun ", " Jul ", " Aug ", " Sep ", " Oct ", " Nov ",
	    " Dec " };
	long long there = (long long)when + minutes * 60;
	unsigned long long s = there < 0 ? 0 : (unsigned long long)there;
	unsigned int zone = (unsigned int)(minutes < 0 ? -minutes : minutes);
	unsigned long long year;
	unsigned int month, day;

	civil(s / 86400, &year, &month, &day);
	text_add(t, days[s / 86400 % 7]);
	text_add_number(t, day, 1);
	text_add(t, months[month]);
	text_add_number(t, year, 4);
	text_add(t, " ");
	text_add_number(t, s / 3600 % 24, 2);
	text_add(t, ":");
	text_add_number(t, s / 60 % 60, 2);
	text_add(t, ":");
	text_add_number(t, s % 60, 2);
	text_add(t, minutes < 0 ? " -" : " +");
	text_add_number(t, zone / 60, 2);
	text_add_number(t, zone % 60, 2);
}
