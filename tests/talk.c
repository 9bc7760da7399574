/*
 * talk - plays a session transcript against a server and prints one TAP line.
 *
 *	talk [-v] FILE.session -- program [argument ...]
 *	talk [-v] FILE.session HOST PORT
 *
 * The program gets one end of a socket pair on 0 and 1, as a super-server would
 * give it; its descriptor 2 is ours.  -v shows the conversation as it goes, on a
 * terminal in colours and at a pace that can be read.
 * tests/README says what a transcript may hold.  Exit status: 0 ok, 1 not ok,
 * 2 the transcript or the call is wrong.
 */
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ARGS_MAX	64
#define SHOWN_MAX	200	/* octets of a line that are shown */
#define KEPT_MAX	24	/* lines shown when something is wrong */

struct bytes {
	char	*data;
	size_t	 used, size;
};

static struct {
	const char	*file;
	unsigned int	 line;		/* of the transcript */
	char		*title;
	int		 fd;		/* to the server, or -1 when we closed it */
	int		 eof;		/* the server closed */
	pid_t		 pid;		/* the program, or 0 */
	long		 deadline_s;
	const char	*end;		/* line end: CRLF, or LF after "O: lf" */
	int		 verbose;
	int		 want_status;	/* -1: any, but not a signal */
	struct bytes	 out, in;
	char		*kept[KEPT_MAX];
	unsigned int	 kept_count;
} t = { .fd = -1, .deadline_s = 10, .end = "\r\n", .want_status = -1 };

static void
usage(const char *why)
{
	fprintf(stderr, "talk: %s\nusage: talk [-v] FILE -- program ... | "
	    "talk [-v] FILE HOST PORT\n", why);
	exit(2);
}

static void
wrong(const char *why)
{
	fprintf(stderr, "talk: %s:%u: %s\n", t.file, t.line, why);
	exit(2);
}

static void
bytes_add(struct bytes *b, const char *from, size_t n)
{
	if (b->used + n + 1 > b->size) {
		b->size = 2 * (b->used + n + 1);
		if ((b->data = realloc(b->data, b->size)) == NULL)
			wrong("no memory");
	}
	memcpy(b->data + b->used, from, n);
	b->used += n;
	b->data[b->used] = '\0';
}

static void
show(const char *line)
{
	struct timespec pace = { 0, 150000000 };

	if (isatty(1)) {
		printf("  \033[%sm%s\033[0m\n", line[0] == 'C' ? "36" : "32",
		    line);
		fflush(stdout);
		nanosleep(&pace, NULL);
	} else {
		printf("  %s\n", line);
		fflush(stdout);
	}
}

/* Remembers, and with -v shows, a line of the conversation. */
static void
keep(const char *who, const char *text, size_t n)
{
	char line[4 * SHOWN_MAX + 16];
	size_t used = (size_t)sprintf(line, "%s", who);
	size_t i;

	for (i = 0; i < n && i < SHOWN_MAX; i++) {
		unsigned char c = (unsigned char)text[i];

		used += (size_t)sprintf(line + used,
		    (c < ' ' && c != '\t') || c == 127 ? "\\x%02x" : "%c",
		    c);
	}
	if (i < n)
		strcpy(line + used, " ...");
	if (t.verbose)
		show(line);
	free(t.kept[t.kept_count % KEPT_MAX]);
	t.kept[t.kept_count++ % KEPT_MAX] = strdup(line);
}

static void
fail(const char *expected, const char *got)
{
	unsigned int i = t.kept_count > KEPT_MAX ? t.kept_count - KEPT_MAX : 0;

	printf("not ok %s\n# %s, line %u\n#   expected: %s\n#   got:      %s\n"
	    "# the session so far:\n", t.title, t.file, t.line, expected, got);
	for (; i < t.kept_count && !t.verbose; i++)
		printf("#   %s\n", t.kept[i % KEPT_MAX]);
	if (t.pid > 0)
		kill(t.pid, SIGKILL);
	exit(1);
}

static long long
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/*
 * Waits until the server sends or, with output, takes some octets; moves them.
 * Returns 0 when the time is over.
 */
