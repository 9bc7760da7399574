/* settings - what qrun reads from the configuration directory. */
#include <string.h>

#include "../lib/text.h"
#include "qrun.h"

int
settings_read(struct conf *c, const char *path, struct settings *s)
{
	struct address a;
	char host[ADDRESS_DOMAIN_MAX + 3];
	unsigned int port;

	memset(s, 0, sizeof(*s));
	strcpy(s->spool, "/var/spool/pennypost");
	strcpy(s->mailroot, "/var/vmail");
	s->retry_s = 1800;
	s->lifetime_s = 432000;
	s->command_s = 600;
	s->local = 10;
	s->remote = 20;
	s->host = 5;
	conf_open(c, path);
	conf_me(c, s->me, sizeof(s->me));
	(void)conf_text(c, "spool", s->spool, sizeof(s->spool));
	(void)conf_text(c, "mailroot", s->mailroot, sizeof(s->mailroot));
	(void)conf_text(c, "qsenduser", s->qsenduser, sizeof(s->qsenduser));
	(void)conf_text(c, "postmaster", s->postmaster, sizeof(s->postmaster));
	(void)conf_number(c, "retry", 1, 604800, &s->retry_s);
	(void)conf_number(c, "queuelifetime", 1, 31536000, &s->lifetime_s);
	(void)conf_number(c, "timeoutcommand", 1, 86400, &s->command_s);
	(void)conf_number(c, "quota", 0, 1ULL << 62, &s->quota);
	(void)conf_number(c, "concurrencylocal", 1, 500, &s->local);
	(void)conf_number(c, "concurrencyremote", 1, 500, &s->remote);
	(void)conf_number(c, "concurrencyhost", 1, 500, &s->host);
	if (s->postmaster[0] != '\0' && address_mailbox(s->postmaster, 0, &a)
	    != ADDRESS_OK)
		conf_fail(c, "postmaster", "not an address with a domain");
	(void)route_find(c, "", host, sizeof(host), &port);
	return c->error[0] == '\0' ? 0 : -1;
}
