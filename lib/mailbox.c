/*
 * mailbox - finds the mailbox of an address.  The address is a peer's: only a
 * plain name ever reaches the file system.
 */
#include "mailbox.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "text.h"

/* Copies a name in lower case; 0 if it cannot be a plain file name. */
static int
plain_name(char *to, const char *from)
{
	if (from[0] == '.' || from[0] == '\0')
		return 0;
	for (; *from != '\0'; from++) {
		unsigned char c = (unsigned char)*from;

		if (c < ' ' || c == 127 || c == '/')
			return 0;
		*to++ = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}
	*to = '\0';
	return 1;
}

/* Looks for domain/entry; fills m->path when something has that name. */
static enum mailbox_status
look(int root, const char *domain, const char *entry, struct mailbox *m)
{
	struct stat st;
	struct text t;

	text_init(&t, m->path, sizeof(m->path));
	text_add(&t, domain);
	text_add(&t, "/");
	text_add(&t, entry);
	if (fstatat(root, m->path, &st, 0) == 0) {
		if (S_ISDIR(st.st_mode))
			return MAILBOX_FOUND;
		errno = ENOTDIR;
		return MAILBOX_TEMPORARY;
	}
	if (errno != ENOENT && errno != EACCES)
		return MAILBOX_TEMPORARY;
	if (fstatat(root, m->path, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT ? MAILBOX_UNKNOWN : MAILBOX_TEMPORARY;
	/* A link: into a home that we may not enter, or to nowhere. */
	if (S_ISLNK(st.st_mode) && faccessat(root, m->path, F_OK, 0) == -1 &&
	    errno == EACCES)
		return MAILBOX_FOUND;
	return MAILBOX_TEMPORARY;
}

static enum mailbox_status
find(int root, const char *domain, const char *local, int flags,
    struct mailbox *m)
{
	enum mailbox_status status = look(root, domain, local, m);
	const char *plus = strchr(local, '+');

	if (status != MAILBOX_UNKNOWN || (flags & MAILBOX_EXACT))
		return status;
	if (plus != NULL && plus != local) {
		char base[ADDRESS_LOCAL_MAX + 1];

		memcpy(base, local, (size_t)(plus - local));
		base[plus - local] = '\0';
		status = look(root, domain, base, m);
		(void)strcpy(m->extension, plus + 1);
	}
	if (status == MAILBOX_UNKNOWN) {
		status = look(root, domain, "@", m);
		(void)strcpy(m->extension, local);
	}
	return status;
}

enum mailbox_status
mailbox_find(int root, const char *me, const struct address *a, int flags,
    struct mailbox *m)
{
	char domain[ADDRESS_DOMAIN_MAX + 1], local[ADDRESS_LOCAL_MAX + 1];
	const char *at = a->domain[0] == '\0' ? me : a->domain;
	enum mailbox_status status = MAILBOX_NOT_LOCAL;
	struct stat st;
	int is_postmaster;

	m->extension[0] = '\0';
	if (!plain_name(domain, at))
		return MAILBOX_NOT_LOCAL;
	if (fstatat(root, domain, &st, 0) == -1) {
		if (errno != ENOENT || fstatat(root, domain, &st,
		    AT_SYMLINK_NOFOLLOW) == 0)
			return MAILBOX_TEMPORARY;
	} else if (S_ISDIR(st.st_mode)) {
		/* "@" is the catch-all's entry, not a local part */
		status = plain_name(local, a->local) &&
		    strcmp(local, "@") != 0 ?
		    find(root, domain, local, flags, m) : MAILBOX_UNKNOWN;
	}
	is_postmaster = plain_name(local, a->local) &&
	    strcmp(local, "postmaster") == 0;
	if (is_postmaster && !(flags & MAILBOX_EXACT) &&
	    (status == MAILBOX_UNKNOWN ||
	    (status == MAILBOX_NOT_LOCAL && strcasecmp(at, me) == 0)))
		return MAILBOX_POSTMASTER;
	return status;
}
