/*
 * settings - what qsend reads from the configuration directory.
 */
#ifndef QSEND_SETTINGS_H
#define QSEND_SETTINGS_H

#include "../lib/address.h"
#include "../lib/conf.h"
#include "../lib/sasl.h"

struct settings {
	char		me[ADDRESS_DOMAIN_MAX + 1];
	char		helohost[ADDRESS_DOMAIN_MAX + 1];
	char		outgoingip[64];		/* "" any */
	unsigned int	timeoutconnect_s, timeoutremote_s;
	char		tlsclient[CONF_LINE_MAX];	/* "" none: STARTTLS */
	char		tlswrap[CONF_LINE_MAX];	/* "" none: port 465 */
	int		tls_required;
	char		user[SASL_PART_MAX + 1];	/* "" no AUTH */
	char		password[SASL_PART_MAX + 1];
};

/*
 * Reads the settings for a destination: HOST as it was given, without the
 * brackets.  Errors are in the conf.
 */
void settings_read(struct settings *, struct conf *, const char *destination);

#endif
