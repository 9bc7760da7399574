/*
 * spool - the only code that creates queue files.
 *
 * A queue file is an envelope block and a message, LF line ends:
 *
 *	Return-Path: <alice@crepes.fr>
 *	Envelope-Options: BODY=8BITMIME ENVID=QQ314159
 *	Delivered-To: bob@hamburger.edu
 *	Recipient-Options: NOTIFY=SUCCESS,FAILURE
 *	Delivered-To: carol@example.net
 *	Received: ...
 *
 * It is written as tmp/NAME, which states its size, fsynced, and renamed to
 * new/NAME, all under a write lock.  One of more than OUT_BYTES octets, or that a
 * filter reads, is tmp/ID until its size is known.
 */
#ifndef LIB_SPOOL_H
#define LIB_SPOOL_H

#include "out.h"
#include "unique.h"

struct spool {
	int	tmp, new;	/* directory descriptors */
};

struct spool_file {
	struct spool	*spool;
	int		 begun;		/* and neither committed nor aborted */
	int		 fd;		/* -1: all of it is in out */
	int		 error;		/* errno of the first failure, or 0 */
	unsigned long long lines, bytes;
	char		 last;		/* the octet before */
	const char	*host;
	char		 id[UNIQUE_ID_MAX];	/* the queue id */
	char		 name[UNIQUE_NAME_MAX];	/* its name in tmp/, then new/ */
	struct out	 out;
};

/* Opens an existing spool directory; 0, or -1 with errno. */
int spool_open(struct spool *, const char *path);

/*
 * Begins a queue file.  host goes into the final name and must stay.  What goes
 * wrong with it is kept in error; then the functions below do no harm.
 */
void spool_begin(struct spool_file *, struct spool *, const char *host);

/*
 * The envelope block, in this order.  path and address are canonical text
 * (address_add); sender "" is <>.  options is xtext words as in RFC 3461 and
 * this page, "" for none.
 */
void spool_sender(struct spool_file *, const char *path, const char *options);
void spool_recipient(struct spool_file *, const char *address,
    const char *options);

/*
 * Appends octets of the message.  A CR or a NUL among them is an error
 * (EILSEQ): what is in the spool is in canonical form.
 */
void spool_write(struct spool_file *, const char *, size_t);

/* Writes out what is buffered and returns the descriptor, open for reading and
 * writing, its offset undefined; or -1 with errno. */
int spool_flush(struct spool_file *);

/*
 * Makes the message durable, then visible to qrun.  Returns 0 only if every
 * step succeeded: then responsibility for the message is ours (RFC 5321 6.1).
 * Otherwise -1 with errno, and nothing of the file will be delivered.
 * Closes the file either way.
 */
int spool_commit(struct spool_file *);

/*
 * The file takes the place and the id of another, begun before it, which is
 * removed.  0, or -1 with errno.
 */
int spool_replace(struct spool_file *, struct spool_file *old);

/* Removes the file; does nothing when none was begun. */
void spool_abort(struct spool_file *);

/* Wakes qrun -w.  Nobody listening is not an error: qrun will look. */
void spool_trigger(const struct spool *);

#endif
