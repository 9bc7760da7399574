/*
 * smtpd - receive mail from one SMTP client and put it into the spool.
 *
 * Reads the client on descriptor 0, answers on 1, logs on 2 or to syslog.
 * Whoever starts it has already dropped privileges: it refuses to run as root,
 * unless it is to ask a checkpassword program; then it splits at once, and what
 * talks to the client is not root.
 *
 * exit status: 0 the session is over, 111 could not start (the client saw 421),
 * 100 usage.
 */
#include "session.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/log.h"
#include "../lib/startup.h"
#include "../lib/text.h"

#define CHECK_S		30	/* a checkpassword program's time */

static struct settings settings;
static struct session session;

static void
unavailable(const char *what, const char *why)
{
	char line[CONF_LINE_MAX + 256];
	struct text t;

	text_init(&t, line, sizeof(line));
	text_add(&t, what);
	text_add(&t, why[0] != '\0' ? ": " : "");
	text_add(&t, why);
	log_event("unavailable", "ip", settings.ip[0] != '\0' ? settings.ip :
	    NULL, "text", line);
	out_peer(&session.out, 1, 10);
	out_text(&session.out, "421 cannot serve you now, try later");
	out_text(&session.out, settings.lf ? "\n" : "\r\n");
	(void)out_flush(&session.out);	/* nothing is left to be done */
	exit(111);
}

/* The directory of -c holds for the programs behind a login, too.  1: -n. */
static int
read_options(int argc, char **argv)
{
	static const char usage[] =
	    "usage: smtpd [-c DIR] [-ln] [checkpassword-program [args]]\n";
	int option, print = 0;

	settings.mailconf = getenv("MAILCONF");
	opterr = 0;
	while ((option = getopt(argc, argv, "+c:ln")) != -1) {
		if (option == 'l')
			settings.lf = 1;
		else if (option == 'n')
			print = 1;
		else if (option == 'c')
			settings.mailconf = optarg;
		else {
			out_file(&session.out, 2);
			out_text(&session.out, usage);
			(void)out_flush(&session.out);	/* no other way */
			exit(100);
		}
	}
	if (optind == argc)
		return print;
	session.auth.argv = argv + optind;
	if (settings.mailconf != NULL &&
	    setenv("MAILCONF", settings.mailconf, 1) == -1)
		unavailable("$MAILCONF", strerror(errno));
	return print;
}

/* $PROTO names the variables of a super-server: TCP, TCP6, SSL. */
static const char *
peer_variable(const char *suffix)
{
	const char *proto = getenv("PROTO"), *value = NULL;
	char name[32];
	struct text t;

	text_init(&t, name, sizeof(name));
	text_add(&t, proto == NULL ? "TCP" : proto);
	text_add(&t, suffix);
	if (!t.full)
		value = getenv(name);
	if (value != NULL)
		return value;
	text_init(&t, name, sizeof(name));
	text_add(&t, "TCP");
	text_add(&t, suffix);
	return getenv(name);
}

static void
read_peer(void)
{
	struct peer_environment env;
	int disagrees;

	env.proto = getenv("PROTO");
	env.tcpremoteip = peer_variable("REMOTEIP");
	env.remote_addr = getenv("REMOTE_ADDR");
	env.remote_host = getenv("REMOTE_HOST");
	peer_find(&env, 0, settings.ip, &disagrees);
	if (disagrees)
		log_event("peer-disagrees", "ip", settings.ip);
	settings.remote_name = peer_variable("REMOTEHOST");
}

static void
read_environment(void)
{
	const char *databytes = getenv("DATABYTES"), *barelf = getenv("BARELF");
	const char *add = getenv("RELAYCLIENT");

	settings.relayclient = add;
	settings.rbl = getenv("RBLSMTPD");
	settings.plain_auth = getenv("ALLOWPLAINAUTH") != NULL;
	settings.require_tls = getenv("REQUIRETLS") != NULL;
	settings.require_auth = getenv("REQUIREAUTH") != NULL;
	settings.path = getenv("PATH");
	settings.tz = getenv("TZ");
	settings.normalize = barelf != NULL;
	session.secure = getenv("SSL_PROTOCOL") != NULL;
	if (barelf != NULL && strcmp(barelf, "normalize") != 0)
		unavailable("$BARELF", "may only be \"normalize\"");
	if (settings.require_auth && session.auth.argv == NULL)
		unavailable("$REQUIREAUTH", "no checkpassword program");
	if (add != NULL && add[0] == '@' && !address_is_domain(add + 1, 0))
		unavailable("$RELAYCLIENT", "no domain behind the @");
	if (databytes != NULL && text_number(databytes, 1ULL << 50,
	    &settings.message_bytes) == -1)
		unavailable("$DATABYTES", "not a number");
}

