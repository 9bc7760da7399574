/*
 * tap - prints test results; a failed one says where.
 */
#ifndef TAP_H
#define TAP_H

#include <stdio.h>
#include <string.h>

static unsigned int tap_count, tap_failed;

#define ok(passed, ...)	tap_result((passed) != 0, __FILE__, __LINE__, __VA_ARGS__)

#define pass(...)	ok(1, __VA_ARGS__)

#define is_int(got, want, ...)	do {					\
	long long tap_got = (long long)(got);				\
	long long tap_want = (long long)(want);				\
	ok(tap_got == tap_want, __VA_ARGS__);				\
	if (tap_got != tap_want)					\
		printf("#   got %lld, expected %lld\n", tap_got, tap_want); \
} while (0)

#define is_str(got, want, ...)	do {					\
	const char *tap_got = (got), *tap_want = (want);		\
	ok(strcmp(tap_got, tap_want) == 0, __VA_ARGS__);		\
	if (strcmp(tap_got, tap_want) != 0)				\
		printf("#   got \"%s\"\n#   expected \"%s\"\n", tap_got,	\
		    tap_want);						\
} while (0)

#include <stdarg.h>

static inline void
tap_result(int passed, const char *file, int line, const char *what, ...)
{
	va_list ap;

	tap_count++;
	if (!passed)
		tap_failed++;
	printf("%s %u - ", passed ? "ok" : "not ok", tap_count);
	va_start(ap, what);
	vprintf(what, ap);
	va_end(ap);
	printf("\n");
	if (!passed)
		printf("#   %s:%d\n", file, line);
	fflush(stdout);
}

/* return done_testing(); */
static inline int
done_testing(void)
{
	printf("1..%u\n", tap_count);
	return tap_failed > 0;
}

#endif
