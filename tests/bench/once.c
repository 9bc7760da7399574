/*
 * once - how long one message takes from connect to a file in a directory.
 *
 *	once PORT RECIPIENT DIR COUNT
 *
 * Sends COUNT messages of 4 KiB, one after another, each when the one before has
 * arrived; prints the milliseconds of each.
 *
 *	once -i PORT CLIENTS	holds CLIENTS idle SMTP or POP3 connections until
 *				its standard input ends; "ready" when all greeted
 *	once -w PORT		waits until something listens, at most 10 seconds
 *	once -b PORT		is the port busy?
 */
#include "net.h"

static unsigned int
files(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	unsigned int count = 0;

	if (dir == NULL)
		return 0;
	while ((entry = readdir(dir)) != NULL)
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

static void
idle(int port, int clients)
{
	static struct net n;
	char line[512];
	int i;

	for (i = 0; i < clients; i++) {
		net_open(&n, port);
		net_line(&n, line, sizeof(line));
		if (line[0] != '2' && line[0] != '+')
			die(line);
	}
	puts("ready");
	fflush(stdout);
	while (read(0, line, sizeof(line)) > 0)
		continue;
}

static int
listening(int port, int tries)
{
	struct timespec pause = { 0, 50000000 };
	struct sockaddr_in to;
	int i, fd, failed = -1;

	memset(&to, 0, sizeof(to));
	to.sin_family = AF_INET;
	to.sin_port = htons((unsigned short)port);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (i = 0; i < tries && failed == -1; i++) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		failed = connect(fd, (struct sockaddr *)&to, sizeof(to));
		close(fd);
		if (failed == -1)
			nanosleep(&pause, NULL);
	}
	return failed != -1;
}

int
main(int argc, char **argv)
{
	static struct net n;
	static char message[4200];
	struct timespec pause = { 0, 50000 };
	char rcpt[300];
	unsigned int before;
	double begin;
	int i;

	if (argc == 3 && strcmp(argv[1], "-w") == 0)
		return listening(atoi(argv[2]), 200) ? 0 : 111;
	if (argc == 3 && strcmp(argv[1], "-b") == 0)
		return listening(atoi(argv[2]), 1) ? 0 : 1;
	if (argc == 4 && strcmp(argv[1], "-i") == 0) {
		idle(atoi(argv[2]), atoi(argv[3]));
		return 0;
	}
	if (argc != 5)
		die("usage: see its source");
	strcpy(message, "Subject: once\r\n\r\n");
	while (strlen(message) < 4096)
		strcat(message, "This is a line of text in the message.\r\n");
	strcat(message, ".\r\n");
	snprintf(rcpt, sizeof(rcpt), "RCPT TO:<%s>\r\n", argv[2]);
	for (i = 0; i < atoi(argv[4]); i++) {
		before = files(argv[3]);
		begin = now();
		net_open(&n, atoi(argv[1]));
		net_expect(&n, "220");
		net_put(&n, "EHLO client.example\r\n");
		net_expect(&n, "250");
		net_put(&n, "MAIL FROM:<a@client.example>\r\n");
		net_expect(&n, "250");
		net_put(&n, rcpt);
		net_expect(&n, "250");
		net_put(&n, "DATA\r\n");
		net_expect(&n, "354");
		net_put(&n, message);
		net_expect(&n, "250");
		net_put(&n, "QUIT\r\n");
		while (files(argv[3]) <= before) {
			if (now() - begin > 20)
				die("the message does not arrive");
			nanosleep(&pause, NULL);
		}
		printf("%.3f\n", (now() - begin) * 1e3);
		net_expect(&n, "221");
		close(n.fd);
	}
	return 0;
}