static int
move(struct bytes *output, size_t *sent, long long until)
{
	struct pollfd p = { .fd = t.fd, .events = POLLIN };
	long long left = until - now_ms();
	char buf[65536];
	ssize_t n;

	if (output != NULL)
		p.events = t.eof ? POLLOUT : POLLIN | POLLOUT;
	if (poll(&p, 1, left > 0 ? (int)left : 0) <= 0)
		return 0;
	if (output != NULL && (p.revents & POLLOUT)) {
		n = send(t.fd, output->data + *sent, output->used - *sent,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n == -1 && errno != EAGAIN && errno != EINTR)
			*sent = output->used;	/* it is gone: S! will tell */
		else if (n > 0)
			*sent += (size_t)n;
	}
	if (!t.eof && (p.revents & (POLLIN | POLLHUP | POLLERR))) {
		n = read(t.fd, buf, sizeof(buf));
		if (n > 0)
			bytes_add(&t.in, buf, (size_t)n);
		else if (n == 0 || (errno != EINTR && errno != EAGAIN))
			t.eof = 1;
	}
	return 1;
}

static void
flush_out(void)
{
	long long until = now_ms() + t.deadline_s * 1000;
	size_t sent = 0;

	if (t.out.used > 0 && t.fd == -1)
		wrong("nothing can be sent after C!");
	while (sent < t.out.used)
		if (!move(&t.out, &sent, until))
			fail("the server reads", "it does not");
	t.out.used = 0;
}

/* Takes one line from the server, without its line end; NULL at its end. */
static char *
take_line(const char *expected)
{
	long long until = now_ms() + t.deadline_s * 1000;
	static char *line;
	char *lf;
	size_t n, end = strlen(t.end);

	while (t.in.used == 0 || (lf = memchr(t.in.data, '\n', t.in.used)) == NULL)
		if (t.eof && t.in.used > 0)
			fail(expected, "a line without end, and closed");
		else if (t.eof || t.fd == -1)
			return NULL;
		else if (!move(NULL, NULL, until))
			fail(expected, "nothing in time");
	n = (size_t)(lf - t.in.data) + 1;
	free(line);
	if ((line = malloc(n + 1)) == NULL)
		wrong("no memory");
	memcpy(line, t.in.data, n);
	memmove(t.in.data, t.in.data + n, t.in.used - n);
	t.in.used -= n;
	if (n < end || memcmp(line + n - end, t.end, end) != 0 ||
	    memchr(line, '\0', n) != NULL) {
		keep("S: ", line, n);
		fail(expected, "a line with a wrong line end or a NUL");
	}
	line[n - end] = '\0';
	keep("S: ", line, n - end);
	return line;
}

/* "..." in the pattern stands for anything. */
static int
matches(const char *pattern, const char *text)
{
	for (; *pattern != '\0'; pattern++, text++) {
		if (strncmp(pattern, "...", 3) == 0) {
			for (pattern += 3; *text != '\0'; text++)
				if (matches(pattern, text))
					return 1;
			return *pattern == '\0' || matches(pattern, text);
		}
		if (*pattern != *text)
			return 0;
	}
	return *text == '\0';
}

/* Adds octets written with \n \r \t \0 \\ and \xHH. */
static void
add_raw(struct bytes *b, const char *s)
{
	static const char names[] = "nrt0\\", octets[] = "\n\r\t\0\\";
	const char *p;
	char c;

	for (; *s != '\0'; s++) {
		c = *s;
		if (c == '\\' && s[1] == 'x') {
			char hex[3] = { s[2], s[2] != '\0' ? s[3] : '\0', '\0' };

			c = (char)strtoul(hex, NULL, 16);
			if (strspn(hex, "0123456789abcdefABCDEF") != 2)
				wrong("\\x needs two hexadecimal digits");
			s += 3;
		} else if (c == '\\') {
			p = *++s == '\0' ? NULL : strchr(names, *s);
			if (p == NULL)
				wrong("unknown escape");
			c = octets[p - names];
		}
		bytes_add(b, &c, 1);
	}
}

/* Replaces ${NAME} by the value of the environment variable, if it is set. */
static char *
expand(const char *s)
{
	struct bytes b = { 0 };
	const char *end, *value;
	char name[64];

	bytes_add(&b, "", 0);
	while (*s != '\0') {
		if (s[0] == '$' && s[1] == '{' && (end = strchr(s, '}')) &&
		    (size_t)(end - s - 2) < sizeof(name)) {
			memcpy(name, s + 2, (size_t)(end - s - 2));
			name[end - s - 2] = '\0';
			if ((value = getenv(name)) != NULL) {
				bytes_add(&b, value, strlen(value));
				s = end + 1;
				continue;
			}
		}
		bytes_add(&b, s++, 1);
	}
	return b.data;
}

