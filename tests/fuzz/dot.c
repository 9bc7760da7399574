/*
 * Fuzzes the dot codec.  Any octets encode to lines that end in CRLF and one
 * lone dot; what is decoded of that is the text again; a second, naive decoder
 * agrees on arbitrary input, however it is cut.
 * link: lib/dot.c lib/octets.c lib/out.c
 */
#include <string.h>
#include <unistd.h>

#include "lib/dot.h"
#include "lib/out.h"
#include "tests/fuzz/fuzz.h"

#define SIZE	65536

static char wire[4 * SIZE], made[4 * SIZE], lines[2 * SIZE], naive[2 * SIZE];

/* LF, CRLF and CR each as LF, and one at the end. */
static size_t
canonical(const uint8_t *data, size_t size)
{
	size_t i, n = 0;

	for (i = 0; i < size; i++) {
		if (data[i] == '\r' && i + 1 < size && data[i + 1] == '\n')
			continue;
		lines[n++] = (char)(data[i] == '\r' ? '\n' : data[i]);
	}
	if (n > 0 && lines[n - 1] != '\n')
		lines[n++] = '\n';
	return n;
}

/* Decodes in pieces of a size that the input chooses. */
static enum dot_end
decode(struct dot_in *in, const char *from, size_t length, size_t piece,
    size_t *used, size_t *n)
{
	enum dot_end end = DOT_MORE;
	size_t took, wrote;

	for (*used = *n = 0; end == DOT_MORE && *used < length; *used += took) {
		size_t now = length - *used < piece ? length - *used : piece;

		end = dot_decode(in, from + *used, now, &took, made + *n,
		    &wrote);
		check(took <= now && wrote <= now + 2, "as documented");
		check(end != DOT_MORE || took == now, "all input is used");
		*n += wrote;
	}
	return end;
}

static void
round_trip(const uint8_t *data, size_t size, size_t piece)
{
	static struct out out;
	static int fd = -1;
	struct dot_out o;
	struct dot_in in;
	size_t n = canonical(data, size), length, used, got, i, dots = 0;

	if (fd == -1)
		fd = fuzz_file();
	fuzz_set(fd, "", 0);
	out_file(&out, fd);
	dot_out_init(&o, &out);
	for (i = 0; i < size; i += piece)
		dot_encode(&o, (const char *)data + i,
		    size - i < piece ? size - i : piece);
	dot_end_data(&o);
	check(out_flush(&out) == 0, "flush");
	length = fuzz_get(fd, wire, sizeof(wire));
	fuzz_lines(wire, length, "encoding yields lines");
	for (i = 0; i + 2 < length; i++)
		dots += wire[i] == '.' && wire[i + 1] == '\r' &&
		    (i == 0 || wire[i - 1] == '\n');
	check(dots == 1, "one lone dot");
	check(length >= 3 && memcmp(wire + length - 3, ".\r\n", 3) == 0,
	    "the dot is last");
	dot_in_init(&in, 0);
	check(decode(&in, wire, length, piece, &used, &got) == DOT_END &&
	    used == length, "its end is the end");
	check(in.bad == (memchr(lines, '\0', n) != NULL), "only NULs are bad");
	check(got == n && (in.bad || memcmp(made, lines, n) == 0),
	    "decode(encode(x)) == x");
}

/* Where CRLF.CRLF, or a lone dot with another line end, is; -1 nowhere. */
static long
find_end(const char *p, size_t n, enum dot_end *end)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[i] != '.')
			continue;
		if (i > 0 && p[i - 1] != '\n' && p[i - 1] != '\r')
			continue;
		if (i + 1 < n && p[i + 1] == '\r' && i + 2 >= n)
			continue;
		if ((i == 0 || (i > 1 && p[i - 1] == '\n' && p[i - 2] == '\r'))
		    && i + 2 < n && p[i + 1] == '\r' && p[i + 2] == '\n') {
			*end = DOT_END;
			return (long)i;
		}
	}
	return -1;
}

/* The naive decoder only says what must hold when the data ends well. */
static void
second_opinion(const uint8_t *data, size_t size, size_t piece)
{
	struct dot_in in;
	size_t used, n, i, m = 0;
	enum dot_end end, other = DOT_MORE;
	const char *from = (const char *)data;
	long at = find_end(from, size, &other);
	int bad = 0;

	dot_in_init(&in, 0);
	end = decode(&in, from, size, piece, &used, &n);
	if (end == DOT_END)
		check(at >= 0 && used == (size_t)at + 3,
		    "the end is the first CRLF.CRLF");
	if (end == DOT_MORE)
		check(at == -1, "no CRLF.CRLF was missed");
	if (end != DOT_END)
		return;
	for (i = 0; i < (size_t)at; i++) {
		if (from[i] == '\r' && from[i + 1] == '\n') {
			naive[m++] = '\n';
			i++;
		} else if (from[i] == '.' && (i == 0 || (i > 1 &&
		    from[i - 1] == '\n' && from[i - 2] == '\r')))
			continue;
		else {
			bad |= from[i] == '\r' || from[i] == '\n' ||
			    from[i] == '\0';
			naive[m++] = from[i];
		}
	}
	check(bad == (in.bad != 0), "two decoders agree on what is bad");
	check(bad || (m == n && memcmp(made, naive, n) == 0),
	    "two decoders agree");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t piece;

	if (size < 2 || size > SIZE / 2)
		return 0;
	piece = (size_t)data[0] % 17 + 1;
	round_trip(data + 1, size - 1, piece);
	second_opinion(data + 1, size - 1, piece);
	return 0;
}
