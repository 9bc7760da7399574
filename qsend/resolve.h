/*
 * resolve - the mail servers of a domain (RFC 5321 5.1, RFC 7505), asked of the
 * libc's resolver.  The only file with res_query and dn_expand, which POSIX does
 * not have.
 */
#ifndef QSEND_RESOLVE_H
#define QSEND_RESOLVE_H

#include <stddef.h>

#define RESOLVE_NAME_MAX	256	/* RFC 1035 2.3.4, and a NUL */
#define RESOLVE_HOSTS_MAX	10	/* the best ones are kept */
#define RESOLVE_ALIASES_MAX	8

struct resolve_host {
	unsigned int	preference;
	char		name[RESOLVE_NAME_MAX];	/* as a host name should be */
};

struct resolve_list {
	size_t		count;
	struct resolve_host hosts[RESOLVE_HOSTS_MAX];	/* best first */
};

enum resolve_status {
	RESOLVE_OK,		/* at least one host */
	RESOLVE_NO_MX,		/* the name exists and has no MX: implicit MX */
	RESOLVE_ALIAS,		/* of resolve_parse(): ask again for the alias */
	RESOLVE_NXDOMAIN,	/* no such name */
	RESOLVE_NULL_MX,	/* the domain takes no mail */
	RESOLVE_UNUSABLE,	/* MX records, none that names a host */
	RESOLVE_TEMPORARY	/* no answer, or none to be trusted */
};

/*
 * Asks.  Hosts of equal preference come in random order.  *list is valid with
 * RESOLVE_OK only.
 */
enum resolve_status resolve_mx(const char *domain, struct resolve_list *list);

/*
 * Reads the answer to an MX question about name.  With RESOLVE_ALIAS name, of
 * RESOLVE_NAME_MAX octets, is what the aliases in the answer led to.
 */
enum resolve_status resolve_parse(const unsigned char *packet, size_t length,
    char *name, struct resolve_list *list);

#endif