/* Sends a file as mail data: CRLF, dots stuffed, no final dot. */
static void
add_file(const char *name)
{
	FILE *f = fopen(name, "r");
	char *line = NULL;
	size_t size = 0, begin;
	ssize_t n;

	if (f == NULL)
		wrong("cannot open the file of C<");
	while ((n = getline(&line, &size, f)) > 0) {
		if (line[n - 1] == '\n')
			n--;
		begin = t.out.used;
		if (line[0] == '.')
			bytes_add(&t.out, ".", 1);
		bytes_add(&t.out, line, (size_t)n);
		keep("C: ", t.out.data + begin, t.out.used - begin);
		bytes_add(&t.out, t.end, strlen(t.end));
	}
	free(line);
	fclose(f);
}

/* Saves a multi-line reply up to its lone dot, LF line ends, dots removed. */
static void
save_file(const char *name)
{
	FILE *f = fopen(name, "w");
	char *line;

	if (f == NULL)
		wrong("cannot create the file of S>");
	while ((line = take_line("a multi-line reply")) != NULL &&
	    strcmp(line, ".") != 0)
		fprintf(f, "%s\n", line + (line[0] == '.'));
	if (fclose(f) != 0)
		wrong("cannot write the file of S>");
	if (line == NULL)
		fail("a lone dot", "the server closed");
}

static void
client_line(char how, char *arg)
{
	char *end;
	unsigned long n = 1;
	struct bytes raw = { 0 };

	if (how == '<') {
		add_file(arg);
		return;
	}
	if (how == '*' || (how == '|' && arg[0] == '*' && arg[1] == ' ')) {
		n = strtoul(arg + (how == '|' ? 2 : 0), &end, 10);
		if (*end++ != ' ')
			wrong("a number and a blank expected");
		arg = end;
	}
	if (how == '|') {
		add_raw(&raw, arg);
	} else {
		bytes_add(&raw, arg, strlen(arg));
		bytes_add(&raw, t.end, strlen(t.end));
	}
	keep(how == '|' ? "C| " : "C: ", arg, strlen(arg));
	while (n-- > 0 && raw.used > 0)
		bytes_add(&t.out, raw.data, raw.used);
	free(raw.data);
}

