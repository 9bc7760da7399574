/*
 * sasl - what the PLAIN and LOGIN mechanisms carry (RFC 4616; LOGIN is
 * draft-murchison-sasl-login).
 */
#ifndef LIB_SASL_H
#define LIB_SASL_H

#include <stddef.h>

#define SASL_PART_MAX	255

/* User and password never hold a NUL; together they fit checkpassword's 512. */
struct sasl {
	char	user[SASL_PART_MAX + 1];
	char	password[SASL_PART_MAX + 1];
};

enum sasl_status {
	SASL_OK,
	SASL_SYNTAX,	/* not base64: 501 5.5.2 */
	SASL_REFUSED	/* decoded, but not credentials that could be right */
};

/* Decodes PLAIN's authzid NUL authcid NUL password; "=" is an empty message. */
enum sasl_status sasl_plain(struct sasl *, const char *base64, size_t length);

/* Decodes one answer of LOGIN into to[SASL_PART_MAX + 1]. */
enum sasl_status sasl_login(char *to, const char *base64, size_t length);

/* Overwrites the password, or any secret, in a way that the compiler may not
 * leave out. */
void sasl_forget(struct sasl *);
void sasl_forget_octets(void *secret, size_t length);

#endif
