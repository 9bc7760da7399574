/*
 * command - runs a command of the mailbox's owner for one message.
 *
 * The shell reads the owner's file and nothing else; what strangers chose, the
 * addresses, is in the environment, and not even there when a shell of old
 * could take it for code.  The message is a private copy: no descriptor of the
 * spool, ours or the queue manager's, is in the command's hands.
 */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/child.h"
#include "../lib/clock.h"
#include "../lib/log.h"
#include "../lib/out.h"
#include "../lib/text.h"
#include "../lib/unique.h"

#define OUTPUT_MAX	1000	/* octets of the output that are noted */
#define POLL_MS		50
#define ENVIRONMENT_MAX	24
#define PATH_DEFAULT	PREFIX "/bin:" PREFIX "/sbin:/usr/local/bin:" \
			"/usr/bin:/bin:/usr/sbin:/sbin"

struct environment {
	struct text text;
	size_t	 count;
	int	 hostile;	/* a value that must not be passed on */
	char	*list[ENVIRONMENT_MAX + 1];
	char	 octets[16384];
};

/* Adds NAME=value, value being n octets that may come from strangers. */
static void
set(struct environment *e, const char *name, const char *value, size_t n)
{
	size_t i;

	if (e->count == ENVIRONMENT_MAX) {
		e->text.full = 1;
		return;
	}
	if (n >= 2 && value[0] == '(' && value[1] == ')')
		e->hostile = 1;		/* Shellshock, CVE-2014-6271 */
	for (i = 0; i < n; i++)
		if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f)
			e->hostile = 1;
	e->list[e->count++] = e->text.data + e->text.used;
	text_add(&e->text, name);
	text_add(&e->text, "=");
	text_add_bytes(&e->text, value, n);
	text_add_bytes(&e->text, "", 1);
}

static void
set_text(struct environment *e, const char *name, const char *value)
{
	set(e, name, value, strlen(value));
}

/* The same, with a line end: what a filter puts in front of the message. */
static void
set_line(struct environment *e, const char *name, const char *start,
    const char *value, const char *end)
{
	char line[ADDRESS_MAX + 80];
	struct text t;

	text_init(&t, line, sizeof(line));
	text_add(&t, start);
	text_add(&t, value);
	text_add(&t, end);
	e->text.full |= t.full;
	set(e, name, line, t.used);
	if (e->text.used > 0 && !e->text.full) {
		e->text.data[e->text.used - 1] = '\n';
		text_add_bytes(&e->text, "", 1);
	}
}

/* HOST2 is HOST before its last dot, and so on; EXT2 is EXT behind its first
 * hyphen, and so on. */
static void
set_parts(struct environment *e, const char *host, const char *ext)
{
	static const char *const hosts[] = { "HOST", "HOST2", "HOST3",
	    "HOST4" };
	static const char *const exts[] = { "EXT", "EXT2", "EXT3", "EXT4" };
	size_t i, n = strlen(host);

	for (i = 0; i < 4; i++) {
		set(e, hosts[i], host, n);
		while (n > 0 && host[--n] != '.')
			continue;
		set_text(e, exts[i], ext);
		ext += strcspn(ext, "-");
		ext += *ext == '-';
	}
}

/* The whole environment: 0, or -1 when it does not fit. */
static int
set_all(struct environment *e, const struct job *j, const char *home)
{
	const struct delivery *d = j->delivery;
	const char *at = strrchr(d->recipient, '@');
	const char *user = strrchr(home, '/');
	size_t local = at ? (size_t)(at - d->recipient) : strlen(d->recipient);
	char from[ADDRESS_MAX + 40];
	struct text t;

	text_init(&e->text, e->octets, sizeof(e->octets));
	e->count = 0;
	e->hostile = 0;
	set_text(e, "PATH", j->conf->path ? j->conf->path : PATH_DEFAULT);
	set_text(e, "SHELL", "/bin/sh");
	set_text(e, "HOME", home);
	set_text(e, "USER", user ? user + 1 : home);
	set_text(e, "SENDER", d->sender);
	set_text(e, "NEWSENDER", j->newsender);
	set_text(e, "RECIPIENT", d->recipient);
	set(e, "LOCAL", d->recipient, local);
	set_parts(e, at ? at + 1 : j->conf->me, d->mailbox.extension);
	set_text(e, "DEFAULT", d->mailbox.extension);
	set_line(e, "RPLINE", "Return-Path: <", d->sender, ">");
	set_line(e, "DTLINE", "Delivered-To: ", d->recipient, "");
	text_init(&t, from, sizeof(from));
	delivery_add_from(&t, d->sender);
	from[t.used - 1] = '\0';	/* its LF comes again */
	set_line(e, "UFLINE", "", from, "");
	e->list[e->count] = NULL;
	return e->text.full ? -1 : 0;
}

static void
sink_out(void *out, const char *octets, size_t n)
{
	out_bytes(out, octets, n);
}

/* Makes the copy, nameless when this returns: a descriptor at offset 0, for
 * reading only; or -1. */
