/*
 * fuzz - files, a spool and its judge for the harnesses.  The directory they
 * are in is $FUZZ_TMP, which tests/fuzz/run makes and removes.
 */
#include "tests/fuzz/fuzz.h"

#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/envelope.h"
#include "lib/unique.h"

#define FIRST_FD	200	/* of our own files: above all of the programs' */

char fuzz_message[1 << 20];
size_t fuzz_length, fuzz_body;

static char dir[512], spool[600];
static int log_file = -1;

void
check(int right, const char *what)
{
	if (right)
		return;
	fprintf(stderr, "wrong: %s\n", what);
	if (getenv("FUZZ_TMP") != NULL) {
		char path[600];
		FILE *f;

		snprintf(path, sizeof(path), "%s/wrong", getenv("FUZZ_TMP"));
		f = fopen(path, "w");	/* stderr may be a log that is judged */
		if (f != NULL) {
			fprintf(f, "wrong: %s\n", what);
			fclose(f);
		}
	}
	abort();
}

int
fuzz_file(void)
{
	char name[600];
	int fd, high;

	snprintf(name, sizeof(name), "%s/file.XXXXXX", fuzz_dir());
	fd = mkstemp(name);
	check(fd != -1 && unlink(name) == 0, "a temporary file");
	high = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FD);
	check(high != -1, "a descriptor");
	close(fd);
	return high;
}

void
fuzz_set(int fd, const void *data, size_t size)
{
	check(ftruncate(fd, 0) == 0 &&
	    pwrite(fd, data, size, 0) == (ssize_t)size &&
	    lseek(fd, 0, SEEK_SET) == 0, "a temporary file is written");
}

size_t
fuzz_get(int fd, char *to, size_t size)
{
	ssize_t n = pread(fd, to, size - 1, 0);

	check(n >= 0, "a temporary file is read");
	to[n] = '\0';
	return (size_t)n;
}

const char *
fuzz_dir(void)
{
	const char *tmp = getenv("FUZZ_TMP");

	if (dir[0] == '\0') {
		snprintf(dir, sizeof(dir), "%s/fuzz.XXXXXX",
		    tmp != NULL ? tmp : "/tmp");
		check(mkdtemp(dir) != NULL, "a directory");
	}
	return dir;
}

const char *
fuzz_spool(void)
{
	char path[700];
	static const char *const parts[] = { "", "/tmp", "/new" };
	size_t i;

	if (spool[0] == '\0') {
		snprintf(spool, sizeof(spool), "%s/spool", fuzz_dir());
		for (i = 0; i < 3; i++) {
			snprintf(path, sizeof(path), "%s%s", spool, parts[i]);
			check(mkdir(path, 0700) == 0, "a spool");
		}
	}
	return spool;
}

static void
judge(const char *path, const char *name)
{
	static struct envelope e;
	static struct envelope_recipient r;
	unsigned long long stated;
	int fd = open(path, O_RDONLY), found;

	check(fd != -1, "a queue file is opened");
	fuzz_length = fuzz_get(fd, fuzz_message, sizeof(fuzz_message));
	check(unique_size(name, 'S', &stated) == 0 && stated == fuzz_length,
	    "a name states the size");
	/* only BDAT's last line may lack its end */
	check(memchr(fuzz_message, '\0', fuzz_length) == NULL &&
	    memchr(fuzz_message, '\r', fuzz_length) == NULL, "canonical lines");
	check(envelope_open(&e, fd) == 0, "an envelope begins");
	while ((found = envelope_next(&e, &r)) == 1)
		check(r.state == ENVELOPE_PENDING, "a recipient is pending");
	check(found == 0, "an envelope ends");
	fuzz_body = (size_t)e.message;
	check(strncmp(fuzz_message + fuzz_body, "Received: ", 10) == 0,
	    "a message begins with our Received line");
	close(fd);
}

size_t
fuzz_queued(void)
{
	char path[1200];
	struct dirent *entry;
	size_t n = 0;
	DIR *d;
	int i;

	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", spool, i ? "tmp" : "new");
		d = opendir(path);
		check(d != NULL, "a spool is read");
		while ((entry = readdir(d)) != NULL) {
			if (entry->d_name[0] == '.')
				continue;
			check(i == 0, "nothing is left in tmp/");
			snprintf(path, sizeof(path), "%s/new/%s", spool,
			    entry->d_name);
			judge(path, entry->d_name);
			check(unlink(path) == 0, "a queue file is removed");
			n++;
		}
		closedir(d);
	}
	return n;
}

void
fuzz_log(void)
{
	static char text[1 << 20];
	size_t n, i;

	if (log_file == -1) {
		log_file = fuzz_file();
		check(dup2(log_file, 2) == 2, "a log");
	}
	n = fuzz_get(log_file, text, sizeof(text));
	for (i = 0; i < n; i++)
		check(text[i] == '\n' || (text[i] >= ' ' && text[i] <= '~'),
		    "a log is printable");
	check(n == 0 || text[n - 1] == '\n', "a log is made of lines");
	fuzz_set(log_file, "", 0);
	check(lseek(2, 0, SEEK_SET) == 0, "a log is emptied");
}

void
fuzz_close(int first)
{
	for (; first < FIRST_FD; first++)
		close(first);
}

void
fuzz_lines(const char *text, size_t n, const char *what)
{
	size_t i;

	for (i = 0; i < n; i++) {
		check(text[i] != '\n' || (i > 0 && text[i - 1] == '\r'), what);
		check(text[i] != '\r' || (i + 1 < n && text[i + 1] == '\n'),
		    what);
	}
	check(n == 0 || text[n - 1] == '\n', what);
}
