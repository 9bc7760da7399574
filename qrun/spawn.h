/*
 * spawn - starts deliveries and qsends, through the small privileged parent
 * when qrun was started as root, else directly.
 *
 * The parent holds root and nothing of the queue.  It does two things: fork and
 * become a mailbox's owner to deliver open messages, and fork and become
 * qsenduser to run qsend.  It trusts nothing in a request.
 */
#ifndef QRUN_SPAWN_H
#define QRUN_SPAWN_H

#include <sys/types.h>

#include "children.h"
#include "deliver.h"

struct spawn_conf {
	const char	*me, *mailroot, *qsenduser;
	const char	*conf_path;	/* qsend gets it with -c */
	unsigned int	 command_s;
	const char	*path;		/* $PATH of commands; NULL: a usual one */
};

struct spawn {
	const struct spawn_conf *conf;
	int		 mailroot;	/* opened, or -1 */
	int		 parent;	/* socket to the privileged parent, -1 none */
	int		 lifeline[2];	/* children hold [0]; we hold [1] */
	int		 highest;	/* descriptor of ours that a forked child
					   must close */
	struct children	 deliveries;	/* without a parent */
};

/*
 * Prepares.  Under root: forks; the calling process becomes owner/group (of the
 * spool directory, not 0) in the child, which returns 0; the parent serves it
 * and returns 1 with *status the child's exit status.  -1 with errno.  qsenduser
 * "" or NULL is the same owner; it should be another account.  The parent passes
 * SIGTERM, SIGINT, SIGHUP and SIGALRM on.
 */
int spawn_init(struct spawn *, const struct spawn_conf *, uid_t, gid_t,
    int *status);

/*
 * Starts a process that delivers to the mailbox at path below mailroot, one
 * message after another: *feed is to be given to spawn_give(); closing it ends
 * the process, which is killed if it lives DELIVERIES_S longer than a delivery
 * may take.  Returns the read end of the pipe with the result lines, non-blocking
 * and close-on-exec, or -1 with errno.
 */
int spawn_delivery(struct spawn *, const char *path, int *feed);

/*
 * Gives it a message, open at message_fd (O_RDONLY, a descriptor of its own; the
 * caller closes his copy).  It must have no other.  0, or -1 with errno, EPIPE: it
 * is gone.
 */
int spawn_give(int feed, const struct delivery *, int message_fd);

/*
 * Starts qsend for host ("example.org", "[relay]", "[192.0.2.1]"), port 0 = its
 * default.  *feed is the SOCK_SEQPACKET Unix socket to give it work by, one
 * record per queue file: "LABEL OFFSET...\n" with an O_RDONLY descriptor of the
 * queue file attached (SCM_RIGHTS); closing it is end of input.  Returns the read
 * end, non-blocking, of the pipe with its report lines, or -1 with errno.
 */
int spawn_qsend(struct spawn *, const char *host, unsigned int port, int *feed);

/* Sends one record on a feed.  0, or -1 with errno (EPIPE: qsend is gone; EAGAIN:
 * it is busy and the socket full). */
int spawn_feed(int feed, const char *record, size_t length, int fd);

/* Receives one record of at most size octets with up to two descriptors, -1
 * those that did not come.  Its octets; 0 end of file; -1 with errno. */
ssize_t spawn_receive(int from, void *record, size_t size, int fds[2]);

/* Collects children that have ended, and kills deliveries that do not: call it
 * after a result descriptor's end of file, and now and then. */
void spawn_reap(struct spawn *);

#endif
