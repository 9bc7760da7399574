/*
 * pop3d - the TRANSACTION and UPDATE states of POP3 over one Maildir.
 *
 * Reads the client on descriptor 0, answers on 1, logs on 2.  Whoever starts it
 * (checkpw, a shell) has dropped privileges and verified the client already:
 * this program opens no socket, forks and executes nothing, changes no user;
 * "imports" proves it.
 *
 * exit status: 0 the client was answered, whatever the answer; 100 it was told
 * that this server is misconfigured
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/conf.h"
#include "../lib/log.h"
#include "../lib/out.h"
#include "../lib/startup.h"
#include "session.h"

#define TIMEOUT_MIN_S	600	/* RFC 1939 3: at least ten minutes */

static void
unavailable(const char *why)
{
	static struct out out;

	log_event("unavailable", "text", why);
	out_file(&out, STDOUT_FILENO);
	out_text(&out, "-ERR [SYS/PERM] server misconfigured\r\n");
	(void)out_flush(&out); /* the log has it too */
	exit(100);
}

/* Without any configuration on the machine a pipeline still works. */
static unsigned int
read_timeout(const char *option)
{
	const char *mailconf = getenv("MAILCONF");
	unsigned long long timeout_s = TIMEOUT_MIN_S;
	struct conf conf;

	errno = 0;
	conf_open(&conf, startup_conf_path(option, mailconf));
	if (conf.error[0] != '\0' && errno == ENOENT && option == NULL &&
	    mailconf == NULL)
		return TIMEOUT_MIN_S;
	(void)conf_number(&conf, "timeoutpop3d", TIMEOUT_MIN_S, 86400,
	    &timeout_s);
	if (conf.error[0] != '\0')
		unavailable(conf.error);
	return (unsigned int)timeout_s;
}

int
main(int argc, char **argv)
{
	static struct session session;
	const char *conf = NULL;
	int c;

	startup(NULL, 0);
	log_open("pop3d");
	opterr = 0;
	while ((c = getopt(argc, argv, "c:")) != -1) {
		if (c != 'c')
			unavailable("usage: pop3d [-c DIR] [MAILDIR]");
		conf = optarg;
	}
	if (argc - optind > 1)
		unavailable("usage: pop3d [-c DIR] [MAILDIR]");
	if (getuid() == 0 || geteuid() == 0)
		unavailable("will not run as root");
	session_run(&session, STDIN_FILENO, STDOUT_FILENO,
	    optind < argc ? argv[optind] : "Maildir", read_timeout(conf));
	return 0;
}
