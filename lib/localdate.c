/* localdate - how far from UTC this machine's clock on the wall is. */
#include "date.h"

void
date_add_local(struct text *t, time_t when)
{
	struct tm utc, local;
	int days, minutes = 0;

	if (gmtime_r(&when, &utc) != NULL &&
	    localtime_r(&when, &local) != NULL) {
		/* POSIX has no tm_gmtoff; they are at most a day apart. */
		days = local.tm_yday - utc.tm_yday;
		if (local.tm_year != utc.tm_year)
			days = local.tm_year > utc.tm_year ? 1 : -1;
		minutes = (days * 24 + local.tm_hour - utc.tm_hour) * 60 +
		    local.tm_min - utc.tm_min;
	}
	date_add(t, when, minutes);
}