static void
read_number(const char *name, unsigned int min, unsigned int max,
    unsigned int *number)
{
	unsigned long long n = *number;

	(void)conf_number(&settings.conf, name, min, max, &n);
	*number = (unsigned int)n;
}

static void
read_settings(const char *path)
{
	struct conf *conf = &settings.conf;

	settings.message_bytes = 50000000;
	settings.recipients_max = 1000;
	settings.timeout_s = 300;
	settings.session_s = 14400;
	conf_open(conf, path);
	conf_me(conf, settings.me, sizeof(settings.me));
	(void)conf_number(conf, "databytes", 0, 1ULL << 50,
	    &settings.message_bytes);
	(void)conf_number(conf, "maxrcpt", 100, 1000000,
	    &settings.recipients_max);
	(void)conf_number(conf, "quota", 0, 1ULL << 60, &settings.quota_bytes);
	read_number("timeoutsmtpd", 1, 86400, &settings.timeout_s);
	read_number("timeoutsession", 1, 604800, &settings.session_s);
	read_number("greetdelay", 0, 300, &settings.greetdelay_s);
	(void)conf_text(conf, "rcptcheck", settings.rcptcheck, CONF_LINE_MAX);
	(void)conf_text(conf, "filter", settings.filter, CONF_LINE_MAX);
	if (conf->error[0] != '\0')
		unavailable(conf->error, "");
}

static void
open_directories(void)
{
	char mailroot[CONF_LINE_MAX] = "/var/vmail";
	char spool[CONF_LINE_MAX] = "/var/spool/pennypost";

	(void)conf_text(&settings.conf, "mailroot", mailroot, CONF_LINE_MAX);
	(void)conf_text(&settings.conf, "spool", spool, CONF_LINE_MAX);
	if (settings.conf.error[0] != '\0')
		unavailable(settings.conf.error, "");
	settings.mailroot = open(mailroot, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (settings.mailroot == -1)
		unavailable(mailroot, strerror(errno));
	if (spool_open(&session.spool, spool) == -1)
		unavailable(spool, strerror(errno));
}

/* Under root: the parent stays to ask the checkpassword program, and ends here;
 * the child is $UID and $GID (as envuidgid sets them). */
static void
split(void)
{
	const char *uid = getenv("UID"), *gid = getenv("GID");
	unsigned long long u = 0, g = 0;
	int status = 111;

	if (geteuid() != 0)
		return;
	if (session.auth.argv == NULL)
		unavailable("root", "may only start it with a checkpassword "
		    "program");
	if (uid == NULL || text_number(uid, 0xfffffffeULL, &u) == -1 ||
	    gid == NULL || text_number(gid, 0xfffffffeULL, &g) == -1 || u == 0)
		unavailable("$UID and $GID", "not set, or root");
	switch (auth_split(&session.auth, (uid_t)u, (gid_t)g, &status)) {
	case 0:
		return;
	case 1:
		exit(status);
	default:
		unavailable("split", strerror(errno));
	}
}

int
main(int argc, char **argv)
{
	int print = read_options(argc, argv);
	struct stat st;
	int keep[3], stop_fd;

	ucspitls_init(&session.tls, getenv("SSLCTLFD"), getenv("SSLREADFD"),
	    getenv("SSLWRITEFD"));
	keep[0] = session.tls.ctl_fd;
	keep[1] = session.tls.read_fd;
	keep[2] = session.tls.write_fd;
	startup(keep, 3);
	log_open("smtpd");
	session.set = &settings;
	session.auth.socket = -1;
	session.auth.read_fd = 0;
	session.auth.write_fd = 1;
	session.auth.log_fd = fstat(2, &st) == 0 && S_ISSOCK(st.st_mode) ? -1 :
	    2;	/* a socket may be the client's */
	session.auth.timeout_s = CHECK_S;
	stop_fd = startup_stop_fd();	/* one pipe for both halves */
	read_peer();
	if (!print)
		split();
	read_settings(startup_conf_path(NULL, settings.mailconf));
	read_environment();
	if (print) {
		out_file(&session.out, 1);
		session.may_relay = -1;
		return relay_print(&session);
	}
	open_directories();
	session_run(&session, stop_fd);
	return 0;
}
