/*
 * conf - configuration: one setting per file in one directory.  The first line
 * is the value, or every line is an entry; in lists "#" lines and blank lines
 * are skipped.  Blanks at the end of a line do not count.
 *
 * The object keeps the first problem as "NAME: what is wrong"; later calls do
 * nothing.  Ask once, when all is read: conf->error[0] != '\0'.  A file that is
 * not there leaves the default alone; one that is there and cannot be read or
 * understood never does.
 */
#ifndef LIB_CONF_H
#define LIB_CONF_H

#include <stddef.h>

#define CONF_LINE_MAX	1024	/* octets of the longest line */

struct conf {
	int	dir;
	char	error[256];
};

/* Opens the directory; a missing one is an error. */
void conf_open(struct conf *, const char *path);

/* Reads a setting into to, which holds the default.  1 if the file is there. */
int conf_text(struct conf *, const char *name, char *to, size_t size);

/* The same for a number from min to max. */
int conf_number(struct conf *, const char *name, unsigned long long min,
    unsigned long long max, unsigned long long *number);

/* The setting "me", default gethostname(); checked to be a domain name. */
void conf_me(struct conf *, char *to, size_t size);

/*
 * Calls each(context, line) for every entry until it returns non-zero, which is
 * returned; 0 at the end or when the file is absent.  Constant memory.  The
 * callback may call conf_fail().
 */
int conf_each(struct conf *, const char *name,
    int (*each)(void *context, char *line), void *context);

/* Notes "name: why" if nothing was wrong before. */
void conf_fail(struct conf *, const char *name, const char *why);

#endif
