/*
 * options - see options.h.  Trusts nobody: callers paste strangers' words into
 * these arguments, so no flag names a file to read or write, and what begins
 * with "-" is a recipient only behind "--".
 */
#include <string.h>
#include <strings.h>

#include "options.h"

enum argument {
	ARG_NONE,	/* further letters in the word are flags: -ti */
	ARG_REST,	/* the rest of the word, which may be empty: -q30m */
	ARG_NEEDED	/* the rest of the word, or the next word */
};

struct flag {
	char		letter;
	enum argument	argument;
	int		(*set)(struct options *, const char *, struct verdict *);
};

static int
set_t(struct options *o, const char *value, struct verdict *v)
{
	(void)value, (void)v;
	o->from_header = 1;
	return 0;
}

static int
set_i(struct options *o, const char *value, struct verdict *v)
{
	(void)value, (void)v;
	o->keep_dots = 1;
	return 0;
}

static int
set_v(struct options *o, const char *value, struct verdict *v)
{
	(void)value, (void)v;
	o->verbose = 1;
	return 0;
}

static int
set_sender(struct options *o, const char *value, struct verdict *v)
{
	(void)v;
	o->sender = value;
	return 0;
}

static int
set_name(struct options *o, const char *value, struct verdict *v)
{
	(void)v;
	o->name = value;
	return 0;
}

static int
set_mode(struct options *o, const char *value, struct verdict *v)
{
	static const struct {
		const char	*letter;
		enum mode	 mode;
	} modes[] = {
		{ "m", MODE_MAIL }, { "a", MODE_MAIL }, { "p", MODE_QUEUE },
		{ "s", MODE_SMTP }, { "i", MODE_ALIASES }, { "v", MODE_VERIFY }
	};
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(modes[i].letter, value) == 0) {
			o->mode = modes[i].mode;
			return 0;
		}
	}
	return verdict_fail(v, EX_USAGE, "not a mode that inject has: -b",
	    value);
}

/* -q30m asks a daemon to stay; the nearest thing we have is qrun -w. */
static int
set_run(struct options *o, const char *value, struct verdict *v)
{
	(void)value, (void)v;
	o->mode = MODE_RUN;
	return 0;
}

static int
set_body(struct options *o, const char *value, struct verdict *v)
{
	if (strcasecmp(value, "7bit") == 0)
		o->body = "7BIT";
	else if (strcasecmp(value, "8bitmime") == 0)
		o->body = "8BITMIME";
	else
		return verdict_fail(v, EX_USAGE,
		    "-B is 7bit or 8bitmime, not", value);
	return 0;
}

static int
set_ret(struct options *o, const char *value, struct verdict *v)
{
	if (strcasecmp(value, "full") == 0)
		o->ret = "FULL";
	else if (strcasecmp(value, "hdrs") == 0)
		o->ret = "HDRS";
	else
		return verdict_fail(v, EX_USAGE, "-R is full or hdrs, not",
		    value);
	return 0;
}

/* RFC 3461 4.1: NEVER stands alone; the others may come in any order. */
static int
set_notify(struct options *o, const char *value, struct verdict *v)
{
	static const char *const words[8] = {
		NULL, "NOTIFY=SUCCESS", "NOTIFY=FAILURE",
		"NOTIFY=SUCCESS,FAILURE", "NOTIFY=DELAY",
		"NOTIFY=SUCCESS,DELAY", "NOTIFY=FAILURE,DELAY",
		"NOTIFY=SUCCESS,FAILURE,DELAY"
	};
	const char *p = value;
	unsigned int set = 0;
	size_t n;

	if (strcasecmp(value, "never") == 0) {
		o->notify = "NOTIFY=NEVER";
		return 0;
	}
	for (;;) {
		n = strcspn(p, ",");
		if (n == 7 && strncasecmp(p, "success", n) == 0)
			set |= 1;
		else if (n == 7 && strncasecmp(p, "failure", n) == 0)
			set |= 2;
		else if (n == 5 && strncasecmp(p, "delay", n) == 0)
			set |= 4;
		else
			return verdict_fail(v, EX_USAGE, "-N is never, or of "
			    "success,failure,delay, not", value);
		if (p[n] == '\0')
			break;
		p += n + 1;
	}
	o->notify = words[set];
	return 0;
}

static int
set_envid(struct options *o, const char *value, struct verdict *v)
{
	const char *p = value;

	/* RFC 3461 4.4: printable; 5.4: the xtext is at most 100 octets. */
	while (*p >= 0x20 && *p < 0x7f)
		p++;
	if (*p != '\0' || p == value || p - value > 100)
		return verdict_fail(v, EX_USAGE,
		    "-V is 1 to 100 printable characters, not", value);
	o->envid = value;
	return 0;
}

static int
set_conf(struct options *o, const char *value, struct verdict *v)
{
	(void)v;
	o->conf = value;
	return 0;
}

