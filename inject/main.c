/*
 * inject - takes a message on standard input and puts it in the spool; the
 * sendmail, mailq and newaliases commands.
 *
 * Anybody on this host may call it, with any arguments, environment and input.
 * Installed setgid it has one right more than its caller: to add a file to the
 * spool.  Then neither -c nor the environment choose anything but the time
 * zone.
 *
 * exit status: sysexits(3); 0 only when the message is on disk.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/log.h"
#include "../lib/out.h"
#include "../lib/startup.h"
#include "../lib/text.h"

#include "become.h"
#include "submit.h"

extern char **environ;

/* Says why and leaves. */
static void
leave(const struct verdict *v)
{
	char line[VERDICT_TEXT_MAX + 16];
	struct text text;

	text_init(&text, line, sizeof(line));
	text_add(&text, "inject: ");
	text_add(&text, v->why);
	text_add(&text, "\n");
	/* The status says it too, should nobody read this. */
	if (write(2, line, text.used) == -1)
		exit(v->status);
	exit(v->status);
}

static void
usage(const struct verdict *v)
{
	out_complaint("inject", v->why, NULL);
	out_complaint("usage", "inject [-itv] [-B 7bit|8bitmime] [-c dir] "
	    "[-F name] [-f sender]\n\t[-N dsn] [-R full|hdrs] [-V envid] "
	    "[--] [recipient ...]\n       sendmail -bp|bs|bi|bv|q", NULL);
	exit(v->status);
}

static void
say(const char *text)
{
	static struct out out;

	out_file(&out, 1);
	out_text(&out, text);
	if (out_flush(&out) == -1)
		exit(EX_IOERR);
}

/*
 * Keeps of the environment what cannot turn our rights against us, and leaves
 * the caller's directory: a program that we start, the filter, has our group and
 * no more looks twice at what it is given.  A time zone may name no file.
 */
static void
confine(void)
{
	static char zone[256], *kept[2];
	const char *tz = getenv("TZ");
	struct text text;

	text_init(&text, zone, sizeof(zone));
	text_add(&text, "TZ=");
	text_add(&text, tz != NULL ? tz : "");
	if (tz != NULL && !text.full && tz[0] != '/' && tz[0] != ':' &&
	    strchr(tz, '.') == NULL)
		kept[0] = zone;
	environ = kept;
	if (chdir("/") == -1)
		exit(EX_OSERR);
}

static const char *
first_of(const char *one, const char *two, const char *three)
{
	const char *value = getenv(one);

	if (value == NULL)
		value = getenv(two);
	return value != NULL || three == NULL ? value : getenv(three);
}

static void
read_identity(struct submission *s)
{
	struct identity_environment env;

	env.mail_user = first_of("QMAILUSER", "MAILUSER", NULL);
	env.user = first_of("USER", "LOGNAME", NULL);
	env.name = first_of("QMAILNAME", "MAILNAME", "NAME");
	identity_find(&s->identity, &env, s->options.name);
}

/* The command's other names are options. */
static void
read_options(struct submission *s, int argc, char **argv)
{
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
	const char *name = slash != NULL ? slash + 1 : argc > 0 ? argv[0] : "";

	s->options.named_inject = strcmp(name, "inject") == 0;
	if (strcmp(name, "mailq") == 0)
		s->options.mode = MODE_QUEUE;
	else if (strcmp(name, "newaliases") == 0)
		s->options.mode = MODE_ALIASES;
	if (options_read(&s->options, argc, argv, &s->verdict) == -1)
		usage(&s->verdict);
	if (s->options.no_effect != NULL)
		log_event("no-effect", "text", s->options.no_effect);
}

/* -bv: what there is to be known without looking into the mailboxes. */
static int
verify(struct submission *s)
{
	size_t at;

	if (submit_recipients(s) == -1)
		return -1;
	for (at = 0; at < s->recipients.used;
	    at += strlen(s->recipients.text + at) + 1) {
		say(s->recipients.text + at);
		say(" is an address; delivery will find out the rest\n");
	}
	return 0;
}

static int
run(struct submission *s, const char *path, const char *databytes)
{
	const char *conf = startup_conf_path(s->options.conf,
	    s->site.mailconf);

	if (s->options.mode == MODE_ALIASES) {
		say("newaliases: nothing to do, aliases are not compiled\n");
		return 0;
	}
	if (s->options.mode == MODE_QUEUE)
		return become_mailq(path, s->options.conf, &s->verdict);
	if (submit_read_site(s, conf, databytes) == -1)
		return -1;
	if (s->options.mode == MODE_SMTP)
		return become_smtpd(path, s->options.conf, s->site.spool,
		    &s->verdict);
	if (s->options.mode == MODE_RUN)
		return submit_run(s);
	if (s->options.mode == MODE_VERIFY)
		return verify(s);
	read_identity(s);
	return submit_recipients(s) == -1 ? -1 : submit_message(s, 0);
}

int
main(int argc, char **argv)
{
	static struct submission submission;
	struct submission *s = &submission;
	const char *path = NULL;

	startup(NULL, 0);
	log_open("inject");
	if (getuid() == geteuid() && getgid() == getegid()) {
		path = getenv("PATH");
		if (path == NULL)
			path = "/usr/bin:/bin";
	} else {
		confine();
	}
	s->site.path = path != NULL ? path :
	    PREFIX "/bin:" PREFIX "/sbin:/usr/bin:/bin";
	s->site.tz = getenv("TZ");
	s->site.mailconf = getenv("MAILCONF");
	read_options(s, argc, argv);
	if (run(s, path, getenv("DATABYTES")) == -1)
		leave(&s->verdict);
	return EX_OK;
}
