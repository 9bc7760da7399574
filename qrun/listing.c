/* listing - how mailq shows a message.  Addresses and reasons came from peers:
 * they are made printable. */
#include "listing.h"

#include <string.h>

#include "../lib/text.h"

static void
number(struct out *o, long long n)
{
	char buf[24];
	struct text t;

	text_init(&t, buf, sizeof(buf));
	if (n < 0)
		text_add(&t, "-");
	text_add_number(&t, (unsigned long long)(n < 0 ? -n : n), 1);
	out_bytes(o, buf, t.used);
}

/* Text padded with blanks to a width, never cut. */
static void
column(struct out *o, const char *s, size_t width, int right)
{
	char buf[1024];
	struct text t;
	size_t i;

	text_init(&t, buf, sizeof(buf));
	text_add_printable(&t, s, strlen(s));
	for (i = t.used; right && i < width; i++)
		out_text(o, " ");
	out_bytes(o, buf, t.used);
	for (i = t.used; !right && i < width; i++)
		out_text(o, " ");
	out_text(o, "  ");
}

/* 5 units of time or size at most two digits wide: "59s", "23h", "12K". */
static void
scaled(char *to, size_t size, long long n, const unsigned int steps[],
    const char *units)
{
	struct text t;
	size_t i;

	for (i = 0; n >= steps[i] && units[i + 1] != '\0'; i++)
		n /= steps[i];
	text_init(&t, to, size);
	text_add_number(&t, n < 0 ? 0 : (unsigned long long)n, 1);
	text_add_bytes(&t, units + i, 1);
}

static void
add_time(char *to, size_t size, long long s)
{
	static const unsigned int steps[] = { 60, 60, 24, 1 };

	scaled(to, size, s, steps, "smhd");
}

static void
add_size(char *to, size_t size, long long octets)
{
	static const unsigned int steps[] = { 1024, 1024, 1024, 1 };

	scaled(to, size, octets, steps, "BKMG");
}

/* Octets of the UTF-8 character at s; 0: it is none, or a C1 control. */
static size_t
utf8_length(const char *s)
{
	unsigned char c = (unsigned char)*s;
	size_t length = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4, n = 0;
	char one[5];

	for (; n < length && s[n] != '\0'; n++)
		one[n] = s[n];
	one[n] = '\0';
	return n == length && text_is_utf8(one) ? n : 0;
}

/* A JSON string: controls as \u00XX, and what is no UTF-8 as U+FFFD. */
static void
string(struct out *o, const char *s)
{
	static const char hex[] = "0123456789abcdef";
	char escaped[] = "\\u00XX";
	unsigned char c, control;
	size_t n;

	out_text(o, "\"");
	for (; (c = (unsigned char)*s) != '\0'; s += n) {
		n = utf8_length(s);
		control = n == 1 && (c < ' ' || c == 127) ? c : 0;
		if (n == 0 && c == 0xc2 && ((unsigned char)s[1] & 0xe0) == 0x80)
			control = (unsigned char)s[1];
		if (control != 0) {
			escaped[4] = hex[control >> 4];
			escaped[5] = hex[control & 15];
			out_text(o, escaped);
			n = n == 0 ? 2 : n;
		} else if (n == 0) {
			out_text(o, "\\ufffd");
			n = 1;
		} else {
			if (c == '"' || c == '\\')
				out_text(o, "\\");
			out_bytes(o, s, n);
		}
	}
	out_text(o, "\"");
}

/* A reason: qrun wrote it printable, so what it escaped is not escaped again. */
static void
reason(struct out *o, const char *s)
{
	char one[8];
	struct text t;

	for (; *s != '\0'; s++) {
		text_init(&t, one, sizeof(one));
		if (*s == '\\')
			text_add(&t, "\\");
		else
			text_add_printable(&t, s, 1);
		out_bytes(o, one, t.used);
	}
}

static void
key(struct out *o, const char *name, long long n)
{
	out_text(o, ", \"");
	out_text(o, name);
	out_text(o, "\": ");
	number(o, n);
}

