/*
 * Fuzzes the converter.  First octet even: the rest is a whole message.  Odd:
 * the rest is the body of a text message, which must come back the same.  The
 * next two bits say what is asked for, 7 bits, lines of at most 998 octets, or
 * (00, 11) both: then what is sent has that.
 * link: lib/mime7.c lib/mime7_body.c lib/mime7_field.c lib/mime7_read.c
 * link: lib/mime7_type.c lib/base64.c lib/text.c
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/mime7.h"

#define SIZE	(1 << 20)

static char message[SIZE], made[8 * SIZE], decoded[8 * SIZE];
static size_t made_length;

static void
check(int right, const char *what)
{
	if (right)
		return;
	fprintf(stderr, "wrong: %s\n", what);
	abort();
}

static int
scratch(void)
{
	char name[] = "/tmp/mime7.XXXXXX";
	int fd = mkstemp(name);

	check(fd != -1 && unlink(name) == 0, "a temporary file");
	return fd;
}

static int
put(void *to, const char *block, size_t length)
{
	(void)to;
	check(made_length + length < sizeof(made), "not too much");
	memcpy(made + made_length, block, length);
	made_length += length;
	made[made_length] = '\0';
	return 0;
}

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ?
	    c - 'A' + 10 : -1;
}

static size_t
quoted_printable(const char *p)
{
	size_t n = 0;

	for (; *p != '\0'; p++) {
		if (*p == '\n') {
			decoded[n++] = '\r';
			decoded[n++] = '\n';
		} else if (*p != '=') {
			check(*p != ' ' || (p[1] != '\n' && p[1] != '\0'),
			    "no blank ends a line");
			decoded[n++] = *p;
		} else if (p[1] == '\n') {
			p++;
		} else {
			check(digit(p[1]) >= 0 && digit(p[2]) >= 0, "=XX");
			decoded[n++] = (char)(digit(p[1]) * 16 + digit(p[2]));
			p += 2;
		}
	}
	return n;
}

static size_t
base64(const char *p)
{
	static const char letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned int bits = 0, value = 0;
	size_t n = 0;
	const char *found;

	for (; *p != '\0' && *p != '='; p++) {
		if (*p == '\n')
			continue;
		found = strchr(letters, *p);
		check(found != NULL, "the base64 alphabet");
		value = value << 6 | (unsigned int)(found - letters);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			decoded[n++] = (char)(value >> bits & 0xff);
		}
	}
	return n;
}

static void
check_lines(int what)
{
	size_t i, line = 0;

	for (i = 0; i < made_length; i++) {
		check(!(what & MIME7_EIGHT) || (made[i] & 0x80) == 0,
		    "seven bits");
		line = made[i] == '\n' ? 0 : line + 1;
		check(!(what & MIME7_LONG) || line <= 998,
		    "a line of 998 octets");
	}
}

/* The decoded body must be body, LF as CRLF. */
static void
check_body(const char *body, size_t length)
{
	const char *p = strstr(made, "\n\n");
	size_t i, j, n;

	check(p != NULL, "an empty line");
	p += 2;
	n = memcmp(p - 8, "base64", 6) == 0 ? base64(p) : quoted_printable(p);
	for (i = j = 0; i < length; i++) {
		if (body[i] == '\n')
			check(decoded[j++] == '\r', "CR");
		check(j < n && decoded[j++] == body[i], "the same octets");
	}
	check(j == n || (j + 2 == n && body[length - 1] != '\n'),
	    "the same length");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char header[] =
	    "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n";
	static const struct mime7_sink sink = { put, NULL };
	const char *why = NULL, *again;
	size_t i, used = 0;
	int fd, text, what;

	if (size < 2 || size > SIZE / 2)
		return 0;
	text = data[0] & 1;
	what = data[0] >> 1 & 3;
	if (what == 0)
		what = MIME7_EIGHT | MIME7_LONG;
	if (text) {
		used = sizeof(header) - 1;
		memcpy(message, header, used);
	}
	for (i = 1; i < size; i++)
		if (!text || (data[i] != '\0' && data[i] != '\r'))
			message[used++] = (char)data[i];
	fd = scratch();
	check(write(fd, message, used) == (ssize_t)used, "write");
	made_length = 0;
	if (mime7_check(fd, 0, what, &why) == MIME7_CONVERT) {
		check(mime7_send(fd, 0, what, &sink) == 0,
		    "what was checked is sent");
		check(made_length > 0, "something was sent");
		check_lines(why == NULL ? what : what & MIME7_EIGHT);
		check(ftruncate(fd, 0) == 0 &&
		    pwrite(fd, made, made_length, 0) == (ssize_t)made_length,
		    "write");
		check(mime7_check(fd, 0, what, &again) == MIME7_PLAIN,
		    "what was sent needs no more");
		if (text)
			check_body(message + sizeof(header) - 1,
			    used - (sizeof(header) - 1));
	} else {
		check(!text || why == NULL, "any text can be converted");
	}
	close(fd);
	return 0;
}
