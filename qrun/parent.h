/*
 * parent - the part of qrun that keeps root: it forks and becomes somebody else,
 * to deliver open messages or to run qsend; nothing more.
 */
#ifndef QRUN_PARENT_H
#define QRUN_PARENT_H

#include <sys/types.h>

#include "spawn.h"

#define PARENT_HOST_MAX		(ADDRESS_DOMAIN_MAX + 3)	/* with [] */
#define PARENT_WORDS		8

enum { PARENT_DELIVERY = 1, PARENT_QSEND = 2 };

/* One record on the socket, with two descriptors: the feed of the process, and
 * the pipe for its results or reports. */
struct parent_request {
	int		kind;
	unsigned int	port;
	char		host[PARENT_HOST_MAX];
	char		mailbox[MAILBOX_PATH_MAX];
};

struct parent {
	const struct spawn_conf *conf;
	int	 socket, mailroot, lifeline;
	pid_t	 manager;
	uid_t	 qsend_uid;
	gid_t	 qsend_gid;
};

/* Serves the manager until it ends; its exit status, 111 if it was killed. */
int parent_serve(const struct parent *);

/* qsend's arguments.  port_text has room for a number.  0; -1 with EINVAL when
 * host could be anything but a host. */
int parent_qsend_words(const struct spawn_conf *, char *host,
    unsigned int port, char port_text[8], char *words[PARENT_WORDS]);

#endif
