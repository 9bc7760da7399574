/*
 * maildir - writes one message into a Maildir, durably: tmp/, fsync, new/,
 * fsync of the directory.  Files are 0600, directories 0700, both the caller's.
 */
#ifndef LIB_MAILDIR_H
#define LIB_MAILDIR_H

#include "out.h"
#include "unique.h"

struct maildir_file {
	int	 dir, fd;	/* the Maildir; the file, or -1 */
	int	 error;
	unsigned long long lines, bytes;
	char	 last;
	char	 id[UNIQUE_ID_MAX];
	char	 name[UNIQUE_NAME_MAX];
	struct out out;
};

/*
 * Opens the Maildir called name below the directory at, making it and tmp, new,
 * cur when missing.  No component of name below at is followed if it is a
 * symbolic link.  Returns a descriptor, or -1 with errno.
 */
int maildir_open(int at, const char *name);

int maildir_create(struct maildir_file *, int dir);
void maildir_write(struct maildir_file *, const char *, size_t);

/* 0: durable in new/ under m->name.  -1 with errno: nothing is there.  Closes
 * the file, not dir. */
int maildir_commit(struct maildir_file *, const char *host);
void maildir_abort(struct maildir_file *);

#endif
