/*
 * Fuzzes the reading of queue files, their names and info lines.  Whatever is
 * there, reading ends; marks change two octets each, and say what was marked.
 * link: lib/envelope.c lib/address.c lib/text.c lib/unique.c qrun/name.c
 *	qrun/infoline.c
 */
#include <string.h>
#include <unistd.h>

#include "lib/envelope.h"
#include "lib/unique.h"
#include "qrun/infoline.h"
#include "qrun/name.h"
#include "tests/fuzz/fuzz.h"

#define SIZE	65536

static char after[SIZE + 1], text[SIZE + 1];
static struct envelope e;
static struct envelope_recipient r;

static void
read_names(void)
{
	unsigned long long n;
	struct infoline info;
	const char *name;
	char id[UNIQUE_ID_MAX];

	(void)unique_size(text, 'S', &n);
	(void)unique_size(text, 'W', &n);
	if (name_next(text, &name) != -1)
		check(name >= text && name <= text + strlen(text), "NAME");
	name_id(text, id);
	check(strlen(id) < sizeof(id), "an id");
	(void)name_arrival(text);
	(void)infoline_parse(text, "bob@hamburger.edu", &info);
}

static void
check_text(const char *p)
{
	for (; *p != '\0'; p++)
		check((unsigned char)*p >= ' ' && *p != 127, "control octets");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	off_t offsets[1000];
	size_t n = 0, i, changed = 0, length;
	int found;

	if (size > SIZE)
		return 0;
	if (fd == -1)
		fd = fuzz_file();
	memcpy(text, data, size);
	text[size] = '\0';
	read_names();
	fuzz_set(fd, data, size);
	if (envelope_open(&e, fd) == -1)
		return 0;
	check_text(e.sender);
	check_text(e.options);
	(void)envelope_option(e.options, "BODY", &length);
	while ((found = envelope_next(&e, &r)) == 1) {
		check_text(r.address);
		check_text(r.options);
		check(r.offset < (off_t)size, "an offset in the file");
		if (n < 1000)
			offsets[n++] = r.offset;
	}
	if (found == -1)
		return 0;
	check(n > 0 && e.message <= (off_t)size, "the message's place");
	for (i = 0; i < n; i++)
		check(envelope_mark(fd, offsets[i], i % 2 ? ENVELOPE_DONE :
		    ENVELOPE_FAILED) == 0, "a mark");
	check(fuzz_get(fd, after, sizeof(after)) == size, "the same size");
	for (i = 0; i < size; i++)
		changed += after[i] != (char)data[i];
	check(changed <= 2 * n, "marks change two octets each");
	check(envelope_open(&e, fd) == 0, "it is still a queue file");
	for (i = 0; envelope_next(&e, &r) == 1 && i < n; i++)
		check(r.offset == offsets[i] && r.state == (i % 2 ?
		    ENVELOPE_DONE : ENVELOPE_FAILED), "what was marked");
	check(i == n, "as many recipients");
	return 0;
}
