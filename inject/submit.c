/*
 * submit - see submit.h.  The order of things: recipients and header first, for
 * they stand before the body in the queue file; then the body, streamed; then
 * the filter; then the commit.  Trusts no part of the message.
 */
#include <errno.h>
#include <string.h>

#include "../lib/filter.h"
#include "../lib/log.h"
#include "../lib/mime7.h"
#include "../lib/policy.h"
#include "../lib/received.h"
#include "../lib/text.h"
#include "../lib/xtext.h"

#include "become.h"
#include "complete.h"
#include "fields.h"
#include "submit.h"

#define FILTER_S	60
#define RECEIVED_LINES	100	/* RFC 5321 6.3: "normally at least 100" */

enum { LIST_FULL = 1, LIST_SEVERAL };	/* what the functions below return */

int
submit_read_site(struct submission *s, const char *path, const char *databytes)
{
	struct site *site = &s->site;
	struct conf conf;

	site->databytes = 50000000;
	memcpy(site->spool, "/var/spool/pennypost",
	    sizeof("/var/spool/pennypost"));
	conf_open(&conf, path);
	conf_me(&conf, site->me, sizeof(site->me));
	memcpy(site->defaulthost, site->me, sizeof(site->me));
	(void)conf_text(&conf, "defaulthost", site->defaulthost,
	    sizeof(site->defaulthost));
	(void)conf_text(&conf, "spool", site->spool, sizeof(site->spool));
	(void)conf_text(&conf, "filter", site->filter, sizeof(site->filter));
	(void)conf_number(&conf, "databytes", 0, 1ULL << 50, &site->databytes);
	if (databytes != NULL &&
	    text_number(databytes, 1ULL << 50, &site->databytes) == -1)
		conf_fail(&conf, "DATABYTES", "not a number");
	if (!address_is_domain(site->defaulthost, 1))
		conf_fail(&conf, "defaulthost", "not a domain");
	if (conf.error[0] != '\0')
		return verdict_fail(&s->verdict, EX_CONFIG, conf.error, NULL);
	return 0;
}

static int
add_recipient(void *context, const struct fields_mailbox *m)
{
	struct submission *s = context;
	char path[ADDRESS_MAX];
	struct text text;

	text_init(&text, path, sizeof(path));
	address_add(&text, m->address);
	s->utf8 |= address_is_utf8(m->address);
	return recipients_add(&s->recipients, path) == -1 ? LIST_FULL : 0;
}

/* Adds every mailbox of a list; what it came from is in the verdict's words. */
static int
add_list(struct submission *s, const char *text, size_t length, int status,
    const char *what, const char *detail)
{
	int result = fields_mailboxes(text, length, s->site.defaulthost,
	    add_recipient, s);

	if (result == LIST_FULL)
		return verdict_fail(&s->verdict, EX_DATAERR,
		    "too many recipients", NULL);
	return result == -1 ?
	    verdict_fail(&s->verdict, status, what, detail) : 0;
}

int
submit_recipients(struct submission *s)
{
	char **p = s->options.recipients;
	size_t before;
	int i;

	for (i = 0; i < s->options.count; i++) {
		before = s->recipients.count;
		if (add_list(s, p[i], strlen(p[i]), EX_NOUSER,
		    "not an address", p[i]) == -1)
			return -1;
		if (p[i][strspn(p[i], " \t\n")] == '\0' &&
		    s->recipients.count == before)
			return verdict_fail(&s->verdict, EX_NOUSER,
			    "a recipient is empty", NULL);
	}
	if (s->recipients.count == 0 && !s->options.from_header)
		return verdict_fail(&s->verdict, EX_USAGE,
		    "no recipients: name some, or use -t", NULL);
	return 0;
}

static int
set_sender(void *context, const struct fields_mailbox *m)
{
	struct submission *s = context;
	struct text text;

	if (s->sender[0] != '\0')
		return LIST_SEVERAL;
	text_init(&text, s->sender, sizeof(s->sender));
	address_add(&text, m->address);
	s->utf8 |= address_is_utf8(m->address);
	return 0;
}

/* The reverse-path, and the address that From gets. */
static int
find_sender(struct submission *s)
{
	const char *sender = s->options.sender;
	int null = sender != NULL &&
	    (sender[0] == '\0' || strcmp(sender, "<>") == 0);

	if (sender == NULL || null)
		sender = s->identity.user;
	if (fields_mailboxes(sender, strlen(sender), s->site.defaulthost,
	    set_sender, s) != 0 || s->sender[0] == '\0')
		return verdict_fail(&s->verdict, EX_USAGE,
		    "the sender is not one address", sender);
	memcpy(s->address, s->sender, sizeof(s->address));
	if (null)
		s->sender[0] = '\0';
	return 0;
}

