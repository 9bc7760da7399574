/* name - what the names of queue files say. */
#include "name.h"

#include <string.h>

#include "../lib/text.h"

/* The number before the first dot; *rest is behind the dot. */
static long long
leading(const char *file, const char **rest)
{
	unsigned long long number;
	char digits[24];
	size_t n = strcspn(file, ".");

	if (n >= sizeof(digits) || file[n] != '.')
		return -1;
	memcpy(digits, file, n);
	digits[n] = '\0';
	*rest = file + n + 1;
	return text_number(digits, 1ULL << 40, &number) == -1 ? -1 :
	    (long long)number;
}

long long
name_next(const char *file, const char **name)
{
	long long next = leading(file, name);

	/* NAME alone, put here by hand, begins with a second, too. */
	if (next != -1 && !(**name >= '0' && **name <= '9'))
		*name = file;
	return next == -1 || strlen(*name) >= UNIQUE_NAME_MAX ? -1 : next;
}

long long
name_arrival(const char *name)
{
	const char *rest;
	long long second = leading(name, &rest);

	return second == -1 ? 0 : second;
}

void
name_id(const char *name, char *to)
{
	size_t n = strcspn(name, ".");

	if (name[n] == '.')
		n += 1 + strcspn(name + n + 1, ".,:");
	if (n >= UNIQUE_ID_MAX)
		n = UNIQUE_ID_MAX - 1;
	memcpy(to, name, n);
	to[n] = '\0';
}
