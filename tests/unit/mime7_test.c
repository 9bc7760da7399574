/*
 * mime7_test - what every server takes: message in, message out, verdicts.
 * link: lib/mime7.c lib/mime7_body.c lib/mime7_field.c
 * link: lib/mime7_read.c lib/mime7_type.c lib/base64.c lib/text.c
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/mime7.h"
#include "tests/unit/tap.h"

#define SIZE	(1 << 21)

static char input[SIZE], made[SIZE];

static int
file(const char *name, const char *text, size_t length)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd == -1 || write(fd, text, length) != (ssize_t)length) {
		perror(name);
		exit(1);
	}
	return fd;
}

static size_t filled;
static int asked = MIME7_EIGHT | MIME7_LONG;

static int
take(void *to, const char *block, size_t length)
{
	(void)to;
	if (filled + length >= sizeof(made))
		exit(1);
	memcpy(made + filled, block, length);
	filled += length;
	made[filled] = '\0';
	return 0;
}

static int
full(void *to, const char *block, size_t length)
{
	(void)to, (void)block, (void)length;
	errno = ENOSPC;
	return -1;
}

/* Converts; what came out is in made. */
static enum mime7_verdict
convert(const char *text, size_t length, const char **why)
{
	static const struct mime7_sink sink = { take, NULL };
	int fd = file("in", text, length);
	enum mime7_verdict verdict = mime7_check(fd, 0, asked, why);

	filled = 0;
	made[0] = '\0';
	if (verdict == MIME7_CONVERT &&
	    mime7_send(fd, 0, asked, &sink) == -1)
		exit(1);
	close(fd);
	return verdict;
}

static void
becomes(const char *what, const char *text, const char *expected)
{
	const char *why = "";

	if (convert(text, strlen(text), &why) != MIME7_CONVERT)
		printf("# %s\n", why);
	is_str(made, expected, "%s", what);
}

static void
refused(const char *what, const char *text)
{
	const char *why = NULL;
	int verdict = (int)convert(text, strlen(text), &why);

	ok(verdict == MIME7_REFUSE && why != NULL && *why != '\0', "%s", what);
}

/* The header and blank line of a body that needs conversion anyway. */
#define BODY	"\nd\xc3\xa9j\xc3\xa0 vu, and more words\n"
#define MADE	"Content-Type: text/plain; charset=utf-8\n"		\
		"Content-Transfer-Encoding: quoted-printable\n"		\
		"\nd=C3=A9j=C3=A0 vu, and more words\n"
#define VERSION	"MIME-Version: 1.0\n"

static void
test_bodies(void)
{
	const char *why;

	is_int(convert("From: a\n\nplain\n", 15, &why), MIME7_PLAIN,
	    "C16 seven bits need nothing");
	becomes("C16 E05 no MIME header at all", "Subject: x\n" BODY,
	    "Subject: x\n" VERSION MADE);
	becomes("E05 a header without an empty line behind it",
	    "Subject: x\n\xc3\xa9 not a field, but the body of the message\n",
	    "Subject: x\n" VERSION "Content-Type: text/plain; charset=utf-8\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n"
	    "=C3=A9 not a field, but the body of the message\n");
	becomes("E05 not UTF-8: unknown-8bit", "Subject: x\n\n"
	    "d\xe9j\xe0 vu, and more words\n", "Subject: x\n" VERSION
	    "Content-Type: text/plain; charset=unknown-8bit\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n"
	    "d=E9j=E0 vu, and more words\n");
	becomes("E05 us-ascii is no charset for 8-bit text", VERSION
	    "Content-Type: text/plain; charset=\"US-ASCII\"; format=flowed\n"
	    BODY, VERSION
	    "Content-Type: text/plain; charset=utf-8; format=flowed\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n"
	    "d=C3=A9j=C3=A0 vu, and more words\n");
	becomes("E05 a charset that is there stays", VERSION
	    "content-type: text/plain; charset=euc-kr\n"
	    "content-transfer-encoding: 8BIT\n\n"
	    "\xbe\xc8\xb3\xe7 hello, hello, hello \n", VERSION
	    "content-type: text/plain; charset=euc-kr\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n"
	    "=BE=C8=B3=E7 hello, hello, hello=20\n");
	becomes("E05 mostly 8-bit: base64, CRLF in it", VERSION
	    "Content-Type: text/plain; charset=utf-8\n\n"
	    "\xec\x95\x88\xeb\x85\x95\n", VERSION
	    "Content-Type: text/plain; charset=utf-8\n"
	    "Content-Transfer-Encoding: base64\n\n"
	    "7JWI64WVDQo=\n");
	becomes("E05 a Content-Type that is none is replaced",
	    "Content-Type: text\n" BODY, VERSION MADE);
}

