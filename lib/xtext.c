/* xtext - RFC 3461 4, RFC 6533 3. */
#include "xtext.h"

#include <string.h>

#include "text.h"

static const char hex[] = "0123456789ABCDEF";

/* The value of a hexadecimal digit in upper case, or -1. */
static int
digit(char c)
{
	const char *p = c == '\0' ? NULL : strchr(hex, c);

	return p == NULL ? -1 : (int)(p - hex);
}

int
xtext_valid(const char *text, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++) {
		if (text[i] == '+') {
			if (length - i < 3 || digit(text[i + 1]) == -1 ||
			    digit(text[i + 2]) == -1)
				return 0;
			i += 2;
		} else if (text[i] < '!' || text[i] > '~' || text[i] == '=') {
			return 0;
		}
	}
	return length > 0;
}

/* The octets of a "\x{HEX}" at p that stands for a character, or 0. */
static size_t
embedded(const char *p)
{
	unsigned long value = 0;
	size_t n = 3;

	if (strncmp(p, "\\x{", 3) != 0)
		return 0;
	for (; n < 9 && digit(p[n]) != -1; n++)
		value = value * 16 + (unsigned long)digit(p[n]);
	if (n < 5 || p[n] != '}' || value < ' ' ||
	    (value >= 0x7f && value < 0xa0) ||
	    (value >= 0xd800 && value < 0xe000) || value > 0x10ffff)
		return 0;
	return n + 1;
}

int
xtext_unitext_valid(const char *text, int utf8)
{
	const char *p = text;

	while (*p != '\0') {
		size_t n = *p == '\\' ? embedded(p) : 1;
		unsigned char c = (unsigned char)*p;

		if (n == 0 || c <= ' ' || c == '+' || c == '=' || c == 127 ||
		    (c > 127 && !utf8))
			return 0;
		p += n;
	}
	return p > text && text_is_utf8(text);
}

void
xtext_unitext_add(struct text *t, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	while (*p != '\0') {
		unsigned long value = *p++;
		int tails = value < 0xc0 ? 0 : value < 0xe0 ? 1 :
		    value < 0xf0 ? 2 : 3, shift = 20;
		char plain = (char)value;

		if (tails == 0) {
			text_add_bytes(t, &plain, 1);
			continue;
		}
		for (value &= 0x3fUL >> tails; tails > 0 && *p != '\0'; tails--)
			value = value << 6 | (*p++ & 0x3fU);
		while (shift > 4 && value >> shift == 0)
			shift -= 4;
		text_add(t, "\\x{");
		for (; shift >= 0; shift -= 4)
			text_add_bytes(t, &hex[value >> shift & 15], 1);
		text_add(t, "}");
	}
}

void
xtext_add(struct text *t, const char *string)
{
	const char *p;

	for (p = string; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;
		char coded[3] = { '+', hex[c >> 4], hex[c & 15] };

		if (c >= '!' && c <= '~' && c != '+' && c != '=')
			text_add_bytes(t, p, 1);
		else
			text_add_bytes(t, coded, sizeof(coded));
	}
}

void
xtext_add_printable(struct text *t, const char *text, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++) {
		char c = text[i];

		if (c == '+' && length - i >= 3 && digit(text[i + 1]) != -1 &&
		    digit(text[i + 2]) != -1) {
			c = (char)(digit(text[i + 1]) * 16 +
			    digit(text[i + 2]));
			i += 2;
		}
		text_add_printable(t, &c, 1);
	}
}
