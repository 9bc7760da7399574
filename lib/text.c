/* text - build bounded text. */
#include "text.h"

#include <string.h>

void
text_init(struct text *t, char *data, size_t size)
{
	t->data = data;
	t->size = size;
	t->used = 0;
	t->full = 0;
	data[0] = '\0';
}

void
text_add_bytes(struct text *t, const char *bytes, size_t length)
{
	if (t->full || length >= t->size - t->used) {
		t->full = 1;
		return;
	}
	memcpy(t->data + t->used, bytes, length);
	t->used += length;
	t->data[t->used] = '\0';
}

void
text_add(struct text *t, const char *string)
{
	text_add_bytes(t, string, strlen(string));
}

void
text_add_number(struct text *t, unsigned long long number, unsigned int digits)
{
	char buf[24];
	size_t at = sizeof(buf);

	do {
		buf[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	while (sizeof(buf) - at < digits && at > 0)
		buf[--at] = '0';
	text_add_bytes(t, buf + at, sizeof(buf) - at);
}

void
text_add_printable(struct text *t, const char *from, size_t length)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t i;

	for (i = 0; i < length && !t->full; i++) {
		unsigned char c = (unsigned char)from[i];
		int plain = c >= ' ' && c < 127 && c != '\\';

		if ((plain ? 1U : 4U) >= t->size - t->used)
			break;
		if (plain) {
			t->data[t->used++] = (char)c;
			continue;
		}
		t->data[t->used++] = '\\';
		t->data[t->used++] = 'x';
		t->data[t->used++] = hex[c >> 4];
		t->data[t->used++] = hex[c & 15];
	}
	t->data[t->used] = '\0';
}

int
text_is_utf8(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	while (*p != '\0') {
		unsigned char c = *p++;
		int tails = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;

		if ((c >= 0x80 && c < 0xc2) || c > 0xf4 ||
		    (c == 0xc2 && *p < 0xa0) ||
		    (c == 0xe0 && *p < 0xa0) || (c == 0xed && *p > 0x9f) ||
		    (c == 0xf0 && *p < 0x90) || (c == 0xf4 && *p > 0x8f))
			return 0;
		for (; tails > 0; tails--)
			if ((*p++ & 0xc0) != 0x80)
				return 0;
	}
	return 1;
}

int
text_number(const char *text, unsigned long long max,
    unsigned long long *number)
{
	unsigned long long n = 0;

	if (*text == '\0')
		return -1;
	for (; *text != '\0'; text++) {
		unsigned int digit = (unsigned int)(*text - '0');

		if (*text < '0' || *text > '9' || digit > max ||
		    n > (max - digit) / 10)
			return -1;
		n = n * 10 + digit;
	}
	*number = n;
	return 0;
}
