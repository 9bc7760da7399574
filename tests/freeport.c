/*
 * freeport - prints a TCP port of 127.0.0.1 that nobody listens on, if possible the
 * one wished for; or waits up to ten seconds until somebody listens on a port:
 *	freeport [-p WISH]
 *	freeport PORT
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	struct timespec tick = { 0, 20000000 };
	socklen_t n = sizeof(a);
	const int yes = 1;
	int fd, tries;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (argc != 2) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
		a.sin_port = htons((unsigned short)(argc > 2 ?
		    atoi(argv[2]) : 0));
		if (bind(fd, (struct sockaddr *)&a, sizeof(a)) == -1)
			a.sin_port = 0;	/* then any */
		if ((a.sin_port == 0 && argc > 2 &&
		    bind(fd, (struct sockaddr *)&a, sizeof(a)) == -1) ||
		    getsockname(fd, (struct sockaddr *)&a, &n) == -1)
			return 111;
		printf("%d\n", ntohs(a.sin_port));
		return 0;
	}
	a.sin_port = htons((unsigned short)atoi(argv[1]));
	for (tries = 0; tries < 500; tries++) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
			return 0;
		close(fd);
		nanosleep(&tick, NULL);
	}
	return 111;
}
