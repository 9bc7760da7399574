/*
 * backlog - preloaded into a server whose listen queue is five: with that, many
 * clients at once measure TCP's retransmission timer and nothing else.
 */
#define _GNU_SOURCE
#include <dlfcn.h>

int listen(int fd, int backlog);

int
listen(int fd, int backlog)
{
	int (*real)(int, int) = (int (*)(int, int))dlsym(RTLD_NEXT, "listen");

	return real(fd, backlog < 1024 ? 1024 : backlog);
}
