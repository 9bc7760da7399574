/*
 * connect - addresses of a host, and a connection to one of them.
 */
#ifndef QSEND_CONNECT_H
#define QSEND_CONNECT_H

#include <sys/socket.h>

#include <stddef.h>

#define CONNECT_ADDRESSES_MAX	10
#define CONNECT_TEXT_MAX	64

struct addresses {
	size_t		count;
	struct sockaddr_storage list[CONNECT_ADDRESSES_MAX];
};

enum connect_status {
	CONNECT_OK,
	CONNECT_NONE,		/* the name has no address */
	CONNECT_TEMPORARY	/* could not find out */
};

/* Finds the IPv4 and IPv6 addresses of a name, or reads an address. */
enum connect_status connect_find(const char *name, unsigned int port,
    struct addresses *);

/*
 * Connects within timeout_s, from the address outgoingip if it is not "" and of
 * the same family.  Returns a blocking close-on-exec socket, or -1 with errno;
 * EINTR: stop_fd (-1 none) spoke.
 */
int connect_to(const struct sockaddr_storage *, const char *outgoingip,
    unsigned int timeout_s, int stop_fd);

/* True if the address is one of this host's. */
int connect_is_own(const struct sockaddr_storage *);

/* Writes the address: "192.0.2.1", "2001:db8::1". */
void connect_text(const struct sockaddr_storage *, char to[CONNECT_TEXT_MAX]);

#endif
