/*
 * dot_test - line ends and the dot, in and out.
 * link: lib/dot.c lib/octets.c lib/out.c
 */
#include <sys/types.h>

#include <stdlib.h>
#include <unistd.h>

#include "lib/dot.h"
#include "lib/out.h"
#include "tests/unit/tap.h"

#define SIZE	65536

struct decoded {
	enum dot_end	end;
	size_t		used, made;
	int		bad;
	char		text[SIZE];
};

/*
 * Decodes octets cut into pieces: at each place i where bit i of cuts is set;
 * with cuts -1 octet by octet.  Each piece is in memory of exactly its size.
 */
static void
decode(struct decoded *d, const char *from, size_t length, unsigned long cuts,
    int normalize)
{
	struct dot_in in;
	size_t at = 0, used, made;

	dot_in_init(&in, normalize);
	d->end = DOT_MORE;
	d->made = 0;
	while (at < length && d->end == DOT_MORE) {
		size_t n = 1;
		char *piece, *to;

		while (at + n < length && (at + n >= 8 * sizeof(cuts) ||
		    (cuts >> (at + n) & 1) == 0) && cuts != ~0UL)
			n++;
		piece = malloc(n);
		to = malloc(n + 2);
		memcpy(piece, from + at, n);
		d->end = dot_decode(&in, piece, n, &used, to, &made);
		memcpy(d->text + d->made, to, made);
		d->made += made;
		at += used;
		free(piece);
		free(to);
	}
	d->text[d->made] = '\0';
	d->used = at;
	d->bad = in.bad;
}

/* Encodes into to, in pieces of n octets, with the final dot. */
static size_t
encode(const char *from, size_t length, size_t n, char *to, int dot)
{
	static struct out o;
	struct dot_out d;
	FILE *file = tmpfile();
	size_t at, made;

	out_file(&o, fileno(file));
	dot_out_init(&d, &o);
	for (at = 0; at < length; at += n)
		dot_encode(&d, from + at, length - at < n ? length - at : n);
	if (dot)
		dot_end_data(&d);
	else
		dot_end_line(&d);
	(void)out_flush(&o);
	rewind(file);
	made = fread(to, 1, SIZE, file);
	fclose(file);
	return made;
}

/* The twelve sequences that some servers took for the end of the data, and
 * what becomes of the connection: closed, or in step up to the true end. */
static const struct {
	const char	*name, *octets;
	size_t		 length;
	enum dot_end	 end;
} smuggle[] = {
#define SEQUENCE(s, end)	{ #s, s, sizeof(s) - 1, end }
	SEQUENCE("\n.\n", DOT_HANGUP),
	SEQUENCE("\n.\r", DOT_HANGUP),
	SEQUENCE("\r.\n", DOT_HANGUP),
	SEQUENCE("\r.\r", DOT_HANGUP),
	SEQUENCE("\n.\r\n", DOT_HANGUP),
	SEQUENCE("\r.\r\n", DOT_HANGUP),
	SEQUENCE("\r\n.\n", DOT_HANGUP),
	SEQUENCE("\r\n.\r", DOT_HANGUP),
	SEQUENCE("\r\n.\r\r\n", DOT_HANGUP),
	SEQUENCE("\r\r\n.\r\r\n", DOT_HANGUP),
	SEQUENCE("\r\n\0.\r\n", DOT_END),
	SEQUENCE("\r\n.\0\r\n", DOT_END)
};

/* No way of cutting a sequence into reads makes it the end of the data. */
static void
test_smuggling(void)
{
	static struct decoded d;
	size_t i;

	for (i = 0; i < sizeof(smuggle) / sizeof(smuggle[0]); i++) {
		static const char tail[] = "MAIL\r\n.\r\nNEXT";
		char data[64] = "a";
		size_t seq = smuggle[i].length;
		size_t length = 1 + seq + sizeof(tail) - 1;
		size_t ended = 0, other = 0, clean = 0, lone = 0;
		unsigned long cuts;

		memcpy(data + 1, smuggle[i].octets, seq);
		memcpy(data + 1 + seq, tail, sizeof(tail));
		for (cuts = 0; cuts < 1UL << (seq + 3); cuts++) {
			decode(&d, data, length, cuts, 0);
			ended += d.end == DOT_END && d.used != length - 4;
			other += d.end != smuggle[i].end;
			clean += !d.bad;
			decode(&d, data, length, cuts, 1);
			lone += d.end != DOT_END || d.used != length - 4;
		}
		is_int(ended, 0, "D05 D01 D02 SEC-S1 %s does not end the data",
		    smuggle[i].name);
		is_int(other, 0, "D04 %s: %s", smuggle[i].name,
		    smuggle[i].end == DOT_END ? "read on to the true end" :
		    "hang up");
		is_int(clean, 0, "D04 %s makes the message bad",
		    smuggle[i].name);
		is_int(lone, 0, "D05 %s ends no data when normalizing either",
		    smuggle[i].name);
	}
}