static void
test_multipart(void)
{
	becomes("E05 only the part with 8-bit octets changes", VERSION
	    "Content-Type: multipart/mixed (b) ;\n\tBoundary = \"a (b\\)\" (c)\n"
	    "Content-Transfer-Encoding: 8bit\n\n"
	    "pre\xc3\xa9\n--a (b)  \n\nplain=20\n--a (b)\n" BODY "\n"
	    "--a (b)--\n--a (b)\nepilogue\n", VERSION
	    "Content-Type: multipart/mixed (b) ;\n\tBoundary = \"a (b\\)\" (c)\n"
	    "\npre??\n--a (b)  \n\nplain=20\n--a (b)\n" MADE "\n"
	    "--a (b)--\n--a (b)\nepilogue\n");
	becomes("E05 the line end before a boundary is not the part's", VERSION
	    "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
	    "Content-Type: x/y\n\n\xec\x95\x88\n--b--\n", VERSION
	    "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
	    "Content-Type: x/y\nContent-Transfer-Encoding: base64\n\n"
	    "7JWI\n--b--\n");
	becomes("E05 an outer boundary ends what is never closed", VERSION
	    "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
	    "Content-Type: multipart/mixed; boundary=bb\n\n--bb\n" BODY
	    "--b\n" BODY, VERSION
	    "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
	    "Content-Type: multipart/mixed; boundary=bb\n\n--bb\n" MADE
	    "--b\n" MADE);
	becomes("E05 message/rfc822 and multipart/digest",
	    "Content-Type: multipart/digest; boundary=b\n\n--b\n\n"
	    "Subject: \xc3\xa9\n" BODY "--b\nContent-Type: message/rfc822\n\n"
	    "Subject: y\n" BODY "--b--\n",
	    "Content-Type: multipart/digest; boundary=b\n" VERSION "\n--b\n\n"
	    "Subject: =?utf-8?B?w6k=?=\n" VERSION MADE
	    "--b\nContent-Type: message/rfc822\n\n"
	    "Subject: y\n" VERSION MADE "--b--\n");
	becomes("E05 a signed part in 7 bits is left as it is",
	    "Subject: \xc3\xa9\nContent-Type: multipart/signed; boundary=b\n\n"
	    "--b\n\ntext \n--b--\n",
	    "Subject: =?utf-8?B?w6k=?=\n"
	    "Content-Type: multipart/signed; boundary=b\n\n"
	    "--b\n\ntext \n--b--\n");
}

static void
test_headers(void)
{
	becomes("E05 textbook header lines in Korean",
	    "From: \xeb\xb0\x95\nTo: \"Kim, \xec\xb2\xa0\" <k@x>,a@b (\xec\xb2\xa0)\n"
	    "Subject: one  \xeb\xb0\x95 \xec\xb2\xa0 =?utf-8?B?7LKg?= two\n\n",
	    "From: =?utf-8?B?67CV?=\n"
	    "To: =?utf-8?B?S2ltLCDssqA=?= <k@x>,a@b (=?utf-8?B?7LKg?=)\n"
	    "Subject: one  =?utf-8?B?67CVIOyyoCA=?= =?utf-8?B?7LKg?= two\n\n");
	becomes("E05 8-bit text that is not UTF-8",
	    "Subject: \xbe\xc8\n\n", "Subject: =?unknown-8bit?B?vsg=?=\n\n");
	becomes("E05 parameter values, RFC 2231", "Content-Type: x/y; a=b;\n"
	    "\tname=\"\xeb\xb0\x95 \\\"1\\\".hwp\"; c=d\n\n",
	    "Content-Type: x/y; a=b; name*=utf-8''%EB%B0%95%20%221%22.hwp; c=d\n\n");
	becomes("E05 8-bit comments", "Date: now (\xeb\xb0\x95)\n"
	    "Content-Type: x/y (\xeb\xb0\x95); a=b\n\n",
	    "Date: now (=?utf-8?B?67CV?=)\n"
	    "Content-Type: x/y (=?utf-8?B?67CV?=); a=b\n\n");
	refused("E09 an 8-bit local-part", "To: \xeb\xb0\x95@x\n\n");
	refused("E09 an 8-bit quoted local-part", "To: \"\xeb\xb0\x95\"@x\n\n");
	refused("E09 an 8-bit domain", "To: a@\xeb\xb0\x95.kr\n\n");
	refused("E09 8-bit in angle brackets", "To: a <\xeb\xb0\x95@x>\n\n");
	refused("E05 an 8-bit message-id", "Message-ID: <\xeb\xb0\x95@x>\n\n");
	refused("E05 8-bit in a type", "Content-Type: x/\xeb\xb0\x95\n\n");
}