void
listing_message(struct listing *l, const struct listing_message *m)
{
	struct out *o = l->out;

	if (l->form == LISTING_TABLE && l->messages == 0)
		out_text(o, "ID                              AGE  SIZE  TRIES"
		    "     NEXT  SENDER -> RECIPIENT: REASON\n");
	l->messages++;
	if (l->form != LISTING_JSON)
		return;
	out_text(o, "{\"queue_name\": ");
	string(o, m->queue);
	out_text(o, ", \"queue_id\": ");
	string(o, m->id);
	key(o, "arrival_time", m->arrival);
	key(o, "message_size", m->size);
	out_text(o, ", \"forced_expire\": false");
	if (m->next != 0)
		key(o, "next_attempt", m->next);
	out_text(o, ", \"sender\": ");
	string(o, m->sender);
	out_text(o, ", \"recipients\": [");
}

static void
json_recipient(struct listing *l, const char *address,
    const struct infoline *info, int first)
{
	const char *host;
	char name[256];
	size_t n;

	out_text(l->out, first ? "{\"address\": " : ", {\"address\": ");
	string(l->out, address);
	if (info != NULL) {
		key(l->out, "attempts", info->attempts);
		out_text(l->out, ", \"delay_reason\": ");
		string(l->out, info->reply);
		host = strchr(info->reply, ':');
		n = 0;		/* "450 4.2.1 HOST: text" */
		while (host != NULL && host - n > info->reply &&
		    host[-1 - (long)n] != ' ')
			n++;
		if (info->reply[0] != '-' && n > 1 && n < sizeof(name)) {
			memcpy(name, host - n, n);
			name[n] = '\0';
			out_text(l->out, ", \"last_host\": ");
			string(l->out, name);
		}
	}
	out_text(l->out, "}");
}

static void
table_recipient(struct listing *l, const struct listing_message *m,
    const char *address, const struct infoline *info)
{
	char text[32];
	struct text t;

	column(l->out, m->id, 30, 0);
	add_time(text, sizeof(text), l->now - m->arrival);
	column(l->out, text, 3, 1);
	add_size(text, sizeof(text), m->size);
	column(l->out, text, 4, 1);
	text_init(&t, text, sizeof(text));
	text_add_number(&t, info == NULL ? 0 : info->attempts, 1);
	column(l->out, text, 5, 1);
	if (m->next == 0)
		strcpy(text, m->queue);
	else if (m->next <= l->now)
		strcpy(text, "now");
	else {
		strcpy(text, "in ");
		add_time(text + 3, sizeof(text) - 3, m->next - l->now);
	}
	column(l->out, text, 7, 1);
	column(l->out, m->sender[0] == '\0' ? "<>" : m->sender, 0, 0);
	out_text(l->out, "-> ");
	column(l->out, address, 0, 0);
	if (info != NULL)
		reason(l->out, info->reply);
	out_text(l->out, "\n");
}

static void
plain_field(struct out *o, const char *s)
{
	char buf[1024];
	struct text t;

	text_init(&t, buf, sizeof(buf));
	text_add_printable(&t, s, strlen(s));
	out_bytes(o, buf, t.used);
	out_text(o, "\t");
}

static void
plain_recipient(struct listing *l, const struct listing_message *m,
    const char *address, const struct infoline *info)
{
	struct out *o = l->out;

	plain_field(o, m->id);
	number(o, l->now - m->arrival);
	out_text(o, "\t");
	number(o, m->size);
	out_text(o, "\t");
	plain_field(o, m->sender[0] == '\0' ? "<>" : m->sender);
	plain_field(o, address);
	number(o, info == NULL ? 0 : info->attempts);
	out_text(o, "\t");
	if (m->next == 0)
		out_text(o, m->queue);
	else
		number(o, m->next - l->now);
	out_text(o, "\t");
	if (info != NULL)
		reason(o, info->reply);
	out_text(o, "\n");
}

void
listing_recipient(struct listing *l, const struct listing_message *m,
    const char *address, const struct infoline *info, int first)
{
	l->recipients++;
	switch (l->form) {
	case LISTING_JSON:
		json_recipient(l, address, info, first);
		break;
	case LISTING_TABLE:
		table_recipient(l, m, address, info);
		break;
	case LISTING_PLAIN:
		plain_recipient(l, m, address, info);
		break;
	}
}

void
listing_end(struct listing *l)
{
	if (l->form == LISTING_JSON)
		out_text(l->out, "]}\n");
}