static int
set_config_file(struct options *o, const char *value, struct verdict *v)
{
	(void)value, (void)v;
	o->no_effect = "-C";
	return 0;
}

static int
set_traffic_file(struct options *o, const char *value, struct verdict *v)
{
	(void)value, (void)v;
	o->no_effect = "-X";
	return 0;
}

static int
set_option(struct options *o, const char *value, struct verdict *v)
{
	(void)v;
	if (strcmp(value, "i") == 0)
		o->keep_dots = 1;
	else if (value[0] == 'Q')
		o->no_effect = "-oQ";
	return 0;
}

static int
set_long_option(struct options *o, const char *value, struct verdict *v)
{
	(void)v;
	if (strncasecmp(value, "QueueDirectory", 14) == 0)
		o->no_effect = "-OQueueDirectory";
	return 0;
}

/* What has no set function is accepted because callers give it, and has no
 * meaning here. */
static const struct flag flags[] = {
	{ 't', ARG_NONE, set_t },
	{ 'i', ARG_NONE, set_i },
	{ 'f', ARG_NEEDED, set_sender },
	{ 'r', ARG_NEEDED, set_sender },
	{ 'F', ARG_NEEDED, set_name },
	{ 'b', ARG_NEEDED, set_mode },
	{ 'q', ARG_REST, set_run },
	{ 'B', ARG_NEEDED, set_body },
	{ 'N', ARG_NEEDED, set_notify },
	{ 'R', ARG_NEEDED, set_ret },
	{ 'V', ARG_NEEDED, set_envid },
	{ 'o', ARG_NEEDED, set_option },
	{ 'O', ARG_NEEDED, set_long_option },
	{ 'C', ARG_NEEDED, set_config_file },
	{ 'X', ARG_NEEDED, set_traffic_file },
	{ 'v', ARG_NONE, set_v },
	{ 'm', ARG_NONE, NULL }, { 'n', ARG_NONE, NULL },
	{ 'U', ARG_NONE, NULL }, { 'G', ARG_NONE, NULL },
	{ 'c', ARG_NONE, NULL }, { 'x', ARG_NONE, NULL },
	{ 'D', ARG_NONE, NULL }, { 'I', ARG_NONE, NULL },
	{ 'd', ARG_REST, NULL }, { 'e', ARG_NEEDED, NULL },
	{ 'A', ARG_NEEDED, NULL }, { 'L', ARG_NEEDED, NULL },
	{ 'h', ARG_NEEDED, NULL }, { 'p', ARG_NEEDED, NULL }
};

/* By its own name inject has -c DIR, as every program here; sendmail's -c is a
 * flag without argument. */
static const struct flag flag_conf = { 'c', ARG_NEEDED, set_conf };

static const struct flag *
find_flag(const struct options *o, char letter)
{
	size_t i;

	if (letter == 'c' && o->named_inject)
		return &flag_conf;
	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (flags[i].letter == letter)
			return &flags[i];
	return NULL;
}

/* -oQ, -qI, -qR and -qS may have their value in a word of its own. */
static int
wants_next(const struct flag *f, const char *rest)
{
	if (f->argument == ARG_NEEDED && rest[0] == '\0')
		return 1;
	if (f->letter == 'o')
		return strcmp(rest, "Q") == 0;
	return f->letter == 'q' && rest[0] != '\0' && rest[1] == '\0' &&
	    strchr("IRS", rest[0]) != NULL;
}

/* Reads one word of flags; *i moves on when it takes the next word too. */
static int
read_word(struct options *o, int argc, char **argv, int *i, struct verdict *v)
{
	const char *word = argv[*i], *p, *value;
	const struct flag *f;

	for (p = word + 1; *p != '\0'; p++) {
		f = find_flag(o, *p);
		if (f == NULL)
			return verdict_fail(v, EX_USAGE, "unknown option",
			    word);
		value = p + 1;
		if (f->argument != ARG_NONE && wants_next(f, value)) {
			if (++*i == argc)
				return verdict_fail(v, EX_USAGE,
				    "option needs an argument", word);
			if (*value == '\0')
				value = argv[*i];
		}
		if (f->set != NULL && f->set(o, value, v) == -1)
			return -1;
		if (f->argument != ARG_NONE)
			break;
	}
	return 0;
}

int
options_read(struct options *o, int argc, char **argv, struct verdict *v)
{
	int i;

	o->recipients = argv;
	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (argv[i][0] != '-')
			o->recipients[o->count++] = argv[i];
		else if (argv[i][1] == '\0')
			return verdict_fail(v, EX_USAGE, "unknown option", "-");
		else if (read_word(o, argc, argv, &i, v) == -1)
			return -1;
	}
	for (i++; i < argc; i++)
		o->recipients[o->count++] = argv[i];
	return 0;
}
