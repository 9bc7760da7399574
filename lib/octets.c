/* octets - looks at many octets at once. */
#include "octets.h"

#include <stdint.h>
#include <string.h>

#define EACH(octet)	(UINT64_MAX / 255 * (octet))

const char *
octets_control(const char *p, const char *end)
{
	uint64_t eight;

	/* Taking 16 from each octet sets the high bit of those below it (and
	 * by the borrow of some behind those), if it was clear before. */
	for (; end - p >= 8; p += 8) {
		memcpy(&eight, p, 8);
		if (((eight - EACH(16)) & ~eight & EACH(128)) != 0)
			break;
	}
	while (p < end && (unsigned char)*p >= 16)
		p++;
	return p;
}
