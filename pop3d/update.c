/*
 * update - what changes in the Maildir: the UPDATE state (RFC 1939 6), and the
 * clearing of tmp/.  Other programs may have changed it first.
 */
#include "maildrop.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../lib/text.h"

#ifndef NAME_MAX
#define NAME_MAX	255
#endif
#define STALE_S		(36L * 60 * 60)	/* maildir(5) */

/*
 * Removes what is marked and still has its mark, of which it takes the mark.
 * Returns how many were not where they should be; others that could not be
 * removed set *error.
 */
static size_t
remove_marked(struct maildrop *d, int *error)
{
	size_t i, missing = 0;

	for (i = 0; i < d->count; i++) {
		struct message *m = d->messages + i;

		if (!(m->flags & MESSAGE_DELETED))
			continue;
		if (unlinkat(m->flags & MESSAGE_NEW ? d->new : d->cur, m->name,
		    0) == 0)
			m->flags = 0;
		else if (errno == ENOENT)
			missing++;
		else
			*error = errno;
	}
	return missing;
}

/*
 * The name with the flag S among its others, which are in ASCII order.
 * Returns 0 when it has it already, or has information that is not ":2,".
 */
static int
add_seen(const char *name, char *to, size_t size)
{
	const char *flags = strchr(name, ':');
	const char *at = name + strlen(name);
	struct text t;

	if (flags != NULL) {
		if (strncmp(flags, ":2,", 3) != 0 || strchr(flags, 'S') != NULL)
			return 0;
		at = flags + 3;
	}
	while (*at != '\0' && *at < 'S')
		at++;
	text_init(&t, to, size);
	text_add_bytes(&t, name, (size_t)(at - name));
	text_add(&t, flags == NULL ? ":2,S" : "S");
	text_add(&t, at);
	return !t.full;
}

/* A failure leaves the message as it was: seen, but not marked so. */
static int
mark_seen(struct maildrop *d, const struct message *m)
{
	char name[NAME_MAX + 1];
	int in_new = m->flags & MESSAGE_NEW;

	if (!add_seen(m->name, name, sizeof(name)) ||
	    renameat(in_new ? d->new : d->cur, m->name, d->cur, name) == -1)
		return 0;
	return 1;
}

int
maildrop_update(struct maildrop *d)
{
	size_t i, missing, changed = 0;
	int error = 0;

	for (i = 0; i < d->count; i++)
		changed += (d->messages[i].flags & MESSAGE_DELETED) != 0;
	missing = changed == 0 ? 0 : remove_marked(d, &error);
	/* What is missing in its second place too was removed by another. */
	if (missing > 0 && maildrop_relocate(d) == 0)
		(void)remove_marked(d, &error);
	for (i = 0; i < d->count; i++)
		if ((d->messages[i].flags & (MESSAGE_RETRIEVED |
		    MESSAGE_DELETED)) == MESSAGE_RETRIEVED)
			changed += (size_t)mark_seen(d, d->messages + i);
	/* cur/ first: what moves must be there before it has left new/. */
	if (changed > 0 && (fsync(d->cur) == -1 || fsync(d->new) == -1))
		error = errno;
	errno = error;
	return error == 0 ? 0 : -1;
}

void
maildrop_clean(struct maildrop *d)
{
	int tmp = openat(d->dir, "tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = tmp == -1 ? NULL : fdopendir(tmp);
	time_t now = time(NULL);
	struct dirent *entry;
	struct stat st;

	if (entries == NULL) {
		if (tmp != -1)
			(void)close(tmp); /* was only opened */
		return;
	}
	while ((entry = readdir(entries)) != NULL)
		if (entry->d_name[0] != '.' && fstatat(tmp, entry->d_name, &st,
		    AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(st.st_mode) &&
		    now - st.st_atime > STALE_S && now - st.st_mtime > STALE_S)
			(void)unlinkat(tmp, entry->d_name, 0); /* next time */
	(void)closedir(entries); /* was only read */
}
