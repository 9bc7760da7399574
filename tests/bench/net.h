/* net - a blocking client connection that reads lines; dies on any trouble. */
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <arpa/inet.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct net {
	int	fd;
	size_t	start, end;
	char	buf[65536];
};

static void
die(const char *what)
{
	fprintf(stderr, "bench client: %s\n", what);
	exit(111);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
net_open(struct net *n, int port)
{
	struct sockaddr_in to;
	struct timeval limit = { 60, 0 };
	int one = 1;

	memset(&to, 0, sizeof(to));
	to.sin_family = AF_INET;
	to.sin_port = htons((unsigned short)port);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	n->fd = socket(AF_INET, SOCK_STREAM, 0);
	n->start = n->end = 0;
	setsockopt(n->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(n->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (connect(n->fd, (struct sockaddr *)&to, sizeof(to)) == -1)
		die("cannot connect");
}

static void
net_put(struct net *n, const char *text)
{
	size_t length = strlen(text);

	while (length > 0) {
		ssize_t sent = write(n->fd, text, length);

		if (sent <= 0)
			die("cannot write");
		text += sent;
		length -= (size_t)sent;
	}
}

/* Makes sure that something is buffered; how much. */
static size_t
net_fill(struct net *n)
{
	ssize_t got;

	if (n->start == n->end) {
		got = read(n->fd, n->buf, sizeof(n->buf));
		if (got <= 0)
			die("the server left or is silent");
		n->start = 0;
		n->end = (size_t)got;
	}
	return n->end - n->start;
}

/* Reads a line, its first octets into line. */
static void
net_line(struct net *n, char *line, size_t size)
{
	size_t used = 0;
	char c;

	do {
		(void)net_fill(n);
		c = n->buf[n->start++];
		if (used + 1 < size)
			line[used++] = c;
	} while (c != '\n');
	line[used] = '\0';
}

static void
net_expect(struct net *n, const char *begin)
{
	char line[512];

	do {
		net_line(n, line, sizeof(line));
		if (strncmp(line, begin, strlen(begin)) != 0)
			die(line);
	} while (line[3] == '-' && line[0] != '+');
}