/* -t: To, Cc and Bcc, or those of the resending alone (RFC 5322 3.6.6). */
static int
find_in_header(struct submission *s)
{
	int resent = s->header.resent;
	struct field f;
	size_t at = 0;

	while (header_next(&s->header, &at, &f)) {
		if (f.id < FIELD_TO || f.id > FIELD_RESENT_BCC ||
		    header_is_resent(f.id) != resent)
			continue;
		if (add_list(s, f.value, f.length, EX_DATAERR,
		    "a field of recipients is no list of addresses",
		    header_name(f.id)) == -1)
			return -1;
	}
	if (s->recipients.count == 0)
		return verdict_fail(&s->verdict, EX_DATAERR,
		    "the header names no recipients", NULL);
	return 0;
}

static void
add_option(struct text *to, const char *name, const char *value)
{
	if (value == NULL)
		return;
	if (to->used > 0)
		text_add(to, " ");
	text_add(to, name);
	text_add(to, value);
}

static void
put_envelope(struct submission *s, struct spool_file *file)
{
	const struct options *o = &s->options;
	char options[512], envid[400];
	struct text text, xtext;
	size_t at;

	text_init(&text, options, sizeof(options));
	add_option(&text, "BODY=", o->body);
	add_option(&text, "SMTPUTF8", s->utf8 ? "" : NULL);
	add_option(&text, "RET=", o->ret);
	if (o->envid != NULL) {
		text_init(&xtext, envid, sizeof(envid));
		xtext_add(&xtext, o->envid);
		add_option(&text, "ENVID=", envid);
	}
	spool_sender(file, s->sender, options);
	for (at = 0; at < s->recipients.used;
	    at += strlen(s->recipients.text + at) + 1)
		spool_recipient(file, s->recipients.text + at,
		    o->notify != NULL ? o->notify : "");
}

static const char *
only_recipient(const struct submission *s)
{
	return s->recipients.count == 1 ? s->recipients.text : NULL;
}

/* Received and the completed header, with the empty line. */
static int
put_header(struct submission *s, struct spool_file *file)
{
	struct complete c = { &s->header, &s->identity, s->site.me,
	    s->site.defaulthost, s->address, s->file.id, s->now };
	char line[RECEIVED_MAX], by[ADDRESS_DOMAIN_MAX + 64];
	struct text text;

	text_init(&text, by, sizeof(by));
	text_add(&text, s->site.me);
	text_add(&text, " (inject, from uid ");
	text_add_number(&text, s->identity.uid, 1);
	text_add(&text, ")");
	text_init(&text, line, sizeof(line));
	received_add(&text, NULL, by, NULL, s->file.id,
	    s->utf8 ? NULL : only_recipient(s), s->now);
	spool_write(file, line, text.used);
	if (complete_header(&c, file, &s->verdict) == -1)
		return -1;
	spool_write(file, "\n", 1);
	return 0;
}

static int
put_encoded(void *to, const char *block, size_t length)
{
	struct spool_file *file = to;

	spool_write(file, block, length);
	errno = file->error;
	return errno == 0 ? 0 : -1;
}

/*
 * The body had lines that are too long, which is known only now that all of the
 * message is in *file, from start on: writes it once more, encoded, to
 * take the place of *file.  What is signed stays as it is: a server that takes
 * such lines is likelier than a reader who takes a broken signature.
 */
static int
encode(struct submission *s, struct spool_file **file, off_t start)
{
	const struct mime7_sink sink = { put_encoded, &s->again };
	enum mime7_verdict verdict;
	const char *why = NULL;
	int fd = spool_flush(*file);

	verdict = fd == -1 ? MIME7_ERROR :
	    mime7_check(fd, start, MIME7_LONG, &why);
	if (verdict != MIME7_ERROR && why != NULL)
		log_event("long-line", "id", s->file.id, "text", why);
	if (verdict == MIME7_PLAIN)
		return 0;
	if (verdict == MIME7_ERROR)
		return verdict_errno(&s->verdict, "cannot store the message",
		    errno);
	spool_begin(&s->again, &s->spool, s->site.me);
	if (*file == &s->file)
		put_envelope(s, &s->again);
	if (mime7_send(fd, start, MIME7_LONG, &sink) == -1 ||
	    spool_replace(&s->again, *file) == -1)
		return verdict_errno(&s->verdict, "cannot store the message",
		    errno);
	*file = &s->again;
	return 0;
}

