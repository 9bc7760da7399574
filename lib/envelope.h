/*
 * envelope - reads the envelope block of a queue file and marks recipients.
 * Constant memory; trusts nothing in the file.
 */
#ifndef LIB_ENVELOPE_H
#define LIB_ENVELOPE_H

#include <stddef.h>
#include <sys/types.h>

#include "address.h"

#define ENVELOPE_LINE_MAX	2048

enum envelope_state { ENVELOPE_PENDING, ENVELOPE_DONE, ENVELOPE_FAILED };

struct envelope {
	int	 fd;
	off_t	 message;	/* where the message begins, once all is read */
	char	 sender[ADDRESS_MAX];	/* canonical text, "" for <> */
	char	 options[ENVELOPE_LINE_MAX];	/* of the envelope, "" none */
	/* the reader's own */
	int	 any;		/* a recipient was seen */
	off_t	 at;		/* file offset of buf[start] */
	size_t	 start, end;
	char	 buf[2 * ENVELOPE_LINE_MAX];
};

struct envelope_recipient {
	off_t	 offset;	/* of its line in the file: its identity */
	enum envelope_state state;
	char	 address[ADDRESS_MAX];
	char	 options[ENVELOPE_LINE_MAX];	/* "" none */
};

/*
 * Reads the first lines of the queue file open at fd (with pread).  0, or -1
 * with errno EINVAL when this is no queue file, or the error of pread.
 */
int envelope_open(struct envelope *, int fd);

/* The next recipient: 1; 0 when there are no more and e->message is set; -1. */
int envelope_next(struct envelope *, struct envelope_recipient *);

/* Goes on reading at the recipient whose line is at offset. */
void envelope_seek(struct envelope *, off_t offset);

/*
 * Finds the value of a word in options, "BODY" in "BODY=8BITMIME SMTPUTF8".
 * Returns it, its octets in *length (0 for a word without "="); or NULL.
 */
const char *envelope_option(const char *options, const char *word,
    size_t *length);

/*
 * Marks the recipient whose line is at offset: overwrites two octets, checking
 * that a Delivered- line is there.  The caller fsyncs fd.  0, or -1 with errno.
 */
int envelope_mark(int fd, off_t offset, enum envelope_state);

#endif
