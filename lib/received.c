/* received - the trace line of RFC 5321 4.4. */
#include "received.h"

#include "date.h"
#include "text.h"

void
received_add(struct text *t, const char *from, const char *by,
    const char *with, const char *id, const char *recipient, time_t when)
{
	text_add(t, "Received: ");
	if (from != NULL) {
		text_add(t, "from ");
		text_add(t, from);
		text_add(t, "\n\t");
	}
	text_add(t, "by ");
	text_add(t, by);
	if (with != NULL) {
		text_add(t, " with ");
		text_add(t, with);
	}
	text_add(t, " id ");
	text_add(t, id);
	if (recipient != NULL) {
		text_add(t, "\n\tfor <");
		text_add(t, recipient);
		text_add(t, ">");
	}
	text_add(t, ";\n\t");
	date_add(t, when, 0);
	text_add(t, "\n");
}
