/*
 * options - see options.h.  Trusts nobody: callers paste strangers' words into
 * these arguments, so no flag names a file to read or write, and what begins
 * with "-" is a recipient only behind "--".
 */
#include <string.h>
#include <strings.h>

#include "options.h"

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

/* RFC 3461 4.4: printable; 5.4: at most 100 octets when it is xtext. */
static int
set_envid(struct options *o, const char *value, struct verdict *v)
{
	const char *p;
	size_t length = 0;

	for (p = value; *p >= ' ' && *p < 127; p++)
		length += strchr(" +=", *p) != NULL ? 3 : 1;
	if (*p != '\0' || length == 0 || length > 100)
		return verdict_fail(v, EX_USAGE,
		    "-V is 1 to 100 printable characters, not", value);
	o->envid = value;
	return 0;
}

/* Gives a flag its meaning.  Those that are not named here are accepted because
 * callers give them, and have none. */
static int
set(struct options *o, char letter, const char *value, struct verdict *v)
{
	switch (letter) {
	case 'b':
		return set_mode(o, value, v);
	case 'B':
		return set_body(o, value, v);
	case 'N':
		return set_notify(o, value, v);
	case 'R':
		return set_ret(o, value, v);
	case 'V':
		return set_envid(o, value, v);
	case 't':
		o->from_header = 1;
		break;
	case 'i':
		o->keep_dots = 1;
		break;
	case 'v':
		o->verbose = 1;
		break;
	case 'f':
	case 'r':
		o->sender = value;
		break;
	case 'F':
		o->name = value;
		break;
	case 'q':	/* -q30m asks a daemon to stay: here that is qrun -w */
		o->mode = MODE_RUN;
		break;
	case 'c':
		if (o->named_inject)
			o->conf = value;
		break;
	case 'C':
		o->no_effect = "-C";
		break;
	case 'X':
		o->no_effect = "-X";
		break;
	case 'o':
		o->keep_dots |= strcmp(value, "i") == 0;
		if (value[0] == 'Q')
			o->no_effect = "-oQ";
		break;
	case 'O':
		if (strncasecmp(value, "QueueDirectory", 14) == 0)
			o->no_effect = "-OQueueDirectory";
		break;
	}
	return 0;
}

enum argument {
	ARG_UNKNOWN,	/* no such flag */
	ARG_NONE,	/* further letters in the word are flags: -ti */
	ARG_REST,	/* the rest of the word, which may be empty: -q30m */
	ARG_NEEDED	/* the rest of the word, or the next word */
};

/* By its own name inject has -c DIR, as every program here; sendmail's -c is a
 * flag without argument. */
static enum argument
argument_of(const struct options *o, char letter)
{
	if (strchr("tivmnUGxDI", letter) != NULL)
		return ARG_NONE;
	if (strchr("qd", letter) != NULL)
		return ARG_REST;
	if (letter == 'c')
		return o->named_inject ? ARG_NEEDED : ARG_NONE;
	return strchr("frFbBNRVoOCXeALhp", letter) != NULL ? ARG_NEEDED :
	    ARG_UNKNOWN;
}

/* -oQ, -qI, -qR and -qS may have their value in a word of its own. */
static int
wants_next(enum argument argument, char letter, const char *rest)
{
	if (argument == ARG_NEEDED && rest[0] == '\0')
		return 1;
	if (letter == 'o')
		return strcmp(rest, "Q") == 0;
	return letter == 'q' && rest[0] != '\0' && rest[1] == '\0' &&
	    strchr("IRS", rest[0]) != NULL;
}

/* Reads one word of flags; *i moves on when it takes the next word too. */
static int
read_word(struct options *o, int argc, char **argv, int *i, struct verdict *v)
{
	const char *word = argv[*i], *p, *value;
	enum argument argument;

	for (p = word + 1; *p != '\0'; p++) {
		argument = argument_of(o, *p);
		if (argument == ARG_UNKNOWN)
			return verdict_fail(v, EX_USAGE, "unknown option",
			    word);
		value = argument == ARG_NONE ? "" : p + 1;
		if (wants_next(argument, *p, value)) {
			if (++*i == argc)
				return verdict_fail(v, EX_USAGE,
				    "option needs an argument", word);
			if (*value == '\0')
				value = argv[*i];
		}
		if (set(o, *p, value, v) == -1)
			return -1;
		if (argument != ARG_NONE)
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
