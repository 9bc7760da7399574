/* unique - names that no other file on any host has. */
#include "unique.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "text.h"

void
unique_id(char *to)
{
	static unsigned int count;
	static const char hex[] = "0123456789abcdef";
	struct timespec now = { 0, 0 }, up = { 0, 0 };
	unsigned long long mix;
	struct text t;
	int i;

	(void)clock_gettime(CLOCK_REALTIME, &now);	/* cannot fail, and */
	(void)clock_gettime(CLOCK_MONOTONIC, &up);	/* pid and count remain */
	/* The last part only has to differ when a set clock repeats a time and
	 * the kernel a pid: scatter the time since boot and our count. */
	mix = (unsigned long long)up.tv_sec * 1000000000U +
	    (unsigned long long)up.tv_nsec;
	mix = (mix + ++count) * 0x9e3779b97f4a7c15U;
	text_init(&t, to, UNIQUE_ID_MAX);
	text_add_number(&t, (unsigned long long)now.tv_sec, 1);
	text_add(&t, ".M");
	text_add_number(&t, (unsigned long long)now.tv_nsec / 1000, 6);
	text_add(&t, "P");
	text_add_number(&t, (unsigned long long)getpid(), 1);
	text_add(&t, "R");
	for (i = 0; i < 8; i++)
		text_add_bytes(&t, &hex[(mix >> (60 - 4 * i)) & 15], 1);
}

void
unique_name(char *to, size_t size, const char *id, const char *host,
    unsigned long long octets, unsigned long long wire_octets)
{
	struct text t;
	size_t i;

	text_init(&t, to, size);
	text_add(&t, id);
	text_add(&t, ".");
	for (i = 0; i < UNIQUE_HOST_MAX && host[i] != '\0'; i++)
		text_add_bytes(&t, strchr("/:,", host[i]) != NULL ? "_" :
		    host + i, 1);
	text_add(&t, ",S=");
	text_add_number(&t, octets, 1);
	text_add(&t, ",W=");
	text_add_number(&t, wire_octets, 1);
}

int
unique_size(const char *name, char key, unsigned long long *octets)
{
	const char *p = name;

	while ((p = strchr(p, ',')) != NULL) {
		char digits[24];
		size_t n;

		p++;
		if (p[0] != key || p[1] != '=')
			continue;
		n = strcspn(p + 2, ",:");
		if (n >= sizeof(digits))
			return -1;
		memcpy(digits, p + 2, n);
		digits[n] = '\0';
		return text_number(digits, ~0ULL, octets);
	}
	return -1;
}
