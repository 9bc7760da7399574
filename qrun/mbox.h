/*
 * mbox - appends to a file in mbox form, for old readers.
 */
#ifndef QRUN_MBOX_H
#define QRUN_MBOX_H

#include "delivery.h"

#define MBOX_LOCK_S	60	/* longest wait for another's lock */

/*
 * Appends the message to the file (relative to the mailbox, or absolute), made
 * 0600 when missing: From_ line, mboxrd quoting, fcntl lock, fsync.  When that
 * fails the file is as long as before.
 */
enum verdict mbox_deliver(struct job *, const char *path);

#endif
