/*
 * mime7 - makes of a message what every server takes (RFC 6152 3, RFC 5322
 * 2.1.1): 7-bit MIME, or lines of at most 998 octets, or both; streaming, in
 * constant memory.
 *
 * Leaf parts that need it become quoted-printable or base64, inside multipart
 * and message/rfc822 too; a missing MIME-Version or charset is added.  What is
 * quoted-printable or base64 already gets more line breaks.  Header fields are
 * folded, and raw UTF-8 in them becomes RFC 2047 words.
 *
 * multipart/signed, and what is not understood, is never touched.
 */
#ifndef LIB_MIME7_H
#define LIB_MIME7_H

#include <sys/types.h>

#define MIME7_LINE	998	/* octets of a line, RFC 5322 2.1.1 */

/* What may not stay as it is. */
enum {
	MIME7_EIGHT = 1,	/* octets over 127 */
	MIME7_LONG = 2		/* lines over MIME7_LINE.  Alone, it leaves all
				   of a message with a DKIM-Signature as it is */
};

enum mime7_verdict {
	MIME7_PLAIN,	/* nothing to convert: send it as it is */
	MIME7_CONVERT,	/* mime7_send() will do it */
	MIME7_REFUSE,	/* 8-bit octets where they cannot be encoded: 5.6.3 */
	MIME7_ERROR	/* reading failed, errno */
};

/*
 * Looks through the message at fd from offset start to its end (pread).
 * *why is a short English reason for MIME7_REFUSE; else the reason that some
 * line stays too long, which refuses nothing, or NULL.
 */
enum mime7_verdict mime7_check(int fd, off_t start, int what,
    const char **why);

/* Takes the next block, LF line ends: 0, or -1 with errno. */
struct mime7_sink {
	int	(*write)(void *to, const char *, size_t);
	void	*to;
};

/* Sends it converted.  0, or -1 with errno. */
int mime7_send(int fd, off_t start, int what, const struct mime7_sink *);

#endif
