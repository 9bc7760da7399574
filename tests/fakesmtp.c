/*
 * fakesmtp - a mail server that says what it is told to.
 *
 *	fakesmtp PORT LOG SCRIPT ...
 *	fakesmtp - LOG SCRIPT [ARGUMENT ...]
 *
 * With "-" the client is on descriptor 0, and the arguments are logged.  Else it
 * listens on 127.0.0.1.  The first connection plays the first script, and so
 * on; the last one plays for all that follow.  What the client sends goes to LOG:
 * a line "# connection" for each, every command, "# more" behind one if further
 * input was already there, the mail data as it is on the wire, "# end" when the
 * client closes.  A script has a line for each answer:
 *
 *	VERB answer
 *
 * VERB is GREETING, EHLO, HELO, MAIL, RCPT, DATA, DOT (the final dot), RSET, AUTH,
 * QUIT, or another command's.  Lines of the same verb are used one after the
 * other, the last one again and again.  In an answer \r \n \\ and \xHH are
 * octets; CRLF is added unless it ends in \c.  Further:
 *
 *	!close			says nothing and closes
 *	!hang			says nothing more
 *	!endless text		says it until the client leaves
 *	!drip text		an octet every 200 milliseconds
 *	!later text		together with the next answer
 *	!then-close text	says it and closes
 *
 * Verbs without a line get a friendly answer.  Messages are not kept.
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define RULES_MAX	200
#define TEXT_MAX	4096

static struct rule {
	char	verb[16];
	char	answer[TEXT_MAX];
	int	used;
} rules[RULES_MAX];
static size_t rule_count;

static int peer;
static FILE *journal;
static char in[65536], later[65536];
static size_t in_used, later_used;

static void
wrong(const char *why)
{
	perror(why);
	exit(2);
}

static void
load(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[TEXT_MAX];

	if (f == NULL)
		wrong(path);
	while (rule_count < RULES_MAX && fgets(line, sizeof(line), f) != NULL) {
		struct rule *r = &rules[rule_count];
		size_t n = strcspn(line, " ");

		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '\0' || line[0] == '#' || n >= sizeof(r->verb))
			continue;
		memcpy(r->verb, line, n);
		strcpy(r->answer, line[n] == ' ' ? line + n + 1 : "");
		rule_count++;
	}
	fclose(f);
}

/* The next rule of the verb, the last one if all were used; NULL none. */
static struct rule *
find(const char *verb)
{
	struct rule *last = NULL;
	size_t i;

	for (i = 0; i < rule_count; i++)
		if (strcasecmp(rules[i].verb, verb) == 0) {
			last = &rules[i];
			if (!last->used)
				break;
		}
	if (last != NULL)
		last->used = 1;
	return last;
}

static size_t
unescape(const char *from, char *to)
{
	char *start = to;

	for (; *from != '\0'; from++) {
		if (*from != '\\') {
			*to++ = *from;
			continue;
		}
		switch (*++from) {
		case 'r':
			*to++ = '\r';
			break;
		case 'n':
			*to++ = '\n';
			break;
		case 'x': {
			char hex[3] = { from[1], from[2], '\0' };

			*to++ = (char)strtol(hex, NULL, 16);
			from += 2;
			break;
		}
		case 'c':
			return (size_t)(to - start);
		default:
			*to++ = *from;
		}
	}
	*to++ = '\r';
	*to++ = '\n';
	return (size_t)(to - start);
}

static void
leave(void)
{
	fprintf(journal, "# end\n");
	fclose(journal);
	exit(0);
}

static void
say(const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t m = write(peer, bytes, n);

		if (m <= 0)
			leave();
		bytes += m;
		n -= (size_t)m;
	}
}

