/*
 * checkpw - checkpassword-compatible: verifies a login against .password in its
 * mailbox, becomes the mailbox's owner, and runs a program there.
 *
 * Reads "user NUL password NUL timestamp NUL" on descriptor 3.  The user and
 * the password are a peer's.  May run as root: then it drops to the owner, and
 * uid 0 owns no mailbox.
 *
 * exit status: 1 wrong user or password, 2 misused, 111 cannot tell now, else
 * that of the program
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/address.h"
#include "../lib/conf.h"
#include "../lib/drop.h"
#include "../lib/log.h"
#include "../lib/mailbox.h"
#include "../lib/startup.h"
#include "../lib/text.h"
#include "account.h"
#include "password.h"

#define BLOCK_FD	3
#define BLOCK_MAX	512	/* the interface's limit */

enum { BAD = 1, MISUSED = 2, TEMPORARY = 111 };

struct login {
	const char	*user, *password;	/* as the client gave them */
	char		 me[ADDRESS_DOMAIN_MAX + 1];
	char		 root[1024];	/* mailroot, and its descriptor */
	int		 root_fd;
	struct mailbox	 mailbox;
	int		 fd;		/* of the mailbox, or -1: none */
	uid_t		 uid;		/* its owner */
	gid_t		 gid;
};

static void
leave(int status, const struct login *l, const char *what, const char *why)
{
	log_event(what, "user", l->user, "text", why);
	exit(status);
}

/* Finds user and password in the block on descriptor 3; 0, or -1. */
static int
read_block(struct login *l, char block[BLOCK_MAX + 1])
{
	size_t used = 0, user, password;
	ssize_t n;

	while ((n = read(BLOCK_FD, block + used, BLOCK_MAX + 1 - used)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		used += (size_t)n;
		if (used > BLOCK_MAX)
			return -1;
	}
	(void)close(BLOCK_FD); /* was only read */
	block[used] = '\0';
	user = strlen(block) + 1;
	if (user >= used)
		return -1;
	password = strlen(block + user) + 1;
	if (user + password >= used || block[used - 1] != '\0')
		return -1;
	l->user = block;
	l->password = block + user;
	return 0;
}

static void
read_conf(struct login *l, const char *mailconf)
{
	struct conf conf;
	char problem[sizeof(l->root) + 80];
	struct text why;

	(void)strcpy(l->root, "/var/vmail");
	conf_open(&conf, startup_conf_path(NULL, mailconf));
	conf_me(&conf, l->me, sizeof(l->me));
	(void)conf_text(&conf, "mailroot", l->root, sizeof(l->root));
	if (conf.error[0] != '\0')
		leave(TEMPORARY, l, "unavailable", conf.error);
	l->root_fd = open(l->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (l->root_fd == -1) {
		text_init(&why, problem, sizeof(problem));
		text_add(&why, l->root);
		text_add(&why, ": ");
		text_add(&why, strerror(errno));
		leave(TEMPORARY, l, "unavailable", problem);
	}
}

/* Opens the mailbox of exactly this name; l->fd stays -1 if there is none. */
static void
find_mailbox(struct login *l)
{
	struct address address;
	struct stat st;

	l->fd = -1;
	if (address_mailbox(l->user, ADDRESS_NO_DOMAIN | ADDRESS_ALLOW_UTF8,
	    &address) != ADDRESS_OK)
		return;
	switch (mailbox_find(l->root_fd, l->me, &address, MAILBOX_EXACT,
	    &l->mailbox)) {
	case MAILBOX_FOUND:
		break;
	case MAILBOX_TEMPORARY:
		leave(TEMPORARY, l, "cannot-look", strerror(errno));
		return;
	case MAILBOX_NOT_LOCAL:
	case MAILBOX_UNKNOWN:
	case MAILBOX_POSTMASTER:
		return;
	}
	l->fd = openat(l->root_fd, l->mailbox.path, O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	if (l->fd == -1 || fstat(l->fd, &st) == -1)
		leave(TEMPORARY, l, "cannot-look", strerror(errno));
	l->uid = st.st_uid;
	l->gid = st.st_gid;
}

/* Returns only if the password is right. */
static void
verify(const struct login *l)
{
	char hash[PASSWORD_HASH_MAX] = "", nobody[PASSWORD_HASH_MAX] = "";
	int right;

	if (l->fd != -1 && password_read(l->fd, l->uid, hash) == -1)
		leave(TEMPORARY, l, "cannot-read-password", errno == EPERM ?
		    "it must be a file of the mailbox's owner or root, mode "
		    "0600 or 0640" : strerror(errno));
	if (hash[0] == '\0' && password_read(l->root_fd, 0, nobody) == -1)
		nobody[0] = '\0'; /* then one of the common kind */
	right = password_is(l->password, hash, nobody);
	password_forget(hash, sizeof(hash));
	if (!right)
		exit(BAD);
}

/* Becomes the owner, in the mailbox, with USER, HOME and SHELL of it. */
static void
become(struct login *l)
{
	struct account account = { 0, l->gid, "" };
	int has_account = account_find(l->uid, &account);
	const char *shell = account.shell[0] == '\0' ? "/bin/sh" :
	    account.shell;
	char user[ADDRESS_MAX], home[sizeof(l->root) + MAILBOX_PATH_MAX + 1];
	const char *local = strchr(l->mailbox.path, '/') + 1;
	struct text t;

	text_init(&t, user, sizeof(user));
	text_add(&t, local);
	text_add(&t, "@");
	text_add_bytes(&t, l->mailbox.path,
	    (size_t)(local - 1 - l->mailbox.path));
	text_init(&t, home, sizeof(home));
	text_add(&t, l->root);
	text_add(&t, "/");
	text_add(&t, l->mailbox.path);
	if (has_account == -1)
		leave(TEMPORARY, l, "cannot-read-accounts", NULL);
	/* Group 0 reads what only root should; the queue refuses this, too. */
	if (geteuid() == 0 && !has_account && l->gid == 0)
		leave(TEMPORARY, l, "group-of-root", NULL);
	if (setenv("USER", user, 1) == -1 || setenv("HOME", home, 1) == -1 ||
	    setenv("SHELL", shell, 1) == -1 ||
	    drop_to(l->uid, account.gid) == -1 || fchdir(l->fd) == -1)
		leave(TEMPORARY, l, "cannot-become-owner", strerror(errno));
}

int
main(int argc, char **argv)
{
	static const int keep[] = { BLOCK_FD };
	struct login login = { "", "", "", "", -1, { "", "" }, -1, 0, 0 };
	char block[BLOCK_MAX + 1];

	startup(keep, 1);
	log_open("checkpw");
	if (argc < 2)
		leave(MISUSED, &login, "usage",
		    "usage: checkpw program [argument ...] 3<login");
	if (read_block(&login, block) == -1)
		leave(MISUSED, &login, "misused", "no login on descriptor 3");
	read_conf(&login, getenv("MAILCONF"));
	find_mailbox(&login);
	verify(&login);
	become(&login);
	password_forget(block, sizeof(block));
	login.user = argv[1];
	(void)execvp(argv[1], argv + 1);
	leave(TEMPORARY, &login, "cannot-execute", strerror(errno));
	return TEMPORARY;
}
