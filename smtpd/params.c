/*
 * Parameters of MAIL and RCPT: SIZE (RFC 1870), BODY (6152), SMTPUTF8 (6531),
 * RET ENVID NOTIFY ORCPT (3461), AUTH (4954 5).  What later programs need is
 * kept in the words of the RFCs, in xtext as it came.
 */
#include "session.h"

#include <string.h>
#include <strings.h>
#include <sys/statvfs.h>

#include "../lib/text.h"
#include "../lib/xtext.h"

/* Handlers return the code of the refusal, 0 when there is none.  SMTPUTF8 has
 * no value, the others have one. */
static unsigned int
take_size(struct session *s, const char *value)
{
	unsigned long long octets, limit = s->set->message_bytes;
	struct statvfs fs;

	if (*value == '\0' || strlen(value) > 20 ||
	    strspn(value, "0123456789") != strlen(value))
		return 501;
	/* Twenty digits may be more than any number of ours. */
	if (text_number(value, ~0ULL, &octets) == -1 ||
	    (limit != 0 && octets > limit))
		return 552;
	if (fstatvfs(s->spool.tmp, &fs) == 0 && fs.f_frsize > 0 &&
	    octets / fs.f_frsize >= fs.f_bavail)
		return 452;
	return 0;
}

static unsigned int
take_body(struct session *s, const char *value)
{
	s->now.eight = strcasecmp(value, "8BITMIME") == 0;
	return s->now.eight || strcasecmp(value, "7BIT") == 0 ? 0 : 501;
}

static unsigned int
take_smtputf8(struct session *s, const char *value)
{
	(void)value;
	s->now.utf8 = 1;
	return 0;
}

static unsigned int
take_ret(struct session *s, const char *value)
{
	(void)s;
	return strcasecmp(value, "FULL") == 0 ||
	    strcasecmp(value, "HDRS") == 0 ? 0 : 501;
}

static unsigned int
take_envid(struct session *s, const char *value)
{
	(void)s;
	return strlen(value) <= 100 && xtext_valid(value, strlen(value)) ? 0 :
	    501;
}

/* Valid or not, it says nothing that we would believe (RFC 4954 5). */
static unsigned int
take_auth(struct session *s, const char *value)
{
	(void)s;
	return strcmp(value, "<>") == 0 ||
	    xtext_valid(value, strlen(value)) ? 0 : 501;
}

/* NEVER alone, or a list of the others (RFC 3461 4.1). */
static unsigned int
take_notify(struct session *s, const char *value)
{
	size_t n;

	(void)s;
	if (strcasecmp(value, "NEVER") == 0)
		return 0;
	for (;; value += n + 1) {
		n = strcspn(value, ",");
		if (!(n == 7 && (strncasecmp(value, "SUCCESS", n) == 0 ||
		    strncasecmp(value, "FAILURE", n) == 0)) &&
		    !(n == 5 && strncasecmp(value, "DELAY", n) == 0))
			return 501;
		if (value[n] == '\0')
			return 0;
	}
}

/* addr-type ";" xtext (RFC 3461 4.2), or unitext (RFC 6533 3). */
static unsigned int
take_orcpt(struct session *s, const char *value)
{
	size_t type = strcspn(value, "()<>@,:\\\".[]=+;");
	const char *address = value + type + 1;

	if (value[type] != ';' || strlen(value) > 500 ||
	    !xtext_valid(value, type))
		return 501;
	if (type == 5 && strncasecmp(value, "utf-8", 5) == 0)
		return xtext_unitext_valid(address, s->now.utf8) ? 0 : 501;
	return xtext_valid(address, strlen(address)) ? 0 : 501;
}

static const struct param {
	const char	*name;
	int		 mail;	/* of MAIL, else of RCPT */
	int		 keep;	/* goes into the queue file */
	int		 valued;
	unsigned int	(*take)(struct session *, const char *value);
} params[] = {
	{ "SIZE", 1, 0, 1, take_size },
	{ "BODY", 1, 0, 1, take_body },
	{ "SMTPUTF8", 1, 1, 0, take_smtputf8 },
	{ "RET", 1, 1, 1, take_ret },
	{ "ENVID", 1, 1, 1, take_envid },
	{ "AUTH", 1, 0, 1, take_auth },
	{ "NOTIFY", 0, 1, 1, take_notify },
	{ "ORCPT", 0, 1, 1, take_orcpt },
};

static void
refuse(struct session *s, unsigned int code)
{
	if (code == 552)
		reply(s, code, "3.4", TOO_BIG);
	else if (code == 452)
		reply(s, code, "3.1", "no room for it now");
	else if (code == 555)
		reply(s, code, "5.4", "parameter not known here");
	else
		reply(s, code, "5.4", "parameter not as it should be");
}

/* One "NAME" or "NAME=value" in word. */
static unsigned int
param(struct session *s, int mail, char *word, unsigned int *seen,
    struct text *options)
{
	char *value = strchr(word, '=');
	size_t i = 0, count = sizeof(params) / sizeof(params[0]);
	unsigned int code;

	if (value != NULL)
		*value++ = '\0';
	while (i < count && (params[i].mail != mail ||
	    strcasecmp(params[i].name, word) != 0))
		i++;
	if (i == count || !s->esmtp)
		return 555;
	if (*seen & 1U << i || params[i].valued != (value != NULL))
		return 501;
	*seen |= 1U << i;
	code = params[i].take(s, value);
	if (code == 0 && params[i].keep) {
		text_add(options, options->used > 0 ? " " : "");
		text_add(options, params[i].name);
		text_add(options, value != NULL ? "=" : "");
		text_add(options, value != NULL ? value : "");
	}
	return code;
}

int
params_read(struct session *s, int mail, const char *text, char *options)
{
	char word[COMMAND_MAX];
	struct text kept, t;
	unsigned int code = 0, seen = 0;

	text_init(&kept, options, OPTIONS_MAX);
	while (*text != '\0' && code == 0) {
		size_t n = strcspn(text, " ");

		text_init(&t, word, sizeof(word));
		text_add_bytes(&t, text, n);
		code = param(s, mail, word, &seen, &kept);
		text += n;
		text += strspn(text, " ");
	}
	if (code == 0 && kept.full)
		code = 501;
	if (code != 0)
		refuse(s, code);
	return code == 0 ? 0 : -1;
}