static void
client_close(const char *how)
{
	struct linger reset = { 1, 0 };

	flush_out();
	keep("C! ", how, strlen(how));
	if (strcmp(how, "half") == 0) {
		shutdown(t.fd, SHUT_WR);
		return;
	}
	if (strcmp(how, "reset") == 0)
		setsockopt(t.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	else if (how[0] != '\0')
		wrong("C! takes nothing, half or reset");
	close(t.fd);
	t.fd = -1;
}

static void
server_line(char how, const char *arg)
{
	const char *line;
	long long until;

	flush_out();
	if (how == '>') {
		save_file(arg);
	} else if (how == '!') {
		if ((line = take_line("the server closes")) != NULL)
			fail("the server closes", line);
		keep("S!", "", 0);
	} else if (how == '-') {
		until = now_ms() + atol(arg);
		while (t.in.used == 0 && !t.eof && move(NULL, NULL, until))
			continue;
		if (t.in.used > 0)
			fail("silence", t.in.data);
		if (t.eof)
			fail("silence", "the server closed");
	} else {
		do {
			if ((line = take_line(arg)) == NULL)
				fail(arg, "the server closed");
		} while (how == '~' && !matches(arg, line));
		if (!matches(arg, line))
			fail(arg, line);
	}
}

static void
option(const char *arg)
{
	if (strcmp(arg, "lf") == 0)
		t.end = "\n";
	else if (strncmp(arg, "deadline ", 9) == 0)
		t.deadline_s = atol(arg + 9);
	else
		wrong("unknown option");
}

static void
pause_ms(const char *arg)
{
	long ms = atol(arg);
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	flush_out();
	nanosleep(&ts, NULL);
}

/* Obeys one line of the transcript. */
static void
play_line(char *line)
{
	char *arg;
	size_t n;

	if (line[0] == '\0' || line[0] == '#' || line[1] == '\0' ||
	    strchr("EAOX", line[0]) != NULL)
		return;
	n = line[2] == ' ' ? 3 : 2;
	arg = expand(line + n);
	if (line[0] == 'C' && strchr(":|*<", line[1]) != NULL)
		client_line(line[1], arg);
	else if (line[0] == 'C' && line[1] == '!')
		client_close(arg);
	else if (line[0] == 'C' && line[1] == '.')
		pause_ms(arg);
	else if (line[0] == 'S' && strchr(":~!->", line[1]) != NULL)
		server_line(line[1], arg);
	else
		wrong("what is this line?");
	free(arg);
}

/* What must be known before the start: E: A: O: X: lines. */
static void
prepare_line(const char *line, char **argv, int *argc)
{
	char *arg;

	if (line[0] == '\0' || strchr("EAOX", line[0]) == NULL || line[1] != ':')
		return;
	arg = expand(line + (line[2] == ' ' ? 3 : 2));
	if (line[0] == 'E' && strchr(arg, '=') != NULL)
		putenv(arg);
	else if (line[0] == 'E')
		unsetenv(arg);
	else if (line[0] == 'A' && *argc < ARGS_MAX - 1)
		argv[(*argc)++] = arg;
	else if (line[0] == 'O')
		option(arg);
	else if (line[0] == 'X')
		t.want_status = atoi(arg);
	argv[*argc] = NULL;
}

static void
start(char **argv)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1)
		wrong("socketpair");
	fcntl(pair[0], F_SETFD, FD_CLOEXEC);
	fcntl(pair[1], F_SETFD, FD_CLOEXEC);
	if ((t.pid = fork()) == 0) {
		dup2(pair[1], 0);
		dup2(pair[1], 1);
		execvp(argv[0], argv);
		fprintf(stderr, "talk: %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	close(pair[1]);
	t.fd = pair[0];
}

static void
connect_to(const char *host, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *ai;

	if (getaddrinfo(host, port, &hints, &ai) != 0)
		usage("no such host or port");
	t.fd = socket(ai->ai_family, SOCK_STREAM, 0);
	if (t.fd == -1 || connect(t.fd, ai->ai_addr, ai->ai_addrlen) == -1)
		fail("a connection", strerror(errno));
	freeaddrinfo(ai);
}

/* After the last line: we close; the program has to end, and how it should. */
static void
finish(void)
{
	long long until = now_ms() + t.deadline_s * 1000;
	struct timespec tick = { 0, 5000000 };
	char got[64];
	int status;
	pid_t pid;

	flush_out();
	if (t.fd != -1)
		close(t.fd);
	if (t.pid == 0)
		return;
	while ((pid = waitpid(t.pid, &status, WNOHANG)) == 0 && now_ms() < until)
		nanosleep(&tick, NULL);
	if (pid == 0)
		fail("the program ends", "it still runs");
	t.pid = 0;
	if (WIFSIGNALED(status)) {
		sprintf(got, "it was killed by signal %d", WTERMSIG(status));
		fail("the program ends by itself", got);
	}
	if (t.want_status != -1 && WEXITSTATUS(status) != t.want_status) {
		sprintf(got, "exit status %d", WEXITSTATUS(status));
		fail("another exit status (X:)", got);
	}
}

/* Reads the transcript; its first line is the title. */
static char **
read_script(const char *name)
{
	FILE *f = fopen(name, "r");
	char **lines = NULL;
	size_t count = 0, size;
	ssize_t n;

	if (f == NULL)
		usage(strerror(errno));
	do {
		lines = realloc(lines, (count + 1) * sizeof(*lines));
		if (lines == NULL)
			usage("no memory");
		lines[count] = NULL;
		size = 0;
		n = getline(&lines[count], &size, f);
		if (n > 0 && lines[count][n - 1] == '\n')
			lines[count][n - 1] = '\0';
	} while (n > 0 && ++count);
	free(lines[count]);
	lines[count] = NULL;
	fclose(f);
	if (count == 0 || strncmp(lines[0], "# ", 2) != 0)
		usage("the first line must be a comment that says what is shown");
	t.title = lines[0] + 2;
	return lines;
}

int
main(int argc, char **argv)
{
	char *args[ARGS_MAX], **lines;
	const char *slow = getenv("TALK_DEADLINE");
	int i, count = 0;

	signal(SIGPIPE, SIG_IGN);
	if (argc > 1 && strcmp(argv[1], "-v") == 0) {
		t.verbose = 1;
		argc--;
		argv++;
	}
	if (argc < 4 || argc > ARGS_MAX)
		usage("arguments are missing");
	if (slow != NULL)
		t.deadline_s = atol(slow);
	t.file = argv[1];
	lines = read_script(t.file);
	for (i = 3; i < argc; i++)
		args[count++] = argv[i];
	for (i = 0; lines[i] != NULL; i++)
		prepare_line(lines[i], args, &count);
	if (strcmp(argv[2], "--") == 0)
		start(args);
	else
		connect_to(argv[2], argv[3]);
	while (lines[t.line] != NULL)
		play_line(lines[t.line++]);
	finish();
	if (!t.verbose)
		printf("ok %s\n", t.title);
	return 0;
}