static void
test_refused(void)
{
	refused("E05 multipart/signed", "Content-Type: multipart/signed;"
	    " boundary=b\n\n--b\n" BODY "--b--\n");
	refused("E05 a signed part inside", "Content-Type: multipart/mixed;"
	    " boundary=c\n\n--c\nContent-Type: multipart/signed; boundary=b\n\n"
	    "--b\n" BODY "--b--\n--c--\n");
	refused("E05 multipart/encrypted", "Content-Type: multipart/encrypted;"
	    " boundary=b\n\n--b\n" BODY "--b--\n");
	refused("E05 application/pkcs7-mime",
	    "Content-Type: application/pkcs7-mime\n" BODY);
	refused("E05 a multipart without boundary",
	    "Content-Type: multipart/mixed\n" BODY);
	refused("E05 a boundary that never comes",
	    "Content-Type: multipart/mixed; boundary=b\n" BODY);
	refused("E05 said to be base64",
	    "Content-Transfer-Encoding: base64\n" BODY);
	refused("E05 an encoding that we do not know",
	    "Content-Transfer-Encoding: x-uuencode\n" BODY);
	refused("E05 message/external-body",
	    "Content-Type: message/external-body; access-type=x\n" BODY);
}

/* Builds text repeated n times behind what is there. */
static size_t
repeat(size_t used, const char *text, size_t n)
{
	size_t length = strlen(text);

	while (n-- > 0 && used + length < SIZE) {
		memcpy(input + used, text, length);
		used += length;
	}
	input[used] = '\0';
	return used;
}

static int
lines_fit(void)
{
	const char *p;

	for (p = made; *p != '\0'; p += strcspn(p, "\n"), p += *p == '\n')
		if (strcspn(p, "\n") > 998)
			return 0;
	return made[0] != '\0';
}

static void
test_limits(void)
{
	const char *why = NULL;
	size_t n;

	n = repeat(0, "Subject: \xc3\xa9\nTo: ", 1);
	n = repeat(n, "someone@example.org, ", 200);
	n = repeat(n, "last@x\n\nx", 1);
	(void)repeat(n, "y", 3000);
	(void)convert(input, strlen(input), &why);
	ok(lines_fit(), "E05 long lines of header and body are broken");

	n = repeat(0, "Subject: \xc3\xa9\nTo: x", 1);
	n = repeat(n, ",\n someone@example.org", 40000);
	(void)repeat(n, "\n\nx\n", 1);
	is_int(convert(input, strlen(input), &why), MIME7_CONVERT,
	    "SEC-S13 a field of any length, when it is 7-bit");
	ok(strlen(made) > 880000 && lines_fit(), "SEC-S13 is passed on");

	(void)repeat(repeat(repeat(0, "Subject: \xc3\xa9\nX-Y: ", 1), "y", 1000),
	    "\n\nx", 1);
	is_int(convert(input, strlen(input), &why), MIME7_CONVERT,
	    "E05 a word that is too long for a line");
	ok(strstr(made, strstr(input, "X-Y")) != NULL && why != NULL,
	    "E05 stays as it is");

	(void)repeat(repeat(0, "Content-Type: message/rfc822\n\n", 10000),
	    "Subject: \xc3\xa9\n\n", 1);
	refused("SEC-S13 10,000 messages inside each other", input);
	(void)repeat(repeat(0,
	    "Content-Type: multipart/mixed; boundary=b\n\n--b\n", 10000),
	    "Subject: \xc3\xa9\n\n", 1);
	is_int(convert(input, strlen(input), &why), MIME7_CONVERT,
	    "SEC-S13 10,000 multiparts that look alike are parts");

	(void)repeat(repeat(0, "Subject: \xec\x95\x88", 1),
	    "\xec\x95\x88\xeb\x85\x95", 5000);
	(void)convert(input, strlen(input), &why);
	for (n = 0; made[n] != '\0' && strcspn(made + n, "\n") <= 76; )
		n += strcspn(made + n, "\n") + 1;
	ok(n > 40000 && made[n] == '\0',
	    "E05 encoded-words are in lines of 76 octets at most");
}

