/*
 * qsend - takes mail to an SMTP server.
 *
 * Reads a message, or the names of queue files, on 0; reports on 1; logs on 2.
 * It connects to whom the DNS or its caller names, and is told things by that
 * host; so it holds no privilege, and refuses to be root.
 *
 * exit status: 0 all was sent, 100 something failed for good, 111 something
 * was deferred, or it could not start
 */
#include <sys/stat.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "../lib/log.h"
#include "../lib/startup.h"
#include "../lib/text.h"
#include "feed.h"
#include "relay.h"
#include "settings.h"

static struct relay relay;	/* large, and zero */
static struct feed feed;
static struct work work;

static void
die(int status, const char *what, const char *why)
{
	out_complaint("qsend", what, why);
	exit(status);
}

static void
usage(void)
{
	static struct out err;

	out_file(&err, 2);
	out_text(&err, "usage: qsend [-c dir] [-p port] host sender "
	    "recipient... <message\n"
	    "       qsend [-c dir] [-p port] host <names\n");
	(void)out_flush(&err); /* nobody is left to be told */
	exit(100);
}

/* Takes the brackets off "[relay]", "[192.0.2.1]" and "[IPv6:...]". */
static int
read_host(const char *host, char *to, size_t size)
{
	unsigned char address[16];
	int direct = host[0] == '[';
	size_t length;
	struct text t;

	host += direct;
	length = strlen(host);
	if (direct && (length == 0 || host[--length] != ']'))
		usage();
	if (direct && strncasecmp(host, "IPv6:", 5) == 0) {
		host += 5;
		length = length > 5 ? length - 5 : 0;
	}
	text_init(&t, to, size);
	text_add_bytes(&t, host, length);
	if (t.full || (!address_is_domain(to, !direct) && (!direct ||
	    inet_pton(AF_INET6, to, address) != 1)) || to[0] == '[')
		die(100, "not a host", host);
	return direct;
}

static void
read_settings(struct settings *settings, const char *dir, const char *host)
{
	struct conf conf;

	conf_open(&conf, startup_conf_path(dir, getenv("MAILCONF")));
	settings_read(settings, &conf, host);
	if (conf.error[0] != '\0')
		die(111, conf.error, NULL);
	(void)close(conf.dir); /* all is read */
}

/* Writes the canonical form of an address argument. */
static void
canonical(const char *argument, int flags, char to[ADDRESS_MAX])
{
	struct address a;
	struct text t;

	if (address_mailbox(argument, flags | ADDRESS_ALLOW_UTF8, &a) !=
	    ADDRESS_OK)
		die(100, "not an address", argument);
	text_init(&t, to, ADDRESS_MAX);
	address_add(&t, &a);
}

/* The message on standard input, for the recipients in argv[1..]. */
static void
send_message(char **argv)
{
	static char sender[ADDRESS_MAX];
	const char *tmp = getenv("TMPDIR");
	char checked[ADDRESS_MAX];
	struct message m = { 0 };
	size_t i;

	m.label = "-";
	m.options = "";
	m.sender = sender;
	canonical(strcmp(argv[0], "<>") == 0 ? "" : argv[0], ADDRESS_NULL,
	    sender);
	for (i = 1; argv[i] != NULL; i++)
		canonical(argv[i], ADDRESS_NO_DOMAIN, checked);
	m.fd = message_seekable(0, tmp != NULL && tmp[0] != '\0' ? tmp :
	    "/tmp", &m.start);
	if (m.fd == -1)
		die(111, "cannot copy the message", strerror(errno));
	relay_message(&relay, &m, argv + 1);
	session_quit(&relay.session);
}

int
main(int argc, char **argv)
{
	static struct settings settings;
	static char name[ADDRESS_DOMAIN_MAX + 1];
	const char *dir = NULL;
	unsigned long long port = 0;
	struct stat st;
	int option, direct, lost = 0;

	startup(NULL, 0);
	log_open("qsend");
	while ((option = getopt(argc, argv, "c:p:")) != -1)
		if (option == 'c')
			dir = optarg;
		else if (option != 'p' || text_number(optarg, 65535, &port) ==
		    -1 || port == 0)
			usage();
	argv += optind;
	argc -= optind;
	if (argc != 1 && argc < 3)
		usage();
	if (getuid() == 0 || geteuid() == 0)
		die(111, "will not run as root", NULL);
	direct = read_host(argv[0], name, sizeof(name));
	read_settings(&settings, dir, name);

	relay.destination = argv[0];
	report_init(&relay.report, 1);
	/* A pipe tells when its reader is gone: then the results are lost. */
	session_init(&relay.session, &settings, name, direct,
	    (unsigned int)port,
	    fstat(1, &st) == 0 && S_ISFIFO(st.st_mode) ? 1 : -1);
	if (argc > 1) {
		send_message(argv + 1);
	} else {
		feed_init(&feed, 0, relay.session.stop_fd);
		lost = relay_feed(&relay, &feed, &work) == -1;
	}
	return lost || relay.report.out.error != 0 || relay.report.deferred ?
	    111 : relay.report.failed ? 100 : 0;
}
