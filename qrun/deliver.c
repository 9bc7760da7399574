/*
 * deliver - carries out a mailbox's instructions for one message.
 *
 * Runs as the mailbox's owner, in a process of its own.  Takes the owner's file
 * for the owner's will; trusts neither the message nor its addresses.
 *
 * As in qmail, instructions that deliver come in the file's order, forwards
 * last; when one is deferred, all are tried again later, so that those above it
 * may deliver twice.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/clock.h"
#include "../lib/maildir.h"
#include "../lib/out.h"
#include "../lib/quota.h"
#include "../lib/text.h"
#include "command.h"
#include "deliver.h"
#include "delivery.h"
#include "dotqmail.h"
#include "mbox.h"

static void
sink_maildir(void *file, const char *octets, size_t n)
{
	maildir_write(file, octets, n);
}

/*
 * Delivers into a Maildir.  Below the mailbox no symbolic link is followed;
 * in an absolute path the owner's links count, but for the last name.
 */
static enum verdict
to_maildir(struct job *j, char *path)
{
	static struct maildir_file file;
	char *name = path, *end = path + strlen(path);
	int at = j->mailbox, dir, why;

	switch (quota_over(j->mailbox, ".", j->delivery->quota)) {
	case -1:
		return verdict(j, VERDICT_DEFER, "4.3.5", ".quota",
		    strerror(errno));
	case 1:
		return verdict(j, VERDICT_DEFER, "4.2.2", "mailbox is full",
		    NULL);
	}
	while (end > path + 1 && end[-1] == '/')
		*--end = '\0';
	if (*path == '/') {
		name = strrchr(path, '/');
		*name++ = '\0';
		at = open(*path == '\0' ? "/" : path,
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		name[-1] = '/';		/* the file is read again */
		if (at == -1)
			return verdict(j, VERDICT_DEFER, "4.2.0", path,
			    strerror(errno));
	} else if (strncmp(path, "./", 2) == 0) {
		name += 2;
	}
	dir = maildir_open(at, name);
	if (at != j->mailbox)
		(void)close(at);	/* nothing was written */
	if (dir == -1)
		return verdict(j, VERDICT_DEFER, "4.2.0", name,
		    strerror(errno));
	why = 0;
	if (maildir_create(&file, dir) == -1) {
		why = errno;
	} else if (delivery_copy(j, sink_maildir, &file) == -1) {
		why = errno;
		maildir_abort(&file);
	} else if (maildir_commit(&file, j->conf->me) == -1) {
		why = errno;
	}
	(void)close(dir);	/* the commit has synced it */
	return why != 0 ? verdict(j, VERDICT_DEFER, "4.2.0", name,
	    strerror(why)) : verdict(j, VERDICT_DONE, "2.0.0", file.name, NULL);
}

/* Sets the sender of forwards: LOCAL-owner@HOST for a list, RFC 5321 3.9.2. */
static void
set_newsender(struct job *j, const struct dotqmail *q)
{
	const struct delivery *d = j->delivery;
	const char *at = strrchr(d->recipient, '@');
	size_t local, tag = strlen(d->mailbox.extension);
	struct text t;

	text_init(&t, j->newsender, sizeof(j->newsender));
	text_add(&t, d->sender);
	if (!q->owned || d->sender[0] == '\0' || at == NULL)
		return;
	local = (size_t)(at - d->recipient);
	/* the tag that no file answers to does not belong to the list */
	if (strcmp(q->name, ".qmail") == 0 && local > tag && tag > 0 &&
	    d->recipient[local - tag - 1] == '+' &&
	    strncasecmp(at - tag, d->mailbox.extension, tag) == 0)
		local -= tag + 1;
	text_init(&t, j->newsender, sizeof(j->newsender));
	if (local > 0 && d->recipient[local - 1] == '"') {	/* "a b"@host */
		text_add_bytes(&t, d->recipient, local - 1);
		text_add(&t, "-owner\"");
	} else {
		text_add_bytes(&t, d->recipient, local);
		text_add(&t, "-owner");
	}
	text_add(&t, at);
	if (t.full) {
		text_init(&t, j->newsender, sizeof(j->newsender));
		text_add(&t, d->sender);
	}
}

/* Writes "F address", an address without a domain being one of ours. */
static int
forward(const struct job *j, struct out *result, const char *word)
{
	struct address a;
	char line[DELIVER_LINE_MAX];
	struct text t;

	text_init(&t, line, sizeof(line));
	text_add(&t, "F ");
	if (address_mailbox(word, ADDRESS_NO_DOMAIN | ADDRESS_ALLOW_UTF8, &a)
	    != ADDRESS_OK)
		return -1;
	if (a.domain[0] == '\0') {
		if (strlen(j->conf->me) >= sizeof(a.domain))
			return -1;
		(void)memcpy(a.domain, j->conf->me, strlen(j->conf->me) + 1);
	}
	address_add(&t, &a);
	text_add(&t, "\n");
	if (t.full)
		return -1;
	if (result != NULL)
		out_text(result, line);
	return 0;
}

/* Does what stands in the file but the forwards, which it counts and checks. */
static enum verdict
instructions(struct job *j, struct dotqmail *q, size_t *forwards)
{
	enum dotqmail_line kind;
	enum verdict v = VERDICT_DONE;
	char *word;

	(void)verdict(j, VERDICT_DONE, "2.0.0", "done", NULL);
	while (v == VERDICT_DONE && (kind = dotqmail_next(q, &word)) !=
	    LINE_END) {
		switch (kind) {
		case LINE_BLANK:
			/* as in qmail: somebody is still editing */
			if (word == q->text)
				v = verdict(j, VERDICT_DEFER, "4.2.1",
				    "first line of .qmail is blank", NULL);
			break;
		case LINE_MAILDIR:
			v = to_maildir(j, word);
			break;
		case LINE_MBOX:
			v = mbox_deliver(j, word);
			break;
		case LINE_COMMAND:
			v = command_run(j, word);
			break;
		case LINE_FORWARD:
			++*forwards;
			if (forward(j, NULL, word) == -1)
				v = verdict(j, VERDICT_DEFER, "4.2.1",
				    "not an address in .qmail", word);
			break;
		case LINE_COMMENT:
		case LINE_END:
			break;
		}
	}
	return v;
}

/* Writes the S line and the F lines of what has been read. */
static void
forwards_report(struct job *j, struct dotqmail *q, struct out *result)
{
	char *word;
	enum dotqmail_line kind;

	if (strcmp(j->newsender, j->delivery->sender) != 0) {
		out_text(result, "S ");
		out_text(result, j->newsender);
		out_text(result, "\n");
	}
	q->length = q->next;	/* what is below a 99 does not count */
	q->next = 0;
	while ((kind = dotqmail_next(q, &word)) != LINE_END)
		if (kind == LINE_FORWARD)
			(void)forward(j, result, word);	/* checked before */
}

/* What stands in the way of this mailbox, or NULL. */
static const char *
obstacle(const struct job *j)
{
	struct stat st;

	if (fstat(j->mailbox, &st) == -1)
		return "mailbox cannot be examined";
	if (!S_ISDIR(st.st_mode))
		return "mailbox is not a directory";
	if (st.st_uid != geteuid())
		return "mailbox belongs to somebody else";
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return "mailbox directory is writable by others than its owner";
	return NULL;
}

/* Can what is delivered here leave again? */
static int
sends_on(struct dotqmail *q)
{
	enum dotqmail_line kind;
	int found = 0;
	char *word;

	while ((kind = dotqmail_next(q, &word)) != LINE_END)
		found |= kind == LINE_FORWARD || kind == LINE_COMMAND;
	q->next = 0;
	return found;
}

static enum verdict
attempt(struct job *j, struct dotqmail *q, struct out *result)
{
	char maildir[] = "./Maildir/";
	const char *why = obstacle(j);
	size_t forwards = 0;
	enum verdict v;
	int loops;

	if (why == NULL)
		why = dotqmail_read(q, j->mailbox, &j->delivery->mailbox);
	if (why != NULL)
		return verdict(j, VERDICT_DEFER, "4.3.5", why, NULL);
	loops = sends_on(q) ? delivery_loops(j) : 0;
	if (loops == -1)
		return verdict(j, VERDICT_DEFER, "4.3.0", "message",
		    strerror(errno));
	if (loops)
		return verdict(j, VERDICT_FAIL, "5.4.6",
		    "mail loop: it was delivered here before", NULL);
	if (q->length == 0)
		return to_maildir(j, maildir);
	set_newsender(j, q);
	v = instructions(j, q, &forwards);
	if (forwards > 0 && (v == VERDICT_DONE || v == VERDICT_STOP))
		forwards_report(j, q, result);
	return v;
}

/* Writes the last line, and all before it.  0, or -1: nobody knows, and only the
 * end of the process tells that it is deferred. */
static int
conclude(struct out *result, char letter, const char *text)
{
	const char start[] = { letter, ' ' };

	out_bytes(result, start, sizeof(start));
	out_text(result, text);
	out_text(result, "\n");
	return out_flush(result);
}

void
deliver_result(int result_fd, char letter, const char *text)
{
	static struct out result;

	out_file(&result, result_fd);
	(void)conclude(&result, letter, text);	/* its caller ends */
}

int
deliver(const struct deliver_conf *conf, const struct delivery *d,
    int mailbox, int message_fd, int result_fd)
{
	static struct dotqmail q;
	static struct job j;
	static struct out result;
	enum verdict v;

	j.conf = conf;
	j.delivery = d;
	j.mailbox = mailbox;
	j.message = message_fd;
	j.deadline_ms = clock_ms() + 1000LL * conf->command_s;
	j.ran = 0;
	out_file(&result, result_fd);
	v = attempt(&j, &q, &result);
	if (j.ran)
		out_text(&result, "E\n");
	if (conclude(&result, v == VERDICT_DEFER ? 'Z' : v == VERDICT_FAIL ?
	    'D' : 'K', j.text) == -1)
		return 0;
	return !j.ran;
}
