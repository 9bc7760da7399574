/*
 * settings - what qsend reads from the configuration directory.
 */
#include "settings.h"

#include <sys/stat.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>

struct lookup {
	struct settings	*settings;
	struct conf	*conf;
	const char	*destination;
	int		 exposed;	/* others may read smtpauth */
};

/* An entry of tlsrequired: the domain itself, or ".domain" for subdomains. */
static int
match_required(void *context, char *line)
{
	struct lookup *l = context;
	size_t have = strlen(l->destination), want = strlen(line);

	if (strcasecmp(line, l->destination) == 0 || (line[0] == '.' &&
	    have > want && strcasecmp(l->destination + have - want, line) == 0))
		l->settings->tls_required = 1;
	return l->settings->tls_required;
}

/* An entry of smtpauth: "relay user password"; a password may hold blanks. */
static int
match_auth(void *context, char *line)
{
	struct lookup *l = context;
	char *user = line + strcspn(line, " \t");
	char *password;

	if (l->exposed) {
		conf_fail(l->conf, "smtpauth", "others may read the passwords");
		return 1;
	}
	if (*user != '\0')
		*user++ = '\0';
	user += strspn(user, " \t");
	password = user + strcspn(user, " \t");
	if (*password != '\0')
		*password++ = '\0';
	password += strspn(password, " \t");
	if (*password == '\0' || strlen(user) > SASL_PART_MAX ||
	    strlen(password) > SASL_PART_MAX) {
		conf_fail(l->conf, "smtpauth", "not: relay user password");
		return 1;
	}
	if (strcasecmp(line, l->destination) != 0)
		return 0;
	memcpy(l->settings->user, user, strlen(user) + 1);
	memcpy(l->settings->password, password, strlen(password) + 1);
	return 1;
}

static void
read_auth(struct conf *conf, struct lookup *l)
{
	struct stat st;

	if (conf->error[0] != '\0' ||
	    fstatat(conf->dir, "smtpauth", &st, 0) == -1)
		return;	/* not there; if it appears now, conf_each reads it */
	l->exposed = (st.st_mode & S_IROTH) != 0;
	(void)conf_each(conf, "smtpauth", match_auth, l);
}

static void
check(struct conf *conf, const struct settings *s)
{
	unsigned char address[16];

	if (!address_is_domain(s->helohost, 0))
		conf_fail(conf, "helohost", "not a domain or address literal");
	if (s->outgoingip[0] != '\0' &&
	    inet_pton(AF_INET, s->outgoingip, address) != 1 &&
	    inet_pton(AF_INET6, s->outgoingip, address) != 1)
		conf_fail(conf, "outgoingip", "not an address");
}

void
settings_read(struct settings *s, struct conf *conf, const char *destination)
{
	unsigned long long connect_s = 60, remote_s = 600;
	struct lookup l = { s, conf, destination, 0 };

	memset(s, 0, sizeof(*s));
	conf_me(conf, s->me, sizeof(s->me));
	memcpy(s->helohost, s->me, sizeof(s->me));
	(void)conf_text(conf, "helohost", s->helohost, sizeof(s->helohost));
	(void)conf_text(conf, "outgoingip", s->outgoingip,
	    sizeof(s->outgoingip));
	(void)conf_number(conf, "timeoutconnect", 1, 86400, &connect_s);
	(void)conf_number(conf, "timeoutremote", 1, 86400, &remote_s);
	s->timeoutconnect_s = (unsigned int)connect_s;
	s->timeoutremote_s = (unsigned int)remote_s;
	(void)conf_text(conf, "tlsclient", s->tlsclient, sizeof(s->tlsclient));
	(void)conf_text(conf, "tlswrap", s->tlswrap, sizeof(s->tlswrap));
	(void)conf_each(conf, "tlsrequired", match_required, &l);
	read_auth(conf, &l);
	check(conf, s);
}
