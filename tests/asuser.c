/*
 * asuser - runs a program as another user, without groups, for tests that are
 * started as root:	asuser UID GID program [argument ...]
 */
#define _DEFAULT_SOURCE		/* setgroups */
#include <sys/types.h>

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	if (argc < 4)
		return 100;
	if (setgroups(0, NULL) == -1 || setgid((gid_t)atoi(argv[2])) == -1 ||
	    setuid((uid_t)atoi(argv[1])) == -1) {
		perror("asuser");
		return 111;
	}
	execvp(argv[3], argv + 3);
	perror(argv[3]);
	return 127;
}
