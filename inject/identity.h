/*
 * identity - who calls: the sender's local-part and full name.
 */
#ifndef INJECT_IDENTITY_H
#define INJECT_IDENTITY_H

#include <sys/types.h>

#define IDENTITY_NAME_MAX	128

/* Values of environment variables; NULL when not set or not to be trusted. */
struct identity_environment {
	const char	*mail_user;	/* $QMAILUSER, $MAILUSER */
	const char	*user;		/* $USER, $LOGNAME */
	const char	*name;		/* $QMAILNAME, $MAILNAME, $NAME */
};

struct identity {
	uid_t	uid;
	char	user[256];
	char	name[IDENTITY_NAME_MAX];	/* "" none */
};

/*
 * Decides.  The user is the real uid's, unless the environment names another:
 * mail_user is meant for this and is believed; user is what su and sudo leave
 * behind, and is believed when that account has our uid.  An uid without
 * account is "anonymous".  option is -F, NULL when not given.
 */
void identity_find(struct identity *, const struct identity_environment *,
    const char *option);

#endif
