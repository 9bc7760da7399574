/* sasl - PLAIN and LOGIN.  Decodes a peer's octets; trusts none. */
#include "sasl.h"

#include <string.h>

#include "base64.h"

/* checkpassword's limit of 512 octets: both parts, three NULs */
#define BOTH_MAX	509

static int
is_part(const char *from, size_t length)
{
	return length > 0 && length <= SASL_PART_MAX &&
	    memchr(from, '\0', length) == NULL;
}

static int
decode(const char *base64, size_t length, char *to, size_t size, size_t *made)
{
	*made = 0;
	if (length == 1 && base64[0] == '=')
		return 0;
	return base64_decode(base64, length, to, size, made);
}

enum sasl_status
sasl_plain(struct sasl *s, const char *base64, size_t length)
{
	char message[9216];	/* 12,288 octets of base64 */
	const char *user, *password, *end;
	size_t made;

	memset(s, 0, sizeof(*s));
	if (decode(base64, length, message, sizeof(message), &made) == -1)
		return SASL_SYNTAX;
	end = message + made;
	user = memchr(message, '\0', made);
	if (user == NULL)
		return SASL_REFUSED;
	user++;
	password = memchr(user, '\0', (size_t)(end - user));
	if (password == NULL)
		return SASL_REFUSED;
	password++;
	if (!is_part(user, (size_t)(password - 1 - user)) ||
	    !is_part(password, (size_t)(end - password)) ||
	    end - user > BOTH_MAX)
		return SASL_REFUSED;
	/* authzid: empty, or the same as authcid */
	if (message[0] != '\0' && strcmp(message, user) != 0)
		return SASL_REFUSED;
	(void)strcpy(s->user, user);
	memcpy(s->password, password, (size_t)(end - password));
	return SASL_OK;
}

enum sasl_status
sasl_login(char *to, const char *base64, size_t length)
{
	char message[9216];
	size_t made;

	if (decode(base64, length, message, sizeof(message), &made) == -1)
		return SASL_SYNTAX;
	if (!is_part(message, made))
		return SASL_REFUSED;
	memcpy(to, message, made);
	to[made] = '\0';
	return SASL_OK;
}

void
sasl_forget_octets(void *secret, size_t length)
{
	volatile char *p = secret;

	while (length-- > 0)
		*p++ = '\0';
}

void
sasl_forget(struct sasl *s)
{
	sasl_forget_octets(s->password, sizeof(s->password));
}