/* Writes the message to *message, and to another when the body needs it. */
static int
put_message(struct submission *s, struct spool_file **message)
{
	struct spool_file *file = *message;
	unsigned long long limit = 0, begin = file->bytes + file->lines;
	off_t start = (off_t)file->bytes;
	struct text text;

	if (s->site.databytes != 0)
		limit = begin + s->site.databytes;
	if (put_header(s, file) == -1)
		return -1;
	if (copy_body(&s->copy, &s->header, &s->input, file, limit,
	    &s->verdict) == -1)
		return -1;
	text_init(&text, s->size, sizeof(s->size));
	text_add_number(&text, file->bytes + file->lines - begin, 1);
	return s->copy.long_lines ? encode(s, message, start) : 0;
}

/* 1: queue what is in file now; 0: drop it; -1. */
static int
filter(struct submission *s, struct spool_file *message)
{
	struct policy p = { 0 };

	if (become_one_group() == -1)
		return verdict_errno(&s->verdict, "cannot change group",
		    errno);
	p.command = s->site.filter;
	p.timeout_s = FILTER_S;
	p.path = s->site.path;
	p.tz = s->site.tz;
	p.mailconf = s->site.mailconf;
	p.sender = s->sender;
	p.recipient = only_recipient(s);
	p.size = s->size;
	p.id = s->file.id;
	switch (filter_run(&p, message, &s->file)) {
	case POLICY_ACCEPT:
		return 1;
	case POLICY_DROP:
		return 0;
	case POLICY_REFUSE:
		return verdict_fail(&s->verdict, EX_UNAVAILABLE,
		    "refused by the filter",
		    p.reason[0] == '\0' ? NULL : p.reason);
	default:
		return verdict_fail(&s->verdict, EX_TEMPFAIL,
		    "the filter cannot judge the message now",
		    p.reason[0] == '\0' ? NULL : p.reason);
	}
}

static int
queue(struct submission *s)
{
	struct spool_file *message = &s->file;
	int filtered = s->site.filter[0] != '\0', keep = 1;

	spool_begin(&s->file, &s->spool, s->site.me);
	put_envelope(s, &s->file);
	if (filtered) {
		message = &s->draft;
		spool_begin(message, &s->spool, s->site.me);
	}
	if (put_message(s, &message) == -1)
		return -1;
	if (filtered) {
		keep = filter(s, message);
		spool_abort(message);
		message = &s->file;
	}
	if (keep == 1 && spool_commit(message) == -1)
		return verdict_errno(&s->verdict, "cannot store the message",
		    errno);
	if (keep == 1)
		spool_trigger(&s->spool);
	if (keep == 0 || s->options.verbose)
		log_event(keep == 1 ? "queued" : "dropped", "id", message->id,
		    "from", s->sender, "to", only_recipient(s), "size",
		    s->size);
	return keep == -1 ? -1 : 0;
}

int
submit_message(struct submission *s, int fd)
{
	const char *twice;
	int result;

	s->now = time(NULL);
	input_init(&s->input, fd, s->options.keep_dots);
	if (find_sender(s) == -1 ||
	    header_read(&s->header, &s->input, &s->verdict) == -1)
		return -1;
	if (s->options.from_header && find_in_header(s) == -1)
		return -1;
	if (s->header.count[FIELD_RECEIVED] >= RECEIVED_LINES)
		return verdict_fail(&s->verdict, EX_DATAERR,
		    "too many Received lines: a loop", NULL);
	twice = header_duplicate(&s->header);
	if (twice != NULL)
		log_event("duplicate-field", "text", twice);
	if (spool_open(&s->spool, s->site.spool) == -1)
		return verdict_errno(&s->verdict, s->site.spool, errno);
	result = queue(s);
	spool_abort(&s->file);
	spool_abort(&s->draft);
	spool_abort(&s->again);
	return result;
}

int
submit_run(struct submission *s)
{
	if (spool_open(&s->spool, s->site.spool) == -1)
		return verdict_errno(&s->verdict, s->site.spool, errno);
	spool_trigger(&s->spool);
	return 0;
}
