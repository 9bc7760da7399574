/*
 * smtpfuzz - throws sessions at smtpd and checks what must always hold.
 *
 *	smtpfuzz SEED COUNT DICTIONARY SPOOL program [argument ...]
 *
 * Each session is made of words of the dictionary (one per line, \r \n \0 \xHH).
 * The program must exit with 0; its replies are lines of three digits, at most
 * 512 octets, printable; as many files are in new/ as messages were answered
 * "queued", and none is left in tmp/.  Prints the first session that breaks
 * this; exit status 1.
 */
#include <sys/types.h>
#include <sys/wait.h>

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORDS_MAX	256
#define SESSION_MAX	65536

static struct { char text[512]; size_t length; } words[WORDS_MAX];
static size_t word_count;
static char session[SESSION_MAX], replies[4 * SESSION_MAX];
static size_t session_length, reply_length;
static unsigned long long random_state;

static size_t
below(size_t n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (size_t)(random_state % n);
}

static void
broken(const char *why)
{
	size_t i;

	printf("%s\nsession: ", why);
	for (i = 0; i < session_length; i++) {
		unsigned char c = (unsigned char)session[i];

		printf(isprint(c) && c != '\\' ? "%c" : "\\x%02x", c);
	}
	printf("\nreplies:\n%.*s\n", (int)reply_length, replies);
	exit(1);
}

static void
read_words(const char *path)
{
	char line[1024];
	FILE *f = fopen(path, "r");

	while (f != NULL && word_count < WORDS_MAX &&
	    fgets(line, sizeof(line), f) != NULL) {
		char *to = words[word_count].text;
		const char *p = line;

		for (; *p != '\n' && *p != '\0' &&
		    to < words[word_count].text + 500; p++) {
			unsigned int octet = (unsigned char)*p;

			if (p[0] == '\\' && p[1] == 'x' &&
			    sscanf(p + 2, "%2x", &octet) == 1)
				p += 3;
			else if (p[0] == '\\' && p[1] != '\0')
				octet = *++p == 'r' ? '\r' : *p == 'n' ? '\n' :
				    *p == '0' ? '\0' : (unsigned char)*p;
			*to++ = (char)octet;
		}
		words[word_count].length =
		    (size_t)(to - words[word_count].text);
		word_count += words[word_count].length > 0;
	}
	if (word_count == 0)
		broken("no dictionary");
}

static void
add(const char *text, size_t length)
{
	if (session_length + length > SESSION_MAX)
		return;
	memcpy(session + session_length, text, length);
	session_length += length;
}

static void
make_session(void)
{
	static const char begin[] = "EHLO a\r\nMAIL FROM:<a@b.example>\r\n"
	    "RCPT TO:<bob@hamburger.edu>\r\n";
	size_t n = 1 + below(60);

	session_length = 0;
	if (below(8) != 0)
		add(begin, sizeof(begin) - 1);
	while (n-- > 0) {
		size_t i = below(word_count);

		add(words[i].text, words[i].length);
	}
}

/* The session goes through a file: nobody waits for anybody. */
static void
play(char **argv)
{
	FILE *in = tmpfile(), *out = tmpfile();
	int status;
	pid_t pid;

	if (in == NULL || out == NULL ||
	    fwrite(session, 1, session_length, in) != session_length ||
	    fflush(in) == EOF || fseek(in, 0, SEEK_SET) == -1)
		broken("no temporary file");
	pid = fork();
	if (pid == 0) {
		dup2(fileno(in), 0);
		dup2(fileno(out), 1);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid == -1 || waitpid(pid, &status, 0) != pid)
		broken("fork");
	rewind(out);
	reply_length = fread(replies, 1, sizeof(replies), out);
	fclose(in);
	fclose(out);
	if (status != 0)
		broken("exit status");
}

/* How many replies say "queued". */
static size_t
check_replies(void)
{
	size_t at = 0, queued = 0, i;

	while (at < reply_length) {
		char *line = replies + at;
		char *end = memchr(line, '\n', reply_length - at);
		size_t length = end == NULL ? 0 : (size_t)(end - line) + 1;

		if (length < 6 || length > 512 || end[-1] != '\r' ||
		    !isdigit((unsigned char)line[0]) ||
		    !isdigit((unsigned char)line[1]) ||
		    !isdigit((unsigned char)line[2]) ||
		    (line[3] != ' ' && line[3] != '-'))
			broken("a line that is no reply");
		for (i = 0; i < length - 2; i++)
			if (line[i] < ' ' || line[i] > '~')
				broken("a reply that is not printable");
		queued += length > 20 &&
		    memcmp(line, "250 2.0.0 queued", 16) == 0;
		at += length;
	}
	return queued;
}

/* Counts and removes the files of a directory. */
static size_t
empty(const char *spool, const char *name)
{
	char path[1024];
	struct dirent *entry;
	size_t n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%s", spool, name);
	dir = opendir(path);
	if (dir == NULL)
		broken(path);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s/%s", spool, name,
		    entry->d_name);
		n += unlink(path) == 0;
	}
	closedir(dir);
	return n;
}

int
main(int argc, char **argv)
{
	unsigned long i, count, messages = 0;

	if (argc < 6)
		return 2;
	random_state = strtoull(argv[1], NULL, 10) * 0x9E3779B97F4A7C15ULL + 1;
	count = strtoul(argv[2], NULL, 10);
	read_words(argv[3]);
	for (i = 0; i < count; i++) {
		size_t queued;

		make_session();
		play(argv + 5);
		queued = check_replies();
		messages += queued;
		if (queued != empty(argv[4], "new"))
			broken("new/ does not hold what was answered");
		if (empty(argv[4], "tmp") != 0)
			broken("something is left in tmp/");
	}
	printf("%lu sessions, %lu messages queued\n", count, messages);
	return 0;
}
