/*
 * account - reads /etc/passwd, which root wrote.  A line that is no account is
 * passed over.
 */
#include "account.h"

#include <string.h>

#include "../lib/conf.h"
#include "../lib/text.h"

#define ID_MAX		4294967294U

enum { NAME, PASSWORD, UID, GID, GECOS, HOME, SHELL, FIELDS };

static int
is_his(void *context, char *line)
{
	struct account *a = context;
	unsigned long long uid, gid;
	char *fields[FIELDS];
	int n = 0;

	for (;;) {
		fields[n++] = line;
		line += strcspn(line, ":");
		if (*line == '\0' || n == FIELDS)
			break;
		*line++ = '\0';
	}
	if (n != FIELDS || text_number(fields[UID], ID_MAX, &uid) == -1 ||
	    text_number(fields[GID], ID_MAX, &gid) == -1 || uid != a->uid ||
	    strlen(fields[SHELL]) >= sizeof(a->shell))
		return 0;
	a->gid = (gid_t)gid;
	(void)strcpy(a->shell, fields[SHELL]);
	return 1;
}

int
account_find(uid_t uid, struct account *a)
{
	static const char file[] = "passwd";	/* no setting, but lines too */
	struct conf etc;
	int found;

	a->uid = uid;
	conf_open(&etc, "/etc");
	found = conf_each(&etc, file, is_his, a);
	return etc.error[0] != '\0' ? -1 : found;
}
