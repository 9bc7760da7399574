/*
 * identity - see identity.h.  Nothing here is proof: the Received line states
 * the uid, which is.
 */
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "../lib/address.h"
#include "../lib/text.h"

#include "identity.h"

/* The full name of passwd(5): up to the first comma, "&" is the capitalised
 * login name. */
static void
add_gecos(struct text *to, const struct passwd *account)
{
	const char *p;
	char first;

	for (p = account->pw_gecos; *p != '\0' && *p != ','; p++) {
		if (*p != '&') {
			text_add_bytes(to, p, 1);
			continue;
		}
		first = account->pw_name[0];
		if (first >= 'a' && first <= 'z')
			first = (char)(first - 'a' + 'A');
		text_add_bytes(to, &first, 1);
		if (first != '\0')
			text_add(to, account->pw_name + 1);
	}
}

static int
copy_user(struct identity *id, const char *user)
{
	struct address a;
	struct text text;

	if (user == NULL || user[0] == '\0' ||
	    strlen(user) >= sizeof(a.local))
		return 0;
	a.domain[0] = '\0';
	memcpy(a.local, user, strlen(user) + 1);
	text_init(&text, id->user, sizeof(id->user));
	address_add(&text, &a);
	return address_mailbox(id->user, ADDRESS_NO_DOMAIN | ADDRESS_ALLOW_UTF8,
	    &a) == ADDRESS_OK && a.domain[0] == '\0';
}

void
identity_find(struct identity *id, const struct identity_environment *env,
    const char *option)
{
	const struct passwd *account = NULL;
	const char *name = option != NULL ? option : env->name;
	struct text text;
	char *p;

	id->uid = getuid();
	if (env->user != NULL)
		account = getpwnam(env->user);
	if (account == NULL || account->pw_uid != id->uid)
		account = getpwuid(id->uid);
	text_init(&text, id->name, sizeof(id->name));
	if (name != NULL)
		text_add(&text, name);
	else if (account != NULL)
		add_gecos(&text, account);
	for (p = id->name; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			*p = ' ';
	if (!copy_user(id, env->mail_user) &&
	    !copy_user(id, account != NULL ? account->pw_name : NULL))
		(void)copy_user(id, "anonymous");
}
