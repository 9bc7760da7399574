/*
 * peer_test - who is at the other end.
 * link: lib/peer.c lib/text.c
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include "lib/peer.h"
#include "tests/unit/tap.h"

static char found[PEER_ADDRESS_MAX];
static int disagrees;

static const char *
find(const char *proto, const char *tcp, const char *addr, const char *host,
    int fd)
{
	struct peer_environment env = { proto, tcp, addr, host };

	peer_find(&env, fd, found, &disagrees);
	return found;
}

/* One end of a TCP connection from 127.0.0.1. */
static int
tcp_socket(void)
{
	struct sockaddr_in a;
	socklen_t size = sizeof(a);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int client = socket(AF_INET, SOCK_STREAM, 0);
	int server;

	memset(&a, 0, sizeof(a));
	a.sin_family = AF_INET;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(listener, (struct sockaddr *)&a, sizeof(a)) == -1 ||
	    listen(listener, 1) == -1 ||
	    getsockname(listener, (struct sockaddr *)&a, &size) == -1 ||
	    connect(client, (struct sockaddr *)&a, sizeof(a)) == -1)
		return -1;
	server = accept(listener, NULL, NULL);
	close(listener);
	return server;
}

static void
test_find(void)
{
	int fd = tcp_socket();

	is_str(find("TCP", "192.0.2.7", "192.0.2.8", "192.0.2.9", -1),
	    "192.0.2.7", "tcpserver's variable first");
	is_str(find(NULL, NULL, "192.0.2.8", "192.0.2.9", -1), "192.0.2.8",
	    "then systemd's");
	is_str(find(NULL, NULL, NULL, "192.0.2.9", -1), "192.0.2.9",
	    "then xinetd's");
	is_str(find(NULL, NULL, NULL, "evil.example", -1), "unknown",
	    "a name is no address");
	is_str(find("TCP6", "::ffff:192.0.2.7", NULL, NULL, -1), "192.0.2.7",
	    "an IPv4-mapped address is IPv4");
	is_str(find("TCP6", "2001:DB8:0:0::1", NULL, NULL, -1), "2001:db8::1",
	    "IPv6 in its short form");
	is_str(find("TCP", "192.0.2.7\n", NULL, NULL, -1), "unknown",
	    "SEC-S5 nothing odd gets through");
	is_str(find(NULL, NULL, NULL, NULL, -1), "unknown", "nobody knows");
	is_str(find(NULL, NULL, NULL, NULL, fd), "127.0.0.1", "the socket");
	is_int(disagrees, 0, "which disagrees with nobody");
	is_str(find(NULL, NULL, NULL, "192.0.2.9", fd), "127.0.0.1",
	    "a stale variable does not beat the socket");
	is_int(disagrees, 1, "and that is told");
	is_str(find("TCP", "192.0.2.7", NULL, NULL, fd), "192.0.2.7",
	    "with $PROTO it does");
	is_int(disagrees, 1, "and that is told too");
}

int
main(void)
{
	test_find();
	is_int(peer_matches("192.0.2.7", "192.0.2.7"), 1, "itself");
	is_int(peer_matches("192.0.2.7", "192.0.2.0/24"), 1, "in a /24");
	is_int(peer_matches("192.0.3.7", "192.0.2.0/24"), 0, "not in it");
	is_int(peer_matches("192.0.2.127", "192.0.2.0/25"), 1, "in a /25");
	is_int(peer_matches("192.0.2.128", "192.0.2.0/25"), 0, "not in it");
	is_int(peer_matches("8.8.8.8", "0.0.0.0/0"), 1, "everything");
	is_int(peer_matches("::1", "0.0.0.0/0"), 0, "but not IPv6");
	is_int(peer_matches("2001:db8::5", "2001:db8::/32"), 1, "IPv6");
	is_int(peer_matches("2001:db9::5", "2001:db8::/32"), 0, "not in it");
	is_int(peer_matches("unknown", "0.0.0.0/0"), 0, "unknown is nowhere");
	is_int(peer_matches("192.0.2.7", "192.0.2.0/33"), -1, "/33");
	is_int(peer_matches("192.0.2.7", "192.0.2.0/"), -1, "/ and nothing");
	is_int(peer_matches("192.0.2.7", "192.0.2"), -1, "half an address");
	is_int(peer_matches("192.0.2.7", "example.org"), -1, "a name");
	is_int(peer_matches("192.0.2.7", ""), -1, "nothing");
	return done_testing();
}