#define MIXED	"MIME-Version: 1.0\n"					\
		"Content-Type: multipart/mixed; boundary=b\n"

/* Puts n times text between before and after; converts; why is what stays. */
static enum mime7_verdict
long_line(const char *before, const char *text, size_t n, const char *after,
    const char **why)
{
	*why = NULL;
	n = repeat(repeat(repeat(0, before, 1), text, n), after, 1);
	return convert(input, n, why);
}

static void
stays(const char *name, const char *before, const char *text)
{
	const char *why;
	int verdict = (int)long_line(before, text, 2000, "\n--b--\n", &why);

	ok(verdict == MIME7_PLAIN && why != NULL, "%s", name);
}

/* made without line ends, and "=" before them, is input without them. */
static int
same_text(void)
{
	const char *p = made, *q = input;

	for (;;) {
		while (*p == '\n' || (*p == '=' && p[1] == '\n'))
			p += 1 + (*p == '=');
		while (*q == '\n' || (*q == '=' && q[1] == '\n'))
			q += 1 + (*q == '=');
		if (*p != *q || *p == '\0')
			return *p == *q;
		p++;
		q++;
	}
}

static void
test_long(void)
{
	static const char one_part[] = MIXED
	    "Content-Transfer-Encoding: 8bit\n\n--b\n"
	    "Content-Transfer-Encoding: 8bit\n\n\xc3\xa9\n--b\n"
	    "Content-Type: text/plain; charset=utf-8\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n=C3=A9, y y ";
	const char *why;

	asked = MIME7_LONG;
	is_int(convert("Subject: \xc3\xa9\n" BODY, 39, &why), MIME7_PLAIN,
	    "I06 8-bit octets in short lines are as they should be");
	is_int(long_line("Subject: x\n\n", "y", 998, "\n", &why), MIME7_PLAIN,
	    "I06 998 octets are no long line");
	is_int(long_line("Subject: x\n\n", "y", 999, "\n", &why),
	    MIME7_CONVERT, "I06 999 octets are");
	ok(lines_fit() && why == NULL && strstr(made, "\n" VERSION
	    "Content-Transfer-Encoding: quoted-printable\n\nyyy") != NULL,
	    "I06 and become quoted-printable");
	(void)long_line(MIXED "Content-Transfer-Encoding: 8bit\n\n--b\n"
	    "Content-Transfer-Encoding: 8bit\n\n\xc3\xa9\n--b\n"
	    "Content-Transfer-Encoding: 8bit\n\n\xc3\xa9, ", "y ", 999,
	    "\n--b--\n", &why);
	ok(lines_fit() && strncmp(made, one_part, sizeof(one_part) - 1) == 0,
	    "I06 only the part with the long line changes");
	(void)long_line(MIXED "\n--b\nContent-Type: message/rfc822\n\n"
	    "Subject: x\n\n", "y-", 2000, "\n--b--\n", &why);
	ok(lines_fit() && strstr(made, "Subject: x\n" VERSION
	    "Content-Transfer-Encoding: quoted-printable\n\ny-") != NULL &&
	    strstr(made, "\n-y") == NULL, "I06 in a message inside, too");
	(void)long_line(MIXED "\n", "-", 2000, "\n--b\n\nx\n--b--\n", &why);
	ok(lines_fit() && why == NULL, "I06 a preamble gets line ends");

	(void)long_line("Content-Transfer-Encoding: base64\n\nYWJj\n", "YWJj",
	    5000, "\nYWJj\n", &why);
	ok(lines_fit() && same_text() && strstr(made, "YWJj\nYWJj") != NULL &&
	    strcspn(strstr(made, "\n\nYWJj\n") + 7, "\n") == 76,
	    "I06 base64 gets lines of 76 octets");
	(void)long_line("Content-Transfer-Encoding: quoted-printable\n\nab=\n",
	    "a=3D=C3=A9 b", 1000, " =\nc\n", &why);
	ok(lines_fit() && same_text() && strstr(made, "=\n3") == NULL &&
	    strstr(made, "=3=") == NULL, "I06 and quoted-printable soft ones");
	(void)long_line("Content-Transfer-Encoding: quoted-printable\n\n", "=",
	    5000, "\n", &why);
	ok(lines_fit(), "I06 even if it is none");
}

