/* clock - time for deadlines. */
#include "clock.h"

#include <time.h>

long long
clock_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* has no failure here */
	return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
