/*
 * fields - the address grammar of RFC 5322 3.4, obsolete forms (4.4) included.
 */
#ifndef INJECT_FIELDS_H
#define INJECT_FIELDS_H

#include <stddef.h>

struct address;

struct fields_mailbox {
	const struct address *address;	/* complete, valid by RFC 5321 too */
	const char	*begin;		/* of it, blanks before included */
	const char	*bare;		/* where "@host" is missing, or NULL */
};

/*
 * Calls each(context, mailbox) for every mailbox of an address-list, those in
 * groups included, in order.  A bare local-part is given with the domain host.
 * 0; -1 as soon as the text is no address-list; or what each returned, if that
 * is not 0.  A ";" outside a group separates like a comma: people type it.
 */
int fields_mailboxes(const char *text, size_t length, const char *host,
    int (*each)(void *context, const struct fields_mailbox *), void *context);

#endif
