/*
 * Fuzzes the 7-bit converter.  First octet even: the rest is a whole message.
 * Odd: the rest is the body of a text message, which must come back the same.
 * In both cases what is sent has 7 bits and lines of at most 998 octets.
 * link: QSEND -qsend/main.c
 * libs: -lresolv
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/dot.h"
#include "lib/out.h"
#include "qsend/mime7.h"

#define SIZE	(1 << 20)

static char message[SIZE], made[8 * SIZE], decoded[8 * SIZE];

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
		if (*p != '=') {
			check(*p != ' ' || (p[1] != '\r' && p[1] != '\0'),
			    "no blank ends a line");
			decoded[n++] = *p;
		} else if (p[1] == '\r') {
			check(p[2] == '\n', "a soft break");
			p += 2;
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
		if (*p == '\r' || *p == '\n')
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
check_lines(size_t length)
{
	size_t i, line = 0;

	for (i = 0; i < length; i++) {
		check((made[i] & 0x80) == 0, "seven bits");
		line = made[i] == '\n' ? 0 : line + 1;
		check(line <= 999, "a line of 998 octets and CR");
	}
}

/* Takes the stuffed dots away (RFC 5321 4.5.2). */
static size_t
unstuff(size_t length)
{
	size_t i, n = 0;

	for (i = 0; i < length; i++) {
		if (made[i] == '.' && (i == 0 || made[i - 1] == '\n')) {
			check(made[i + 1] == '.', "a stuffed dot");
			i++;
		}
		made[n++] = made[i];
	}
	made[n] = '\0';
	return n;
}

/* The decoded body must be body, LF as CRLF. */
static void
check_body(const char *body, size_t length)
{
	const char *p = strstr(made, "\r\n\r\n");
	size_t i, j, n;

	check(p != NULL, "an empty line");
	p += 4;
	n = memcmp(p - 10, "base64", 6) == 0 ? base64(p) : quoted_printable(p);
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
	static struct out out;
	struct dot_out dot;
	const char *why = NULL;
	size_t i, used = 0;
	ssize_t n;
	int fd, to, text;

	if (size < 2 || size > SIZE / 2)
		return 0;
	text = data[0] & 1;
	if (text) {
		used = sizeof(header) - 1;
		memcpy(message, header, used);
	}
	for (i = 1; i < size; i++)
		if (!text || (data[i] != '\0' && data[i] != '\r'))
			message[used++] = (char)data[i];
	fd = scratch();
	to = scratch();
	check(write(fd, message, used) == (ssize_t)used, "write");
	out_file(&out, to);
	dot_out_init(&dot, &out);
	if (mime7_check(fd, 0, &why) == MIME7_CONVERT) {
		check(mime7_send(fd, 0, &dot) == 0, "what was checked is sent");
		dot_end_line(&dot);
		check(out_flush(&out) == 0, "flush");
		n = pread(to, made, sizeof(made) - 1, 0);
		check(n > 0, "something was sent");
		made[n] = '\0';
		check_lines(unstuff((size_t)n));
		if (text)
			check_body(message + sizeof(header) - 1,
			    used - (sizeof(header) - 1));
	} else {
		check(!text || why == NULL, "any text can be converted");
	}
	close(fd);
	close(to);
	return 0;
}
