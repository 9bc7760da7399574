/*
 * envelope_test - queue files: what is read, what is refused, what is marked.
 * link: lib/envelope.c lib/address.c lib/text.c
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/envelope.h"
#include "tests/unit/tap.h"

static struct envelope e;
static struct envelope_recipient r;

static int
file(const char *content, size_t length)
{
	static int kept = -1;

	if (kept == -1)
		kept = open("file", O_RDWR | O_CREAT, 0600);
	if (pwrite(kept, content, length, 0) != (ssize_t)length ||
	    ftruncate(kept, (off_t)length) == -1)
		abort();
	return dup(kept);
}

/* "sender options -> address/state options, ... @offset", or what is wrong. */
static const char *
block(const char *content, size_t length)
{
	static char said[8192];
	int fd = file(content, length);
	int found = -1;
	size_t used = 0;

	if (envelope_open(&e, fd) == -1) {
		close(fd);
		return errno == EINVAL ? "bad sender" : "errno";
	}
	used += (size_t)sprintf(said + used, "<%s> %s ->", e.sender, e.options);
	while ((found = envelope_next(&e, &r)) == 1)
		used += (size_t)sprintf(said + used, " %ld:%s/%d(%s)",
		    (long)r.offset, r.address, (int)r.state, r.options);
	if (found == -1)
		used += (size_t)sprintf(said + used, " bad");
	else
		used += (size_t)sprintf(said + used, " @%ld", (long)e.message);
	close(fd);
	return said;
}

#define BLOCK(s)	block(s, sizeof(s) - 1)

static void
test_good(void)
{
	is_str(BLOCK("Return-Path: <alice@crepes.fr>\n"
	    "Delivered-To: bob@hamburger.edu\nReceived: x\n\nbody\n"),
	    "<alice@crepes.fr>  -> 31:bob@hamburger.edu/0() @63",
	    "one recipient");
	is_str(BLOCK("Return-Path: <>\nEnvelope-Options: BODY=8BITMIME X\n"
	    "Delivered-To: a@b\nRecipient-Options: NOTIFY=NEVER\n"
	    "Delivered-OK: c@d\nDelivered-NO: e@f\nDelivered-O?: g@h\n"
	    "Received: x\nDelivered-To: mine@x\n"),
	    "<> BODY=8BITMIME X -> 50:a@b/0(NOTIFY=NEVER) 100:c@d/1() "
	    "118:e@f/2() 136:g@h/0() @154",
	    "options, all states; a torn mark is pending; the end at Received");
	is_str(BLOCK("Return-Path: <\"a b\"@c>\nDelivered-To: postmaster\n\n"),
	    "<\"a b\"@c>  -> 23:postmaster/0() @48",
	    "quoted sender, bare postmaster");
	is_str(BLOCK("Return-Path: <a@b>\nDelivered-To: c@d\n"),
	    "<a@b>  -> 19:c@d/0() @37", "a block that ends with the file");
}

static void
test_bad(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
	{ "", "bad sender" },
	{ "\n", "bad sender" },
	{ "From: a@b\n", "bad sender" },
	{ "Return-Path: a@b\nDelivered-To: c@d\n", "bad sender" },
	{ "Return-Path: <a@b\nDelivered-To: c@d\n", "bad sender" },
	{ "Return-Path: <a b>\nDelivered-To: c@d\n", "bad sender" },
	{ "Return-Path: <a\033b@c>\nDelivered-To: c@d\n", "bad sender" },
	{ "Return-Path: <a@b>", "bad sender" },
	{ "Return-Path: <a@b>\nEnvelope-Options: x", "bad sender" },
	{ "Return-Path: <a@b>\n", "<a@b>  -> bad" },
	{ "Return-Path: <a@b>\nReceived: x\n", "<a@b>  -> bad" },
	{ "Return-Path: <a@b>\nDelivered-To: c@d", "<a@b>  -> bad" },
	{ "Return-Path: <a@b>\nDelivered-To:c@d\n", "<a@b>  -> bad" },
	{ "Return-Path: <a@b>\nDelivered-To: \n", "<a@b>  -> bad" },
	{ "Return-Path: <a@b>\nDelivered-To: <c@d>\n", "<a@b>  -> bad" },
	{ "Return-Path: <a@b>\nDelivered-To: c@d\r\n", "<a@b>  -> bad" },
	{ "Return-Path: <a@b>\nDelivered-\n", "<a@b>  -> bad" },
	{ "Return-Path: <a@b>\nDelivered-To: c@d\nRecipient-Options: x",
	    "<a@b>  -> bad" }
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_str(block(cases[i].text, strlen(cases[i].text)),
		    cases[i].want, "SEC-S5 bad block number %u", (unsigned int)i);
	is_str(BLOCK("Return-Path: <a\0@b>\nDelivered-To: c@d\n"),
	    "bad sender", "SEC-S7 a NUL in the sender");
	is_str(BLOCK("Return-Path: <a@b>\nDelivered-To: c\0@d\n"),
	    "<a@b>  -> bad", "SEC-S7 a NUL in a recipient");
	is_int(envelope_open(&e, -1), -1, "no descriptor");
	ok(errno == EBADF, "says so");
}

