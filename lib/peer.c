/*
 * peer - who is at the other end.  The environment is the super-server's; a
 * name in it may be anything, so only addresses are taken.
 */
#include "peer.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <string.h>

#include "text.h"

/* Binary form, always 16 octets; IPv4 as ::ffff:a.b.c.d.  0 or -1. */
static int
parse(const char *text, unsigned char to[16])
{
	static const unsigned char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	    0xff, 0xff };
	char plain[PEER_ADDRESS_MAX];
	size_t length = strcspn(text, "%");	/* a scope names no address */

	if (length >= sizeof(plain))
		return -1;
	memcpy(plain, text, length);
	plain[length] = '\0';
	memcpy(to, mapped, sizeof(mapped));
	if (inet_pton(AF_INET, plain, to + 12) == 1)
		return 0;
	return inet_pton(AF_INET6, plain, to) == 1 ? 0 : -1;
}

static int
is_ipv4(const unsigned char a[16])
{
	unsigned char v4[16];

	(void)parse("0.0.0.0", v4);
	return memcmp(a, v4, 12) == 0;
}

static void
show(const unsigned char a[16], char to[PEER_ADDRESS_MAX])
{
	const void *from = is_ipv4(a) ? a + 12 : a;

	if (inet_ntop(is_ipv4(a) ? AF_INET : AF_INET6, from, to,
	    PEER_ADDRESS_MAX) == NULL)
		(void)strcpy(to, "unknown");
}

/* The address of the socket's peer.  0, or -1 when it has none. */
static int
of_socket(int fd, unsigned char to[16])
{
	struct sockaddr_storage storage;
	socklen_t size = sizeof(storage);
	const struct sockaddr_in *v4 = (const void *)&storage;
	const struct sockaddr_in6 *v6 = (const void *)&storage;

	memset(&storage, 0, sizeof(storage));
	if (getpeername(fd, (struct sockaddr *)&storage, &size) == -1)
		return -1;
	if (storage.ss_family == AF_INET) {
		(void)parse("0.0.0.0", to);
		memcpy(to + 12, &v4->sin_addr, 4);
	} else if (storage.ss_family == AF_INET6) {
		memcpy(to, &v6->sin6_addr, 16);
	} else {
		return -1;
	}
	return 0;
}

void
peer_find(const struct peer_environment *env, int fd,
    char to[PEER_ADDRESS_MAX], int *disagrees)
{
	const char *const told[] = { env->tcpremoteip, env->remote_addr,
	    env->remote_host };
	unsigned char socket_is[16], told_is[16];
	int has_socket = of_socket(fd, socket_is) == 0;
	int has_told = 0;
	size_t i;

	*disagrees = 0;
	for (i = 0; i < 3 && !has_told; i++)
		has_told = told[i] != NULL && parse(told[i], told_is) == 0;
	if (has_told && has_socket && memcmp(told_is, socket_is, 16) != 0) {
		*disagrees = 1;
		has_told = env->proto != NULL;
	}
	if (has_told)
		show(told_is, to);
	else if (has_socket)
		show(socket_is, to);
	else
		(void)strcpy(to, "unknown");
}

int
peer_matches(const char *address, const char *network)
{
	char base[PEER_ADDRESS_MAX];
	unsigned char a[16], b[16];
	unsigned long long bits = 128, i;
	size_t length = strcspn(network, "/");
	int v4;

	if (length >= sizeof(base))
		return -1;
	memcpy(base, network, length);
	base[length] = '\0';
	if (parse(base, b) == -1)
		return -1;
	v4 = strchr(base, ':') == NULL;
	if (network[length] == '/') {
		if (text_number(network + length + 1, v4 ? 32 : 128,
		    &bits) == -1)
			return -1;
		bits += v4 ? 96 : 0;
	}
	if (parse(address, a) == -1)
		return 0;
	for (i = 0; i < bits; i++)
		if (((a[i / 8] ^ b[i / 8]) >> (7 - i % 8) & 1) != 0)
			return 0;
	return 1;
}
