/*
 * mime7 - turns an 8-bit message into valid 7-bit MIME on its way to a server
 * without 8BITMIME (RFC 6152 3), streaming, in constant memory.
 *
 * Leaf parts with 8-bit octets become quoted-printable or base64, inside
 * multipart and message/rfc822 too; raw UTF-8 in headers becomes RFC 2047 words;
 * a missing MIME-Version or charset is added.  multipart/signed is never touched.
 */
#ifndef QSEND_MIME7_H
#define QSEND_MIME7_H

#include <sys/types.h>

struct dot_out;

enum mime7_verdict {
	MIME7_PLAIN,	/* no octet over 127: send it as it is */
	MIME7_CONVERT,	/* mime7_send() will do it */
	MIME7_REFUSE,	/* cannot be done without breaking it: 5.6.3 */
	MIME7_ERROR	/* reading failed, errno */
};

/*
 * Looks through the message at fd from offset start to its end (pread).
 * *why is a short English reason for MIME7_REFUSE.
 */
enum mime7_verdict mime7_check(int fd, off_t start, const char **why);

/* Sends it converted; LF lines go into the encoder.  0, or -1 with errno. */
int mime7_send(int fd, off_t start, struct dot_out *);

#endif
