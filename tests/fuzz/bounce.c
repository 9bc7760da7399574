/*
 * Fuzzes notifications: what a remote server said, the options, the addresses
 * and the message they are about are the input.  Every one is a sound queue
 * file, printable where it must be, and its parts are the three it should have.
 * link: QRUN -qrun/main.c
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/text.h"
#include "qrun/bounce.h"
#include "tests/fuzz/fuzz.h"

#define PARTS	4

static char part[PARTS][2048];

/* Splits at 0xff: text, remote, options, and the rest is the message. */
static size_t
split(const uint8_t *data, size_t size)
{
	size_t i, n = 0, used = 0;

	memset(part, 0, sizeof(part));
	for (i = 0; i < size && n < PARTS - 1; i++) {
		if (data[i] == 0xff) {
			n++;
			used = 0;
		} else if (used < sizeof(part[0]) - 1 && data[i] != '\0')
			part[n][used++] = (char)data[i];
	}
	return i;
}

/* How many lines of the text begin with word. */
static size_t
lines_with(const char *text, const char *word)
{
	size_t n = 0;

	for (; text != NULL; text = strchr(text, '\n')) {
		text += *text == '\n';
		n += strncmp(text, word, strlen(word)) == 0;
	}
	return n;
}

static void
judge(int whole)
{
	char boundary[200] = "--";
	char *begin = strstr(fuzz_message, "boundary=\""), *p, *end;
	size_t n;

	check(begin != NULL, "a boundary");
	begin += 10;
	n = strcspn(begin, "\"");
	check(n > 8 && n < 100, "a boundary's length");
	memcpy(boundary + 2, begin, n);
	boundary[n + 2] = '\0';
	check(lines_with(fuzz_message, boundary) == 4, "three parts");
	/* up to the attached message all is ours */
	end = strstr(fuzz_message, boundary);
	end = strstr(end + 1, boundary);
	end = strstr(end + 1, boundary);
	for (p = fuzz_message; p < end; p++)
		check(*p == '\n' || *p == '\t' || (*p >= ' ' && *p != 127) ||
		    (*p & 0x80) != 0, "printable");
	*end = '\0';
	check(lines_with(fuzz_message, "Final-Recipient:") == 1 &&
	    lines_with(fuzz_message, "Action:") == 1 &&
	    lines_with(fuzz_message, "Status:") == 1, "fields once");
	check(lines_with(fuzz_message, "Delivered-To: ") == 1, "recipients");
	(void)whole;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct envelope e;
	static struct envelope_recipient er;
	static struct spool spool;
	static int fd = -1, ready;
	struct bounce_recipient r;
	struct bounce_message m;
	char clean[2048];
	struct text t;
	size_t used;
	int result;

	if (size < 2 || size > 100000)
		return 0;
	used = 1 + split(data + 1, size - 1);
	if (!ready) {
		fd = fuzz_file();
		check(spool_open(&spool, fuzz_spool()) == 0, "a spool");
		ready = 1;
	}
	fuzz_set(fd, "", 0);
	dprintf(fd, "Return-Path: <%s>\nDelivered-To: c@d.example\n"
	    "Received: x\n", data[0] & 4 ? "" : data[0] & 8 ?
	    "\303\251@b.example" : "a@b.example");
	if (used < size)
		check(write(fd, data + used, size - used) > 0, "a message");
	if (envelope_open(&e, fd) == -1)
		return 0;
	while (envelope_next(&e, &er) == 1)
		;
	text_init(&t, clean, sizeof(clean));
	text_add_printable(&t, part[0], strlen(part[0]));
	r.address = "c@d.example";
	r.options = part[2];
	r.status = "5.1.1";
	r.remote = part[1][0] != '\0' ? part[1] : NULL;
	r.text = data[0] & 16 ? part[0] : clean;
	r.last_attempt = 1600000000;
	m.fd = fd;
	m.envelope = &e;
	m.arrival = 1500000000;
	m.will_retry_until = 1700000000;
	result = bounce_write(&spool, "b.example", "postmaster",
	    (enum bounce_action)(data[0] & 3), &m, &r, 1);
	check(fuzz_queued() == (result == 0), "one, or none");
	if (result == 0)
		judge(0);
	return 0;
}
