/*
 * pop3auth - the AUTHORIZATION state of POP3; then the checkpassword program
 * and the program behind it (pop3d) have the client.
 *
 * Started as root it splits at once: the child, as $UID and $GID, talks to the
 * client; the parent only runs the checkpassword program for it.
 *
 * exit status: 0 the session is over, 100 usage, 111 could not start (the
 * client saw -ERR [SYS/PERM])
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/conf.h"
#include "../lib/log.h"
#include "../lib/peer.h"
#include "../lib/startup.h"
#include "../lib/text.h"
#include "authorization.h"

#define TIMEOUT_MIN_S	600	/* RFC 1939 3: at least ten minutes */
#define ID_MAX		4294967294U

static void
unavailable(const char *why, int status)
{
	static struct out out;

	log_event("unavailable", "text", why);
	out_file(&out, STDOUT_FILENO);
	out_text(&out, "-ERR [SYS/PERM] server misconfigured\r\n");
	(void)out_flush(&out); /* the log has it too */
	exit(status);
}

/* Under root: returns in the child only. */
static void
split(struct auth *auth)
{
	const char *uid_text = getenv("UID"), *gid_text = getenv("GID");
	unsigned long long uid = 0, gid = 0;
	int status = 0;

	if (getuid() != 0 && geteuid() != 0)
		return;
	if (uid_text == NULL || text_number(uid_text, ID_MAX, &uid) == -1 ||
	    gid_text == NULL || text_number(gid_text, ID_MAX, &gid) == -1 ||
	    uid == 0)
		unavailable("root must set $UID and $GID to another's", 111);
	switch (auth_split(auth, (uid_t)uid, (gid_t)gid, &status)) {
	case 0:
		return;
	case 1:
		exit(status);
	default:
		unavailable(strerror(errno), 111);
	}
}

static void
find_peer(char ip[PEER_ADDRESS_MAX])
{
	struct peer_environment e = { getenv("PROTO"), NULL,
	    getenv("REMOTE_ADDR"), getenv("REMOTE_HOST") };
	int disagrees = 0;
	char name[32];
	struct text t;

	text_init(&t, name, sizeof(name));
	text_add(&t, e.proto == NULL ? "" : e.proto);
	text_add(&t, "REMOTEIP");
	e.tcpremoteip = t.full ? NULL : getenv(name);
	if (e.tcpremoteip == NULL)
		e.tcpremoteip = getenv("TCPREMOTEIP");
	peer_find(&e, STDIN_FILENO, ip, &disagrees);
	if (disagrees)
		log_event("peer-disagrees", "ip", ip);
}

static void
read_conf(struct authorization *s, const char *path, char *me, size_t size)
{
	unsigned long long timeout_s = TIMEOUT_MIN_S, require_tls = 0;
	struct conf conf;

	conf_open(&conf, path);
	conf_me(&conf, me, size);
	(void)conf_number(&conf, "timeoutpop3d", TIMEOUT_MIN_S, 86400,
	    &timeout_s);
	(void)conf_number(&conf, "requiretls", 0, 1, &require_tls);
	if (conf.error[0] != '\0')
		unavailable(conf.error, 111);
	s->me = me;
	s->timeout_s = (unsigned int)timeout_s;
	s->require_tls = (int)require_tls;
}

int
main(int argc, char **argv)
{
	static struct authorization s;
	static const char usage[] =
	    "usage: pop3auth [-c DIR] checkpassword-program [argument ...]";
	struct ucspitls tls;
	struct auth auth = { NULL, -1, 1, STDIN_FILENO, STDOUT_FILENO,
	    STDERR_FILENO, 0 };
	char me[256], ip[PEER_ADDRESS_MAX];
	int c;

	ucspitls_init(&tls, getenv("SSLCTLFD"), getenv("SSLREADFD"),
	    getenv("SSLWRITEFD"));
	startup((const int[]){ tls.ctl_fd, tls.read_fd, tls.write_fd }, 3);
	log_open("pop3auth");
	opterr = 0;
	/* glibc would take the options of the program behind us: "+" */
	while ((c = getopt(argc, argv, "+c:")) != -1)
		/* the programs behind us are to read the same */
		if (c != 'c' || setenv("MAILCONF", optarg, 1) == -1)
			unavailable(usage, 100);
	if (optind >= argc)	/* argc may be 0 */
		unavailable(usage, 100);
	auth.argv = argv + optind;
	split(&auth);
	read_conf(&s, startup_conf_path(NULL, getenv("MAILCONF")), me,
	    sizeof(me));
	find_peer(ip);
	s.auth = &auth;
	s.tls = &tls;
	s.ip = ip;
	s.is_tls = getenv("SSL_PROTOCOL") != NULL ||
	    getenv("ALLOWPLAINAUTH") != NULL;
	authorization_run(&s);
	return 0;
}
