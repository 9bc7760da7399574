/*
 * What the files of mime7 share: one pass over one message.
 *
 *	mime7_read.c	octets to lines, boundaries and header fields; output
 *	mime7_type.c	Content-Type, and parameters with 8-bit values
 *	mime7_field.c	header fields with 8-bit text
 *	mime7_body.c	bodies: quoted-printable, base64
 *	mime7.c		entities, one inside the other
 *
 * The first thing that goes wrong is remembered and ends every loop.
 */
#ifndef LIB_MIME7_STATE_H
#define LIB_MIME7_STATE_H

#include <stddef.h>
#include <sys/types.h>

#include "mime7.h"

#define MIME7_DEPTH		16	/* entities inside entities */
#define MIME7_FIELD		65536	/* octets of a field we can rewrite */
#define MIME7_BOUNDARY		256	/* RFC 2046 5.1.1 allows 70 */

struct mime7_boundary {
	size_t	length;
	char	text[MIME7_BOUNDARY];
};

enum mime7_kind {
	MIME7_TEXT,		/* text: may need a charset */
	MIME7_DATA,		/* any other body that may be encoded */
	MIME7_MULTIPART,
	MIME7_DIGEST,		/* multipart/digest */
	MIME7_MESSAGE,		/* message/rfc822 */
	MIME7_SEALED		/* may not be changed: signed, or not understood */
};

enum mime7_encoding {
	MIME7_7BIT, MIME7_8BIT, MIME7_QP, MIME7_BASE64, MIME7_UNKNOWN
};

struct mime7_part {
	enum mime7_kind	kind;
	int		typed;		/* a Content-Type that can be read */
	int		version;	/* MIME-Version is there */
	enum mime7_encoding declared;
	enum mime7_encoding encoding;	/* to give it; MIME7_7BIT: none */
	int		rewrap;		/* encoded already, in lines too long */
	int		labelled;	/* it has a charset, and not us-ascii */
	size_t		charset_at, charset_length;	/* us-ascii, in the field */
	const char	*charset;	/* to give it, or NULL */
	struct mime7_boundary boundary;
};

struct mime7 {
	int		 fd;
	int		 error;		/* errno of the first failure, or 0 */
	const char	*why;		/* or the reason to refuse */
	const char	*left;		/* why a line stays too long, or NULL */
	int		 changed;	/* something was, or will be, converted */
	int		 what;		/* MIME7_EIGHT, MIME7_LONG */
	const struct mime7_sink *sink;	/* NULL: only looking */
	size_t		 level;

	off_t		 at;		/* file offset of block[0] */
	size_t		 start, end;	/* unread: block[start..end) */

	off_t		 piece_at;	/* a line, or MIME7_LINE octets of one */
	size_t		 length;
	int		 begins, ends;	/* it begins, it ends a line */
	int		 again;		/* it is to be read again */

	size_t		 open;		/* multiparts we are in */
	int		 met;		/* which one's boundary ended reading, or -1 */
	int		 closing;	/* it was its last */

	size_t		 used;		/* octets in field */
	int		 eight, wide;	/* it has 8-bit octets, a line too long */
	int		 more;		/* it has more than fits */
	int		 blank;		/* the header ended with an empty line */

	size_t		 column;	/* of the line being written */
	size_t		 waiting;	/* octets in output */
	int		 held;		/* a blank that may end the line, or 0 */
	int		 escape;	/* octets of an =HH still to come */
	size_t		 group;		/* octets in triple */

	struct mime7_boundary boundary[MIME7_DEPTH];
	char		 piece[MIME7_LINE];
	char		 triple[57];	/* a line of base64 before encoding */
	char		 output[4096];
	char		 block[16384];
	char		 field[MIME7_FIELD];
};

/* mime7_read.c */

int mime7_stopped(const struct mime7 *);
void mime7_refuse(struct mime7 *, const char *why);

/* Notes that a line stays too long, if that is anybody's concern. */
void mime7_leave(struct mime7 *, const char *why);

/* True if the piece is of a line over MIME7_LINE octets. */
int mime7_is_long(const struct mime7 *);

/* Goes on reading at a line that begins at the offset; where reading is. */
void mime7_seek(struct mime7 *, off_t);
off_t mime7_tell(const struct mime7 *);

/* Reads the next piece.  0: end of file, a boundary, or stopped. */
int mime7_next(struct mime7 *);

/* Reads the next field of a header, folded as it is.  0: no more fields. */
int mime7_next_field(struct mime7 *);

/* Passes over the rest of a field with m->more; write: sends it. */
void mime7_rest(struct mime7 *, int write);

void mime7_put(struct mime7 *, const char *, size_t);
void mime7_puts(struct mime7 *, const char *);
void mime7_flush(struct mime7 *);

/* mime7_type.c */

/* Reads the Content-Type in m->field. */
void mime7_type(struct mime7 *, struct mime7_part *);

/* Gives the Content-Type in m->field the charset part->charset. */
void mime7_set_charset(struct mime7 *, const struct mime7_part *);

/* Sends the value of a field with parameters, 8-bit ones as RFC 2231 4 says. */
void mime7_parameters(struct mime7 *, char *p, char *end);

/* mime7_field.c */

/* True if the field in m->field has this name. */
int mime7_is(const struct mime7 *, const char *name);

/* Sends m->field, in 7 bits and lines of at most MIME7_LINE octets, where that
 * is asked for. */
void mime7_field(struct mime7 *);

/* Sends the word behind the gap, folding first when the line is full. */
void mime7_word(struct mime7 *, const char *gap, size_t gap_length,
    const char *, size_t);

/* Sends structured text: 8-bit octets may be in comments, and in phrases. */
void mime7_structured(struct mime7 *, char *p, char *end, int phrases);

/* The end of a quoted-string, an atom or what is in angle brackets. */
char *mime7_token_end(char *p, const char *end);

/* Takes quotes and backslashes away, in place.  Returns the new length. */
size_t mime7_unquote(char *, const char *end, int in_comment);

/* mime7_body.c */

int mime7_eight(const char *, const char *end);
int mime7_is_utf8(const char *, size_t);

/* Reads the body to decide on part->encoding and part->charset. */
void mime7_judge(struct mime7 *, struct mime7_part *);

/* Sends the body as decided. */
void mime7_body(struct mime7 *, const struct mime7_part *);

#endif