static int
private_copy(const struct job *j)
{
	static struct out out;
	char name[UNIQUE_ID_MAX + 16] = ".qmail-copy.";
	int fd, copy, failed;

	unique_id(name + strlen(name));
	fd = openat(j->mailbox, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1)
		return -1;
	copy = openat(j->mailbox, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	failed = unlinkat(j->mailbox, name, 0) == -1 || copy == -1;
	out_file(&out, fd);
	if (!failed)
		failed = delivery_copy(j, sink_out, &out) == -1 ||
		    out_flush(&out) == -1;
	if (close(fd) == -1)
		failed = 1;
	if (failed && copy != -1) {
		(void)close(copy);	/* nothing was written there */
		copy = -1;
	}
	return copy;
}

/* Adds what fits.  It is made printable where it is shown. */
static void
note(struct text *noted, const char *octets, size_t n)
{
	const size_t room = noted->size - 1 - noted->used;
	size_t i;

	for (i = 0; i < n && i < room; i++)
		text_add_bytes(noted, octets[i] ? octets + i : "?", 1);
}

/* Takes off the last line end. */
static void
end_note(struct text *noted)
{
	while (noted->used > 0 && noted->data[noted->used - 1] == '\n')
		noted->data[--noted->used] = '\0';
}

/* Takes what the command has printed.  0 at the end of it. */
static int
take(int output, struct text *noted)
{
	char block[512];
	ssize_t n = read(output, block, sizeof(block));

	if (n > 0)
		note(noted, block, (size_t)n);
	return n != 0;
}

/*
 * Waits for the command, noting the first octets of what it prints and taking
 * the rest.  Its exit status, or 111 when it had to be killed.
 */
static int
attend(const struct job *j, pid_t pid, int output, struct text *noted)
{
	struct pollfd fds[2] = { { output, POLLIN, 0 },
	    { j->conf->lifeline, 0, 0 } };
	int status, ended = 0, pause_ms = 1;

	while (clock_ms() < j->deadline_ms) {
		if (!ended && waitpid(pid, &status, WNOHANG) == pid)
			ended = 1;
		/* What it left behind may print on: we wait no longer. */
		if (ended && (fds[0].fd == -1 || poll(fds, 1, 0) != 1 ||
		    noted->used == noted->size - 1))
			return WIFEXITED(status) ? WEXITSTATUS(status) : 111;
		fds[0].revents = fds[1].revents = 0;
		if (poll(fds, 2, pause_ms) <= 0) {
			pause_ms = pause_ms < POLL_MS ? 2 * pause_ms : POLL_MS;
			continue;
		}
		if (fds[1].revents != 0)
			break;
		if (fds[0].revents != 0 && !take(output, noted))
			fds[0].fd = -1;	/* closed; it may run on without */
	}
	if (!ended)
		(void)child_wait(pid, 0);	/* kills its group */
	note(noted, " killed", 7);
	return 111;
}

/* What an exit status means, as in qmail-command(8). */
static enum verdict
judge(struct job *j, int status, const char *noted)
{
	static const int permanent[] = { 100, 64, 65, 70, 76, 77, 78, 112 };
	const char *why = *noted ? noted : NULL;
	char what[40];
	struct text t;
	size_t i;

	if (status == 0 || status == 99)
		return verdict(j, status == 0 ? VERDICT_DONE : VERDICT_STOP,
		    "2.0.0", "command", why);
	text_init(&t, what, sizeof(what));
	text_add(&t, "command exited ");
	text_add_number(&t, (unsigned int)status, 1);
	for (i = 0; i < sizeof(permanent) / sizeof(permanent[0]); i++)
		if (status == permanent[i])
			return verdict(j, VERDICT_FAIL, "5.3.0", what, why);
	return verdict(j, VERDICT_DEFER, "4.3.0", what, why);
}

/* Runs it on the copy; its exit status, or -1 when it could not be started. */
static int
run(const struct job *j, const char *text, char *const env[], int copy,
    struct text *noted)
{
	char *words[] = { (char *)"/bin/sh", (char *)"-c", (char *)text,
	    NULL };
	int ends[2], fds[3], status = -1;
	pid_t pid;

	if (fchdir(j->mailbox) == -1 || child_pipe(ends) == -1)
		return -1;
	fds[0] = copy;
	fds[1] = fds[2] = ends[1];
	pid = child_start(words, env, fds, 3);
	(void)close(ends[1]);
	if (pid != -1)
		status = attend(j, pid, ends[0], noted);
	(void)close(ends[0]);
	return status;
}

enum verdict
command_run(struct job *j, const char *text)
{
	static struct environment env;
	char noted[OUTPUT_MAX + 1], home[4096], code[12];
	struct text t;
	int copy, status;

	if (fchdir(j->mailbox) == -1 || getcwd(home, sizeof(home)) == NULL)
		return verdict(j, VERDICT_DEFER, "4.3.0", "mailbox",
		    strerror(errno));
	if (set_all(&env, j, home) == -1)
		return verdict(j, VERDICT_DEFER, "4.3.0",
		    "environment of the command is too large", NULL);
	if (env.hostile)
		return verdict(j, VERDICT_FAIL, "5.1.7",
		    "address is not safe to pass to a command", NULL);
	copy = private_copy(j);
	j->ran = 1;
	if (copy == -1)
		return verdict(j, VERDICT_DEFER, "4.3.0",
		    "copy for the command", strerror(errno));
	text_init(&t, noted, sizeof(noted));
	status = run(j, text, env.list, copy, &t);
	(void)close(copy);	/* nothing was written there */
	if (status == -1)
		return verdict(j, VERDICT_DEFER, "4.3.0", "command",
		    strerror(errno));
	end_note(&t);
	text_init(&t, code, sizeof(code));
	text_add_number(&t, (unsigned int)status, 1);
	log_event("command", "to", j->delivery->recipient, "code", code,
	    "text", *noted ? noted : NULL);
	return judge(j, status, noted);
}
