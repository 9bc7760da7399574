/*
 * address - mailboxes and paths of RFC 5321 4.1.2, and nothing of RFC 5322's
 * header grammar.  The parser is total: any string is OK or not, in one pass.
 */
#ifndef LIB_ADDRESS_H
#define LIB_ADDRESS_H

#include <stddef.h>

struct text;

#define ADDRESS_LOCAL_MAX	64	/* RFC 5321 4.5.3.1.1, unquoted */
#define ADDRESS_DOMAIN_MAX	255	/* 4.5.3.1.2 */
/* "local"@domain with every local octet escaped, and a NUL */
#define ADDRESS_MAX	(2 * ADDRESS_LOCAL_MAX + 3 + ADDRESS_DOMAIN_MAX + 1)

/* local is unquoted, case preserved; both are empty for <>.  domain is empty
 * too when there was no @ (allowed by ADDRESS_NO_DOMAIN only); a literal keeps
 * its brackets.  No control character and no NUL is ever in either. */
struct address {
	char	local[ADDRESS_LOCAL_MAX + 1];
	char	domain[ADDRESS_DOMAIN_MAX + 1];
};

enum address_status {
	ADDRESS_OK,
	ADDRESS_SYNTAX,	/* not in the grammar: 501 5.1.3 */
	ADDRESS_LONG,	/* a part or the path is over its limit */
	ADDRESS_UTF8	/* octets over 127 without ADDRESS_ALLOW_UTF8: 553 5.6.7;
			   or with it, but text_is_utf8() says no */
};

#define ADDRESS_NULL		1	/* "<>" may stand (reverse-path) */
#define ADDRESS_NO_DOMAIN	2	/* local-part alone may stand */
#define ADDRESS_ALLOW_UTF8	4	/* RFC 6531 */

/*
 * Reads the path at the start of an argument of MAIL or RCPT: blanks, "<", a
 * source route (dropped, 4.1.2), the mailbox, ">"; or, as people type it, the
 * mailbox without brackets, up to the next blank.  *rest is what follows, its
 * leading blanks skipped.
 */
enum address_status address_path(const char *text, int flags,
    struct address *, const char **rest);

/* Reads a whole string as one mailbox, no brackets. */
enum address_status address_mailbox(const char *text, int flags,
    struct address *);

/* Appends local@domain with the least quoting (RFC 5321 4.1.2); "" for <>. */
void address_add(struct text *, const struct address *);

/* True if either part has an octet over 127: the path needs SMTPUTF8. */
int address_is_utf8(const struct address *);

/* True if the text is a Domain of letters, digits, hyphens and dots (with
 * utf8: or octets over 127), or an address literal, of at most 255 octets. */
int address_is_domain(const char *text, int utf8);

#endif
