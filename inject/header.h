/*
 * header - the message's header section, in memory, and its fields.
 */
#ifndef INJECT_HEADER_H
#define INJECT_HEADER_H

#include <stddef.h>

#include "input.h"

#define HEADER_BYTES	(256 * 1024)	/* of the longest header we take */

/* The fields we know.  A Resent- field follows its original. */
enum field_id {
	FIELD_OTHER, FIELD_RECEIVED, FIELD_RETURN_PATH,
	FIELD_FROM, FIELD_RESENT_FROM, FIELD_SENDER, FIELD_RESENT_SENDER,
	FIELD_TO, FIELD_RESENT_TO, FIELD_CC, FIELD_RESENT_CC,
	FIELD_BCC, FIELD_RESENT_BCC, FIELD_REPLY_TO, FIELD_RESENT_REPLY_TO,
	FIELD_DATE, FIELD_RESENT_DATE,
	FIELD_MESSAGE_ID, FIELD_RESENT_MESSAGE_ID,
	FIELD_IN_REPLY_TO, FIELD_REFERENCES, FIELD_SUBJECT, FIELD_COUNT
};

struct header {
	size_t	 length;	/* octets of header, all lines end in LF */
	size_t	 used;		/* what is behind them is body */
	unsigned int count[FIELD_COUNT];
	int	 resent;	/* some Resent- field is there */
	char	 data[HEADER_BYTES];
};

struct field {
	enum field_id	 id;
	const char	*name;
	size_t		 name_length;
	const char	*value;		/* behind the colon */
	size_t		 length;	/* of value, the last LF included */
};

/*
 * Reads the header, up to and with the empty line, or up to the first line that
 * cannot belong to one.  A "From " line before it is dropped, so are lines of
 * blanks in it; a CR in it becomes a blank, so that it can end no field.
 * 0, or -1 with the verdict.
 */
int header_read(struct header *, struct input *, struct verdict *);

/* Gives the field at *at, which begins as 0, and moves on; 0 at the end. */
int header_next(const struct header *, size_t *at, struct field *);

/* True for fields that RFC 5322 3.6 begins with "Resent-". */
int header_is_resent(enum field_id);

const char *header_name(enum field_id);

/* The name of a field that may stand only once (3.6) and stands there twice, or
 * NULL. */
const char *header_duplicate(const struct header *);

#endif
