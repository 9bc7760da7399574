/*
 * address - mailboxes and paths of RFC 5321 4.1.2.  Reads strings of peers and
 * trusts nothing in them.
 */
#include "address.h"

#include <arpa/inet.h>

#include <string.h>

#include "text.h"

static int
is_alnum(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z');
}

/* atext (RFC 5322 3.2.3); octets over 127 are judged when all is read. */
static int
is_atext(unsigned char c)
{
	return is_alnum(c) || c > 127 ||
	    (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* A quoted-string's inside, up to its closing quote; NULL if it has none. */
static const char *
quoted(const char *p, struct text *to)
{
	while (*p != '"') {
		if (*p == '\\')
			p++;
		if ((unsigned char)*p < ' ' || *p == 127)
			return NULL;
		text_add_bytes(to, p++, 1);
	}
	return p + 1;
}

/* Local-part; returns what follows, or NULL. */
static const char *
local_part(const char *p, struct text *to)
{
	if (*p == '"') {
		p = quoted(p + 1, to);
		return to->used == 0 && !to->full ? NULL : p;
	}
	for (;;) {
		if (!is_atext((unsigned char)*p))
			return NULL;
		while (is_atext((unsigned char)*p))
			text_add_bytes(to, p++, 1);
		if (*p != '.')
			return p;
		text_add_bytes(to, p++, 1);
	}
}

/* address-literal, IPv4 or IPv6; returns what follows, or NULL. */
static const char *
literal(const char *p)
{
	char inside[INET6_ADDRSTRLEN + sizeof("IPv6:")];
	size_t length = strcspn(p + 1, "]");
	unsigned char binary[16];

	if (p[1 + length] != ']' || length >= sizeof(inside))
		return NULL;
	memcpy(inside, p + 1, length);
	inside[length] = '\0';
	if (inet_pton(AF_INET, inside, binary) != 1 &&
	    ((inside[0] != 'I' && inside[0] != 'i') ||
	    (inside[1] != 'P' && inside[1] != 'p') ||
	    (inside[2] != 'v' && inside[2] != 'V') ||
	    strncmp(inside + 3, "6:", 2) != 0 ||
	    inet_pton(AF_INET6, inside + 5, binary) != 1))
		return NULL;
	return p + length + 2;
}

/* Domain or address-literal; returns what follows, or NULL. */
static const char *
domain(const char *p)
{
	if (*p == '[')
		return literal(p);
	for (;;) {
		const char *label = p;

		while (is_alnum((unsigned char)*p) || *p == '-' ||
		    (unsigned char)*p > 127)
			p++;
		if (p == label || p - label > 63 || *label == '-' ||
		    p[-1] == '-')
			return NULL;
		if (*p != '.')
			return p;
		p++;
	}
}

/* Skips a source route "@a,@b:" (4.1.2); NULL if it is none. */
static const char *
source_route(const char *p)
{
	while (*p == '@') {
		p = domain(p + 1);
		if (p == NULL || (*p != ',' && *p != ':'))
			return NULL;
		if (*p++ == ':')
			return p;
	}
	return NULL;
}

/* Local-part [ "@" Domain ]; returns what follows, or NULL and *status. */
static const char *
mailbox(const char *p, int flags, struct address *a,
    enum address_status *status)
{
	struct text local;

	text_init(&local, a->local, sizeof(a->local));
	a->domain[0] = '\0';
	*status = ADDRESS_SYNTAX;
	p = local_part(p, &local);
	if (p != NULL && *p == '@') {
		const char *end = domain(p + 1);
		struct text to;

		text_init(&to, a->domain, sizeof(a->domain));
		if (end != NULL)
			text_add_bytes(&to, p + 1, (size_t)(end - p - 1));
		local.full |= to.full;
		p = end;
	} else if (!(flags & ADDRESS_NO_DOMAIN)) {
		p = NULL;
	}
	if (p == NULL)
		return NULL;
	*status = ADDRESS_OK;
	if (local.full)
		*status = ADDRESS_LONG;
	else if (address_is_utf8(a) && (!(flags & ADDRESS_ALLOW_UTF8) ||
	    !text_is_utf8(a->local) || !text_is_utf8(a->domain)))
		*status = ADDRESS_UTF8;
	return p;
}

enum address_status
address_path(const char *text, int flags, struct address *a,
    const char **rest)
{
	const char *p = text + strspn(text, " ");
	const char *begin = p;
	int brackets = *p == '<';
	enum address_status status = ADDRESS_SYNTAX;

	memset(a, 0, sizeof(*a));
	p += brackets;
	if (brackets && *p == '>' && (flags & ADDRESS_NULL)) {
		status = ADDRESS_OK;
	} else {
		if (brackets && *p == '@')
			p = source_route(p);
		if (p != NULL)
			p = mailbox(p, flags, a, &status);
	}
	if (p == NULL || (brackets && *p++ != '>') || (*p != '\0' && *p != ' '))
		return ADDRESS_SYNTAX;
	/* 4.5.3.1.3: with a route the path may be longer than what is kept */
	if (p - begin > 2 * ADDRESS_MAX)
		return ADDRESS_LONG;
	*rest = p + strspn(p, " ");
	return status;
}

enum address_status
address_mailbox(const char *text, int flags, struct address *a)
{
	enum address_status status = ADDRESS_SYNTAX;
	const char *end;

	memset(a, 0, sizeof(*a));
	if ((flags & ADDRESS_NULL) && *text == '\0')
		return ADDRESS_OK;
	end = mailbox(text, flags, a, &status);
	return end == NULL || *end != '\0' ? ADDRESS_SYNTAX : status;
}

void
address_add(struct text *to, const struct address *a)
{
	const char *p = a->local;
	int atoms = *p != '\0';

	/* Dot-string: atoms with single dots between them */
	for (; *p != '\0'; p++)
		if (!is_atext((unsigned char)*p) &&
		    (*p != '.' || p == a->local || p[-1] == '.' ||
		    p[1] == '\0'))
			atoms = 0;
	if (atoms) {
		text_add(to, a->local);
	} else if (a->local[0] != '\0') {
		text_add(to, "\"");
		for (p = a->local; *p != '\0'; p++) {
			if (*p == '"' || *p == '\\')
				text_add(to, "\\");
			text_add_bytes(to, p, 1);
		}
		text_add(to, "\"");
	}
	if (a->domain[0] != '\0') {
		text_add(to, "@");
		text_add(to, a->domain);
	}
}

int
address_is_utf8(const struct address *a)
{
	const char *p;

	for (p = a->local; *p != '\0'; p++)
		if ((unsigned char)*p > 127)
			return 1;
	for (p = a->domain; *p != '\0'; p++)
		if ((unsigned char)*p > 127)
			return 1;
	return 0;
}

int
address_is_domain(const char *text, int utf8)
{
	const char *end = domain(text);
	const char *p;

	if (end == NULL || *end != '\0' || end - text > ADDRESS_DOMAIN_MAX)
		return 0;
	for (p = text; *p != '\0'; p++)
		if ((unsigned char)*p > 127 && !utf8)
			return 0;
	return !utf8 || text_is_utf8(text);
}
