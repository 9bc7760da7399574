/*
 * worker - a process that has become the owner of one mailbox, and delivers to
 * it whatever it is given.
 *
 * One message after another comes through its feed; it ends when that is closed,
 * or when qrun is gone.  Whatever an instruction of the owner's has started, the
 * next message meets a process as clean as the first one did: one that has run a
 * command takes no more.
 */
#ifndef QRUN_WORKER_H
#define QRUN_WORKER_H

#include "deliver.h"

/* mailbox is the opened directory; feed a SOCK_SEQPACKET socket with one struct
 * delivery and its message (O_RDONLY) in each record; result_fd as in deliver().
 * The process exits afterwards. */
void worker_serve(const struct deliver_conf *, int mailbox, int feed,
    int result_fd);

#endif
