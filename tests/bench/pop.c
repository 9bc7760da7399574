/*
 * pop - a POP3 client for measuring.
 *
 *	pop PORT USER PASSWORD login CLIENTS SESSIONS	sessions per second
 *	pop PORT USER PASSWORD open			milliseconds from PASS to
 *		the answer to STAT, then those of STAT, LIST and UIDL alone
 *	pop PORT USER PASSWORD pipe COUNT		RETR 1..COUNT, all commands
 *		written before the answers are read: messages per second
 *	pop PORT USER PASSWORD each COUNT		one after another
 *	pop PORT USER PASSWORD large			RETR 1: MB per second
 *
 * USER "-": the server begins in the TRANSACTION state, and the time of "open"
 * counts from connect.
 */
#include "net.h"

static void
login(struct net *n, int port, const char *user, const char *password,
    double *begin)
{
	char line[300];

	*begin = now();
	net_open(n, port);
	net_expect(n, "+OK");
	if (strcmp(user, "-") == 0)
		return;
	snprintf(line, sizeof(line), "USER %s\r\n", user);
	net_put(n, line);
	net_expect(n, "+OK");
	snprintf(line, sizeof(line), "PASS %s\r\n", password);
	*begin = now();
	net_put(n, line);
	net_expect(n, "+OK");
}

static void
quit(struct net *n)
{
	net_put(n, "QUIT\r\n");
	net_expect(n, "+OK");
	close(n->fd);
}

/* Reads a multi-line reply; octets of it. */
static double
multiline(struct net *n)
{
	/* what of CRLF.CRLF was seen; the first line ends like any other */
	static const char end[] = "\r\n.\r\n";
	size_t seen = 0, length;
	double octets = 0;
	char *p, *cr;

	net_expect(n, "+OK");
	seen = 2;
	for (;;) {
		length = net_fill(n);
		p = n->buf + n->start;
		if (seen == 0) {
			cr = memchr(p, '\r', length);
			length = cr == NULL ? length : (size_t)(cr - p);
			octets += (double)length;
			n->start += length;
			if (cr == NULL)
				continue;
		}
		if (*(p = n->buf + n->start) == end[seen])
			seen++;
		else
			seen = *p == '\r';
		n->start++;
		octets++;
		if (seen == 5)
			return octets;
	}
}

static double
command(struct net *n, const char *text, int many)
{
	double begin = now();

	net_put(n, text);
	if (many)
		(void)multiline(n);
	else
		net_expect(n, "+OK");
	return (now() - begin) * 1e3;
}

static void
sessions(struct net *n, int port, char **argv, int clients, int count)
{
	double begin = now(), unused;
	int i, j, status, failed = 0;

	for (i = 0; i < clients; i++) {
		if (fork() != 0)
			continue;
		for (j = 0; j < count / clients; j++) {
			login(n, port, argv[2], argv[3], &unused);
			(void)command(n, "STAT\r\n", 0);
			quit(n);
		}
		exit(0);
	}
	while (wait(&status) != -1)
		failed |= status;
	if (failed)
		die("a client failed");
	printf("%.1f\n", clients * (count / clients) / (now() - begin));
}

static void
retrieve(struct net *n, int count, int pipelined)
{
	char *all = malloc((size_t)count * 20 + 1), *p = all;
	int i;

	for (i = 1; i <= count; i++)
		p += sprintf(p, "RETR %d\r\n", i);
	if (pipelined) {
		net_put(n, all);
		for (i = 1; i <= count; i++)
			(void)multiline(n);
		return;
	}
	for (i = 1; i <= count; i++) {
		sprintf(all, "RETR %d\r\n", i);
		(void)command(n, all, 1);
	}
}

int
main(int argc, char **argv)
{
	static struct net n;
	const char *what = argc > 4 ? argv[4] : "";
	int port = argc > 4 ? atoi(argv[1]) : 0;
	int count = argc > 5 ? atoi(argv[5]) : 0;
	double begin, opened, octets;

	if (strcmp(what, "login") == 0 && argc == 7) {
		sessions(&n, port, argv, count, atoi(argv[6]));
		return 0;
	}
	if (what[0] == '\0')
		die("usage: see its source");
	login(&n, port, argv[2], argv[3], &begin);
	if (strcmp(what, "open") == 0) {
		(void)command(&n, "STAT\r\n", 0);
		opened = (now() - begin) * 1e3;
		printf("%.2f", opened);
		printf(" %.3f", command(&n, "STAT\r\n", 0));
		printf(" %.2f", command(&n, "LIST\r\n", 1));
		printf(" %.2f\n", command(&n, "UIDL\r\n", 1));
	} else if (strcmp(what, "large") == 0) {
		begin = now();
		net_put(&n, "RETR 1\r\n");
		octets = multiline(&n);
		printf("%.1f\n", octets / 1e6 / (now() - begin));
	} else {
		begin = now();
		retrieve(&n, count, what[0] == 'p');
		printf("%.1f\n", count / (now() - begin));
	}
	quit(&n);
	return 0;
}
