/*
 * become - see become.h.  Programs are found by paths that the caller cannot
 * choose when we have rights that he has not.
 */
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/drop.h"
#include "../lib/text.h"

#include "become.h"

#define INSTALLED	PREFIX "/bin:" PREFIX "/sbin"

int
become_one_group(void)
{
	gid_t gid = getegid();

	return getgid() == gid ? 0 : setregid(gid, gid);
}

/* The next directory of a list like $PATH; an empty one is not the current. */
static const char *
next_candidate(const char *list, const char *name, char *to, size_t size)
{
	size_t n = strcspn(list, ":");
	struct text text;

	text_init(&text, to, size);
	if (list[0] == '/') {
		text_add_bytes(&text, list, n);
		text_add(&text, "/");
		text_add(&text, name);
	}
	if (text.full)
		to[0] = '\0';
	return list[n] == ':' ? list + n + 1 : list + n;
}

/* mailq may be a link to ourselves, that is how we are called by that name: to
 * become it would never end. */
static int
is_ourselves(const char *file)
{
	struct stat ours, other;

	return stat("/proc/self/exe", &ours) == 0 && stat(file, &other) == 0 &&
	    ours.st_dev == other.st_dev && ours.st_ino == other.st_ino;
}

/* Becomes the first program of that name in the list. */
static void
try_list(const char *list, const char *name, char *const argv[])
{
	char file[PATH_MAX];

	while (*list != '\0') {
		list = next_candidate(list, name, file, sizeof(file));
		if (file[0] != '\0' && !is_ourselves(file))
			(void)execv(file, argv);
	}
}

static int
become(const char *path, const char *name, const char *flag, const char *conf,
    struct verdict *v)
{
	char program[16], option[] = "-c", directory[PATH_MAX], lf[] = "-l";
	char *argv[5] = { program, NULL, NULL, NULL, NULL };
	struct text text;
	size_t n = 1;

	text_init(&text, program, sizeof(program));
	text_add(&text, name);
	text_init(&text, directory, sizeof(directory));
	if (flag != NULL)
		argv[n++] = lf;
	if (conf != NULL && path != NULL) {
		text_add(&text, conf);
		argv[n++] = option;
		argv[n++] = directory;
	}
	if (text.full)
		return verdict_fail(v, EX_USAGE, "the name is too long", conf);
	if (path != NULL)
		try_list(path, name, argv);
	try_list(INSTALLED, name, argv);
	return verdict_fail(v, EX_UNAVAILABLE, "cannot find the program",
	    name);
}

static int
is_network(int fd)
{
	struct sockaddr_storage peer;
	socklen_t length = sizeof(peer);

	return getpeername(fd, (struct sockaddr *)&peer, &length) == 0 &&
	    (peer.ss_family == AF_INET || peer.ss_family == AF_INET6);
}

/* smtpd refuses to be root; what is left is the right to use the spool. */
static int
drop_root(const char *spool)
{
	const struct passwd *nobody;
	struct stat st;

	if (geteuid() != 0)
		return become_one_group();
	nobody = getpwnam("nobody");
	if (nobody == NULL || stat(spool, &st) == -1)
		return -1;
	return drop_to(nobody->pw_uid, st.st_gid);
}

int
become_smtpd(const char *path, const char *conf, const char *spool,
    struct verdict *v)
{
	int local = !is_network(0);
	char host[48];
	struct text text;

	/* Received names the user, as it does for inject's own messages; also
	 * him who comes with a connection that he made himself. */
	text_init(&text, host, sizeof(host));
	text_add(&text, "uid-");
	text_add_number(&text, getuid(), 1);
	text_add(&text, ".localhost");
	if (((local || getgid() != getegid()) &&
	    setenv("TCPREMOTEHOST", host, 1) == -1) ||
	    (local && (unsetenv("PROTO") == -1 ||
	    setenv("TCPREMOTEIP", "127.0.0.1", 1) == -1 ||
	    setenv("RELAYCLIENT", "", 1) == -1)))
		return verdict_errno(v, "cannot set the environment", errno);
	if (drop_root(spool) == -1)
		return verdict_errno(v, "cannot become an ordinary user",
		    errno);
	return become(path, "smtpd", isatty(0) ? "-l" : NULL, conf, v);
}

int
become_mailq(const char *path, const char *conf, struct verdict *v)
{
	/* The queue is not for everybody to see: no rights but the caller's. */
	if (getgid() != getegid() && setregid(getgid(), getgid()) == -1)
		return verdict_errno(v, "cannot change group", errno);
	return become(path, "mailq", NULL, conf, v);
}
