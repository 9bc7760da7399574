/*
 * maildrop - RFC 1939's maildrop: one Maildir, locked for a session, and a
 * snapshot of the messages that are in new/ and cur/ when it is opened.
 *
 * One directory read each, and no look at a file whose name states its size on
 * the wire (,W=).  Other programs may move and remove files meanwhile.
 */
#ifndef POP3D_MAILDROP_H
#define POP3D_MAILDROP_H

#include <dirent.h>
#include <stddef.h>

#define MAILDROP_UID_MAX	70	/* RFC 1939 7 */

enum {
	MESSAGE_NEW = 1,	/* in new/, not in cur/ */
	MESSAGE_UNSIZED = 2,	/* octets is not known yet */
	MESSAGE_DELETED = 4,	/* marked by DELE */
	MESSAGE_RETRIEVED = 8	/* sent whole by RETR */
};

struct message {
	unsigned long long	 time;		/* microseconds, of the name */
	unsigned long long	 octets;	/* as RETR sends it */
	const char		*name;
	unsigned int		 flags;
};

struct maildrop {
	int		 dir, new, cur, lock; /* -1: not open */
	DIR		*new_entries, *cur_entries; /* own new and cur */
	struct message	*messages;	/* oldest first */
	size_t		 count;
	char		*names;		/* most of the messages' names */
};

enum maildrop_status {
	MAILDROP_OK,
	MAILDROP_ABSENT,	/* no such directory: there was no mail yet */
	MAILDROP_IN_USE,	/* another session has the lock */
	MAILDROP_ERROR		/* errno says why */
};

/*
 * Opens, locks and reads the Maildir at path.  Waits up to wait_ms for the
 * lock.  Unless MAILDROP_OK, the maildrop is empty and may only be closed.
 */
enum maildrop_status maildrop_open(struct maildrop *, const char *path,
    unsigned int wait_ms);

/* Gives up the lock: another session may begin. */
void maildrop_unlock(struct maildrop *);

/* Closes it, and gives up the lock.  What was allocated goes with the
 * process: there is one maildrop in its life. */
void maildrop_close(struct maildrop *);

/* The size of a message as RETR sends it, counted if it must be; 0 if it is
 * gone. */
unsigned long long maildrop_octets(struct maildrop *, struct message *);

/* Opens a message: a descriptor, or -1 with errno (ENOENT: it is gone). */
int maildrop_read(struct maildrop *, struct message *);

/*
 * The unique-id: the name up to the first comma or colon, or a hash of that
 * when it is no unique-id (RFC 1939 7: 1 to 70 octets of 0x21 to 0x7E).
 */
void maildrop_uid(const struct message *, char uid[MAILDROP_UID_MAX + 1]);

/*
 * Looks again for files that other programs have moved: new/ to cur/, or to
 * other flags.  Returns 0, or -1 with errno.
 */
int maildrop_relocate(struct maildrop *);

/*
 * The UPDATE state: removes what is marked, moves what was retrieved to cur/
 * with the flag S, makes it durable.  Returns 0, or -1 with errno when a marked
 * message may still be there.
 */
int maildrop_update(struct maildrop *);

/* Removes files of tmp/ that nobody has touched for 36 hours (maildir(5)). */
void maildrop_clean(struct maildrop *);

#endif