static void
answer(const char *verb, const char *friendly)
{
	struct rule *r = find(verb);
	const char *text = r == NULL ? friendly : r->answer;
	char bytes[TEXT_MAX + 2];
	const char *after = strchr(text, ' ');
	size_t n, i;

	fflush(journal);
	if (strcmp(text, "!close") == 0)
		leave();
	if (strcmp(text, "!hang") == 0) {
		while (read(peer, in, sizeof(in)) > 0)
			;
		leave();
	}
	n = unescape(text[0] == '!' && after != NULL ? after + 1 : text, bytes);
	if (strncmp(text, "!endless ", 9) == 0)
		for (;;)
			say(bytes, n);
	if (strncmp(text, "!drip ", 6) == 0) {
		for (i = 0; i < n; i++) {
			say(bytes + i, 1);
			poll(NULL, 0, 200);
		}
		return;
	}
	if (later_used + n > sizeof(later))
		wrong("too much for later");
	memcpy(later + later_used, bytes, n);
	later_used += n;
	if (strncmp(text, "!later ", 7) == 0)
		return;
	say(later, later_used);
	later_used = 0;
	if (strncmp(text, "!then-close ", 12) == 0)
		leave();
}

/* Takes a line, its LF included; what is left stays in the buffer. */
static size_t
get_line(char *line)
{
	char *lf;

	while ((lf = memchr(in, '\n', in_used)) == NULL) {
		ssize_t n;

		if (in_used == sizeof(in))
			wrong("line too long");
		n = read(peer, in + in_used, sizeof(in) - in_used);
		if (n <= 0) {
			fwrite(in, 1, in_used, journal);
			leave();
		}
		in_used += (size_t)n;
	}
	memcpy(line, in, (size_t)(lf - in) + 1);
	in_used -= (size_t)(lf - in) + 1;
	memmove(in, lf + 1, in_used);
	fwrite(line, 1, (size_t)(lf - in) + 1, journal);
	return (size_t)(lf - in) + 1;
}

static void
take_data(char *line)
{
	size_t n;

	do
		n = get_line(line);
	while (n != 3 || memcmp(line, ".\r\n", 3) != 0);
	answer("DOT", "250 2.0.0 taken");
}

static void
serve(void)
{
	static char line[65536];
	char verb[16];

	answer("GREETING", "220 fake.example ESMTP");
	for (;;) {
		size_t n = get_line(line), length = 0, i;
		int data;

		while (length < sizeof(verb) - 1 && length < n &&
		    strchr(" \r\n", line[length]) == NULL) {
			verb[length] = line[length];
			length++;
		}
		verb[length] = '\0';
		if (in_used > 0)
			fprintf(journal, "# more\n");
		data = strcasecmp(verb, "DATA") == 0;
		if (data) {
			/* its next answer decides whether data follows */
			for (i = 0; i < rule_count; i++)
				if (strcasecmp(rules[i].verb, "DATA") == 0 &&
				    (data = strstr(rules[i].answer, "354") !=
				    NULL, !rules[i].used))
					break;
		}
		answer(verb, data ? "354 go ahead" :
		    strcasecmp(verb, "QUIT") == 0 ? "!then-close 221 bye" :
		    "250 2.1.0 fine");
		if (data)
			take_data(line);
	}
}

static void
converse(const char *log, const char *script, char **arguments)
{
	alarm(60);
	journal = fopen(log, "a");
	if (journal == NULL)
		wrong(log);
	fprintf(journal, "# connection\n");
	for (; arguments != NULL && *arguments != NULL; arguments++)
		fprintf(journal, "# argument %s\n", *arguments);
	load(script);
	serve();
}

int
main(int argc, char **argv)
{
	struct sockaddr_in to;
	const int yes = 1;
	int fd = socket(AF_INET, SOCK_STREAM, 0), at = 3;

	if (argc < 4)
		wrong("usage: fakesmtp PORT LOG SCRIPT ...");
	signal(SIGPIPE, SIG_IGN);
	if (strcmp(argv[1], "-") == 0)
		converse(argv[2], argv[3], argv + 4);
	memset(&to, 0, sizeof(to));
	to.sin_family = AF_INET;
	to.sin_port = htons((in_port_t)atoi(argv[1]));
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, (struct sockaddr *)&to, sizeof(to)) == -1 ||
	    listen(fd, 20) == -1)
		wrong("listen");
	fclose(fopen(argv[2], "a"));	/* tells that we listen */
	signal(SIGCHLD, SIG_IGN);
	while ((peer = accept(fd, NULL, NULL)) != -1) {
		if (fork() == 0) {
			close(fd);
			converse(argv[2], argv[at], NULL);
		}
		close(peer);
		if (at < argc - 1)
			at++;
	}
	wrong("accept");
}