static void
test_long_fields(void)
{
	const char *why;

	(void)long_line("X: y\n z\nSubject: \xc3\xa9", "  word", 500,
	    "\n \tend\n\nx\n", &why);
	ok(lines_fit() && same_text() && why == NULL &&
	    strncmp(made, "X: y\n z\nSubject: \xc3\xa9  word", 24) == 0,
	    "I06 long header lines are folded, no octet changes");
	(void)long_line("Content-Type: message/rfc822\n\nX:", " word", 500,
	    "\n\nx\n", &why);
	ok(lines_fit() && why == NULL, "I06 in a message inside, too");
	(void)long_line("Subject: x\nX:", "y", 2000, "\n\nx\n", &why);
	ok(made[0] == '\0' && why != NULL, "I06 if there is a blank");
	(void)long_line("", "y", 990, " :xxxxxxxxxx y\n\nx\n", &why);
	ok(made[0] == '\0' && why != NULL, "I06 but not before the colon");
}

static void
test_long_stays(void)
{
	const char *why;

	stays("I06 multipart/signed", "Content-Type: multipart/signed;"
	    " boundary=b\n\n--b\n\n", "y");
	stays("I06 a message with a DKIM-Signature", MIXED
	    "DKIM-Signature: v=1\n\n--b\n\n", "y");
	stays("I06 even its header", MIXED "DKIM-Signature: v=1\nX:", " y");
	stays("I06 an unknown encoding",
	    "Content-Transfer-Encoding: x-uuencode\n\n", "y");
	stays("I06 message/external-body", "Content-Type: "
	    "message/external-body; access-type=x\n\n", "y");
	is_int(long_line(MIXED "\n--b\nContent-Type: multipart/signed; "
	    "boundary=c\n\n--c\n\n", "y", 2000, "\n--c--\n--b\nX:", &why),
	    MIME7_PLAIN, "I06 a signed part stays");
	asked = MIME7_EIGHT;
	is_int(long_line(MIXED "\n--b\n\n", "y", 2000, "\n--b\n" BODY "--b--\n",
	    &why), MIME7_CONVERT, "C16 only 8-bit octets are asked for");
	ok(!lines_fit() && why == NULL && strstr(made, MADE) != NULL,
	    "C16 and long lines stay");
	asked = MIME7_EIGHT | MIME7_LONG;
	(void)long_line(MIXED "DKIM-Signature: v=1\n\n--b\n\n", "y", 2000,
	    "\n--b\n" BODY "--b--\n", &why);
	ok(lines_fit() && strstr(made, MADE) != NULL,
	    "C16 who breaks the signature anyway breaks long lines");
}

static void
test_failures(void)
{
	static const struct mime7_sink sink = { full, NULL };
	const char *why;
	int fd = file("in", "Subject: \xc3\xa9\n\nx\n", 15);

	is_int(mime7_check(-1, 0, asked, &why), MIME7_ERROR,
	    "no file is an error");
	errno = 0;
	ok(mime7_send(fd, 0, asked, &sink) == -1 && errno == ENOSPC,
	    "an error of the writer is the error");
	is_int(mime7_check(fd, 11, asked, &why), MIME7_PLAIN,
	    "from an offset on");
	close(fd);
}

int
main(void)
{
	test_bodies();
	test_multipart();
	test_headers();
	test_refused();
	test_limits();
	test_long();
	test_long_fields();
	test_long_stays();
	test_failures();
	return done_testing();
}
