/*
 * peer - who is at the other end, as the super-server or the socket says.
 */
#ifndef LIB_PEER_H
#define LIB_PEER_H

#define PEER_ADDRESS_MAX	64

/* Values of environment variables, NULL when not set. */
struct peer_environment {
	const char	*proto;		/* $PROTO */
	const char	*tcpremoteip;	/* ${PROTO}REMOTEIP, else $TCPREMOTEIP */
	const char	*remote_addr;	/* systemd */
	const char	*remote_host;	/* xinetd; used when it is an address */
};

/*
 * Finds the peer's address: the environment in the order above, else
 * getpeername(fd), else "unknown".  An IPv4-mapped address is given as IPv4.
 * When the socket is there and disagrees, the environment counts only if
 * $PROTO is set; *disagrees is then 1, for the log.
 */
void peer_find(const struct peer_environment *, int fd,
    char to[PEER_ADDRESS_MAX], int *disagrees);

/* True if the address is the network's: "192.0.2.7", "192.0.2.0/24",
 * "2001:db8::/32".  -1 when the network is not understood. */
int peer_matches(const char *address, const char *network);

#endif
