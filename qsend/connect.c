/*
 * connect - addresses of a host, and a connection to one of them.
 */
#include "connect.h"

#include <sys/types.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "../lib/clock.h"
#include "../lib/text.h"

static socklen_t
size_of(const struct sockaddr_storage *a)
{
	return a->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) :
	    sizeof(struct sockaddr_in);
}

enum connect_status
connect_find(const char *name, unsigned int port, struct addresses *to)
{
	struct addrinfo hints, *list, *a;
	char service[8];
	struct text t;

	to->count = 0;
	text_init(&t, service, sizeof(service));
	text_add_number(&t, port, 1);
	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_flags = AI_NUMERICSERV;
	switch (getaddrinfo(name, service, &hints, &list)) {
	case 0:
		break;
	case EAI_AGAIN:
	case EAI_FAIL:
	case EAI_MEMORY:
	case EAI_SYSTEM:
		return CONNECT_TEMPORARY;
	default:
		return CONNECT_NONE;
	}
	for (a = list; a != NULL && to->count < CONNECT_ADDRESSES_MAX;
	    a = a->ai_next)
		if (a->ai_family == AF_INET || a->ai_family == AF_INET6)
			memcpy(&to->list[to->count++], a->ai_addr,
			    a->ai_addrlen);
	freeaddrinfo(list);
	return to->count == 0 ? CONNECT_NONE : CONNECT_OK;
}

void
connect_text(const struct sockaddr_storage *a, char to[CONNECT_TEXT_MAX])
{
	const void *from = a->ss_family == AF_INET6 ?
	    (const void *)&((const struct sockaddr_in6 *)a)->sin6_addr :
	    (const void *)&((const struct sockaddr_in *)a)->sin_addr;

	to[0] = '\0';
	(void)inet_ntop(a->ss_family, from, to, CONNECT_TEXT_MAX); /* fits */
}

static int
open_socket(int family)
{
	int fd = socket(family, SOCK_STREAM, 0);

	if (fd != -1)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

/* Only a host that has the address can bind it. */
int
connect_is_own(const struct sockaddr_storage *a)
{
	struct sockaddr_storage own = *a;
	int fd = open_socket(a->ss_family), bound;

	if (fd == -1)
		return 0;
	if (own.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&own)->sin6_port = 0;
	else
		((struct sockaddr_in *)&own)->sin_port = 0;
	bound = bind(fd, (struct sockaddr *)&own, size_of(&own));
	(void)close(fd); /* nothing was sent */
	return bound == 0;
}

/* Binds the socket to outgoingip if that is of its family. */
static int
bind_to(int fd, int family, const char *outgoingip)
{
	struct sockaddr_storage from;
	void *address = family == AF_INET6 ?
	    (void *)&((struct sockaddr_in6 *)&from)->sin6_addr :
	    (void *)&((struct sockaddr_in *)&from)->sin_addr;

	memset(&from, 0, sizeof(from));
	from.ss_family = (sa_family_t)family;
	if (outgoingip[0] == '\0' || inet_pton(family, outgoingip, address) != 1)
		return 0;
	return bind(fd, (struct sockaddr *)&from, size_of(&from));
}

/* Waits for a connection that is being made; 0, or an errno. */
static int
finish(int fd, unsigned int timeout_s, int stop_fd)
{
	long long end = clock_ms() + (long long)timeout_s * 1000;
	struct pollfd fds[2] = { { fd, POLLOUT, 0 }, { stop_fd, POLLIN, 0 } };
	socklen_t size = sizeof(int);
	int error = 0;

	for (;;) {
		long long left = end - clock_ms();
		int n = poll(fds, 2, left > 0 ? (int)left : 0);

		if (n == -1 && errno != EINTR)
			return errno;
		if (n == 0)
			return ETIMEDOUT;
		if (n > 0 && fds[1].revents != 0)
			return EINTR;
		if (n > 0)
			break;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == -1)
		return errno;
	return error;
}

int
connect_to(const struct sockaddr_storage *a, const char *outgoingip,
    unsigned int timeout_s, int stop_fd)
{
	int fd = open_socket(a->ss_family), error = 0;

	if (fd == -1)
		return -1;
	if (bind_to(fd, a->ss_family, outgoingip) == -1 ||
	    fcntl(fd, F_SETFL, O_NONBLOCK) == -1)
		error = errno;
	else if (connect(fd, (const struct sockaddr *)a, size_of(a)) == -1)
		error = errno == EINPROGRESS ?
		    finish(fd, timeout_s, stop_fd) : errno;
	/* The writer's deadline is the socket's own, which needs it blocking. */
	if (error == 0 && fcntl(fd, F_SETFL, 0) == -1)
		error = errno;
	if (error == 0)
		return fd;
	(void)close(fd); /* nothing was sent */
	errno = error;
	return -1;
}
