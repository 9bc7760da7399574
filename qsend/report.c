/*
 * report - what qsend prints.  Nothing that a peer or a file said can forge a
 * field or a line here.
 */
#include "report.h"

#include "../lib/text.h"
#include "reply.h"

void
report_init(struct report *p, int fd)
{
	out_file(&p->out, fd);
	p->deferred = p->failed = 0;
}

#define FIELD_MAX	1024	/* octets shown of LABEL and RECIPIENT */

/* Adds a field: not empty, and no blank in it. */
static void
add_field(struct text *t, const char *s)
{
	size_t begin = t->used;

	if (*s == '\0')
		text_add(t, "-");
	for (; *s != '\0' && t->used - begin < FIELD_MAX - 4; s++) {
		if (*s == ' ')
			text_add(t, "\\x20");
		else
			text_add_printable(t, s, 1);
	}
	text_add(t, " ");
}

static void
line(struct report *p, const char *event, const char *label,
    const char *recipient, const char *host, const struct reply *r)
{
	char buf[REPORT_LINE_MAX];
	struct text t;

	text_init(&t, buf, sizeof(buf) - 1);
	text_add(&t, event);
	text_add(&t, " ");
	add_field(&t, label);
	add_field(&t, recipient);
	text_add_number(&t, (unsigned long long)r->code, 3);
	text_add(&t, " ");
	add_field(&t, r->enhanced);
	text_add(&t, host[0] == '\0' ? "-" : host);
	text_add(&t, ": ");
	text_add(&t, r->text);	/* printable already */
	buf[t.used] = '\n';
	out_bytes(&p->out, buf, t.used + 1);
	(void)out_flush(&p->out); /* p->out.error is looked at between messages */
}

void
report_recipient(struct report *p, const char *label, const char *recipient,
    const char *host, const struct reply *r, int relayed)
{
	const char *event = relayed ? "relayed" : "sent";

	if (r->enhanced[0] == '5') {
		event = "failed";
		p->failed = 1;
	} else if (r->enhanced[0] != '2') {
		event = "deferred";
		p->deferred = 1;
	}
	line(p, event, label, recipient, host, r);
}

void
report_destination(struct report *p, const char *event,
    const char *destination, const char *host, const struct reply *r)
{
	line(p, event, "-", destination, host, r);
}
