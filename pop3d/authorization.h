/*
 * authorization - the AUTHORIZATION state of RFC 1939 with one client, up to
 * the program that the checkpassword program becomes.
 */
#ifndef POP3D_AUTHORIZATION_H
#define POP3D_AUTHORIZATION_H

#include "../lib/auth.h"
#include "../lib/in.h"
#include "../lib/out.h"
#include "../lib/sasl.h"
#include "../lib/ucspitls.h"

struct authorization {
	/* set by the caller; all stay as long as this does */
	struct auth	*auth;
	struct ucspitls	*tls;		/* whether STLS can be offered */
	const char	*me, *ip;	/* for the greeting, and for the log */
	unsigned int	 timeout_s;
	int		 require_tls;	/* refuse passwords in clear */
	int		 is_tls;	/* the connection is safe as it is */

	int		 has_user, utf8, ended;
	unsigned int	 failures;
	struct sasl	 sasl;
	struct in	 in;
	struct out	 out;
};

/*
 * Greets and holds the session until the client has been served by the program
 * behind the checkpassword program, leaves, or is turned away.  Reads nothing
 * behind the command that logs in: that belongs to the next program.
 */
void authorization_run(struct authorization *);

#endif