static void
test_decoding(void)
{
	static const char wire[] =
	    "Subject: x\r\n\r\n..dot\r\n...\r\n..\r\n.x\r\n\r\nend\r\n.\r\nQUIT\r\n";
	static struct decoded d;
	unsigned long cuts, wrong = 0;

	for (cuts = 0; cuts < 1UL << 12; cuts++) {
		decode(&d, wire, sizeof(wire) - 1, cuts * 7919 * 65537, 0);
		wrong += d.end != DOT_END || d.bad ||
		    d.used != sizeof(wire) - 1 - 6 ||
		    strcmp(d.text, "Subject: x\n\n.dot\n..\n.\nx\n\nend\n") != 0;
	}
	is_int(wrong, 0, "D02 D03 D05 stuffed dots are undone, however cut");
	decode(&d, ".\r\nQUIT", 7, 0, 0);
	ok(d.end == DOT_END && d.used == 3 && d.made == 0,
	    "D02 an empty message");
	decode(&d, "\r\n.\r\n", 5, 0, 0);
	ok(d.end == DOT_END && strcmp(d.text, "\n") == 0,
	    "D02 a message that is one empty line");
	decode(&d, "a\r\n.", 4, 0, 0);
	ok(d.end == DOT_MORE && d.used == 4, "D02 half an end is none");
	decode(&d, "a\nb\rc\r\n.\r\n", 10, 0, 1);
	ok(d.end == DOT_END && !d.bad && strcmp(d.text, "a\nb\nc\n") == 0,
	    "D04 when normalizing, bare CR and LF end lines");
	decode(&d, "\xed\x95\x9c\r\n.\r\n", 8, ~0UL, 0);
	is_str(d.text, "\xed\x95\x9c\n", "E05 octets over 127 stay");
}

/* ^([^\r\n]*\r\n)*\.\r\n$ with no other lone dot */
static int
is_clean(const char *wire, size_t length)
{
	size_t i, line = 0;

	if (length < 3 || memcmp(wire + length - 3, ".\r\n", 3) != 0)
		return 0;
	for (i = 0; i < length; i++) {
		if (wire[i] == '\n')
			return 0;
		if (wire[i] != '\r')
			continue;
		if (++i == length || wire[i] != '\n')
			return 0;
		if (i - line == 2 && wire[line] == '.' && i + 1 != length)
			return 0;
		line = i + 1;
	}
	return line == length;
}

/* Whatever is in the file, the wire is clean and no octet is invented. */
static void
check_text(const char *text, size_t length, unsigned int wrong[5])
{
	static char wire[SIZE], again[SIZE];
	static struct decoded d;
	struct dot_out count;
	size_t made = encode(text, length, length + 1, wire, 1);
	size_t same = encode(text, length, 1, again, 1);
	int canonical = memchr(text, '\r', length) == NULL;

	wrong[0] += !is_clean(wire, made);
	wrong[1] += same != made || memcmp(wire, again, made) != 0;
	decode(&d, wire, made, 0, 0);
	wrong[2] += d.end != DOT_END || d.used != made;
	if (canonical && memchr(text, '\0', length) == NULL) {
		size_t n = length;

		if (n > 0 && text[n - 1] != '\n')
			n++;	/* the last line was completed */
		wrong[3] += d.bad || d.made != n ||
		    memcmp(d.text, text, length) != 0;
	}
	dot_out_init(&count, NULL);
	dot_encode(&count, text, length);
	dot_end_data(&count);
	decode(&d, wire, made, 0, 0);
	{
		size_t i, octets = d.made;

		for (i = 0; i < d.made; i++)
			octets += d.text[i] == '\n';
		wrong[4] += count.octets != octets;
	}
}

static void
report(const unsigned int wrong[5], const char *what)
{
	is_int(wrong[0], 0, "C15 SEC-S1 clean lines, one lone dot: %s", what);
	is_int(wrong[1], 0, "C15 the same octet by octet: %s", what);
	is_int(wrong[2], 0, "C15 D02 decoding ends where encoding did: %s", what);
	is_int(wrong[3], 0, "SEC-S1 decode(encode(x)) is x: %s", what);
	is_int(wrong[4], 0, "P06 E04 the octets are counted as sent: %s", what);
}

static void
test_encoding(void)
{
	static const char letters[] = "\r\n.a";
	unsigned int wrong[5] = { 0 }, seed = 1;
	char text[300];
	size_t length, i, n;

	for (length = 0; length <= 6; length++) {
		size_t count = (size_t)1 << (2 * length);

		for (n = 0; n < count; n++) {
			for (i = 0; i < length; i++)
				text[i] = letters[n >> (2 * i) & 3];
			check_text(text, length, wrong);
		}
	}
	report(wrong, "all texts of CR LF . a to length 6");
	memset(wrong, 0, sizeof(wrong));
	for (n = 0; n < 3000; n++) {
		static const char often[] = "\r\n..\n\n\0a";

		length = (seed = seed * 1103515245 + 12345) >> 16 & 255;
		for (i = 0; i < length; i++) {
			seed = seed * 1103515245 + 12345;
			text[i] = seed >> 28 == 0 ? (char)(seed >> 16) :
			    often[seed >> 16 & 7];
		}
		check_text(text, length, wrong);
	}
	report(wrong, "random octets");
}

int
main(void)
{
	char wire[64];

	test_smuggling();
	test_decoding();
	test_encoding();
	wire[encode("no end", 6, 9, wire, 0)] = '\0';
	is_str(wire, "no end\r\n", "P08 an unfinished line is completed");
	wire[encode("end\n", 4, 9, wire, 0)] = '\0';
	is_str(wire, "end\r\n", "P08 no empty line is invented");
	return done_testing();
}