/* Every truncation and every changed octet: no crash, no endless loop. */
static void
test_damage(void)
{
	static const char good[] = "Return-Path: <a@b>\nEnvelope-Options: x\n"
	    "Delivered-To: c@d\nRecipient-Options: y\nDelivered-OK: e@f\n\n";
	char text[sizeof(good)];
	size_t i, n = 0;
	int c;

	for (i = 0; i < sizeof(good); i++)
		n += block(good, i) != NULL;
	for (i = 0; i < sizeof(good) - 1; i++)
		for (c = 0; c < 256; c += 5) {
			memcpy(text, good, sizeof(good));
			text[i] = (char)c;
			n += block(text, sizeof(good) - 1) != NULL;
		}
	ok(n > 5000, "SEC-S10 %u damaged blocks are judged", (unsigned int)n);
}

static void
test_many(void)
{
	static char text[200000];
	size_t used, i, wrong = 0, n = 0;
	char want[64];
	int fd;

	used = (size_t)sprintf(text, "Return-Path: <a@b>\n");
	for (i = 0; i < 3000; i++)
		used += (size_t)sprintf(text + used, "Delivered-To: user%u@"
		    "hamburger.edu\n%s", (unsigned int)i,
		    i % 3 == 0 ? "Recipient-Options: NOTIFY=NEVER\n" : "");
	memcpy(text + used, "Received: x\n", 12);
	fd = file(text, used + 12);
	wrong += envelope_open(&e, fd) == -1;
	while (envelope_next(&e, &r) == 1) {
		sprintf(want, "user%u@hamburger.edu", (unsigned int)n);
		wrong += strcmp(r.address, want) != 0 || (r.options[0] != '\0')
		    != (n % 3 == 0);
		wrong += memcmp(text + r.offset, "Delivered-To: ", 14) != 0;
		n++;
	}
	is_int(n, 3000, "3,000 recipients in constant memory");
	is_int(wrong, 0, "each as it was written");
	is_int(e.message, used, "and the message behind them");
	memset(text + 19, 'x', 5000);
	memcpy(text + 19, "Delivered-To: ", 14);
	text[5019] = '\n';
	close(fd);
	fd = file(text, 6000);
	wrong = envelope_open(&e, fd) == -1 || envelope_next(&e, &r) != -1;
	is_int(wrong, 0, "SEC-S3 a line over the limit is refused");
	close(fd);
}

static void
test_marks(void)
{
	int fd = file("Return-Path: <a@b>\nDelivered-To: c@d\n"
	    "Delivered-To: e@f\n\n", 56);
	char got[64] = "";

	is_int(envelope_mark(fd, 19, ENVELOPE_DONE), 0, "a mark");
	is_int(envelope_mark(fd, 37, ENVELOPE_FAILED), 0, "another");
	is_int(pread(fd, got, 36, 19), 36, "in place");
	is_str(got, "Delivered-OK: c@d\nDelivered-NO: e@f\n", "nothing else");
	is_int(envelope_mark(fd, 37, ENVELOPE_PENDING), 0, "taken back");
	is_int(envelope_mark(fd, 20, ENVELOPE_DONE), -1,
	    "no mark where no Delivered- line is");
	is_int(envelope_mark(fd, 5000, ENVELOPE_DONE), -1, "nor behind the end");
	is_int(envelope_mark(fd, -1, ENVELOPE_DONE), -1, "nor before the start");
	close(fd);
	fd = open("file", O_RDONLY);
	is_int(envelope_mark(fd, 19, ENVELOPE_DONE), -1, "read-only");
	close(fd);
}

static void
test_options(void)
{
	const char *options = "RET=HDRS SMTPUTF8 ENVID=QQ BODY=8BITMIME";
	size_t n = 99;
	const char *value = envelope_option(options, "ENVID", &n);

	ok(value != NULL && n == 2 && memcmp(value, "QQ", 2) == 0, "a value");
	value = envelope_option(options, "SMTPUTF8", &n);
	ok(value != NULL && n == 0, "a word without value");
	ok(envelope_option(options, "SMTP", &n) == NULL, "no part of a word");
	ok(envelope_option(options, "QQ", &n) == NULL, "no value as a word");
	ok(envelope_option("", "RET", &n) == NULL, "in nothing nothing");
	value = envelope_option(options, "BODY", &n);
	ok(value != NULL && n == 8, "the last one");
}

int
main(void)
{
	test_good();
	test_bad();
	test_damage();
	test_many();
	test_marks();
	test_options();
	return done_testing();
}
