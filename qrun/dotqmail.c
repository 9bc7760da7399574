/*
 * dotqmail - finds, checks and splits a mailbox's instructions.
 *
 * The file may run commands as the mailbox's owner: it counts only when nobody
 * but the owner and root could have written or planted it.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/text.h"
#include "dotqmail.h"

/* Reads up to the end of the file; -1 when it is too long or unreadable. */
static int
read_all(struct dotqmail *q, int fd)
{
	ssize_t n;

	do {
		n = read(fd, q->text + q->length, sizeof(q->text) - q->length);
		if (n > 0)
			q->length += (size_t)n;
	} while (n > 0 || (n == -1 && errno == EINTR));
	return n == 0 && q->length < sizeof(q->text) ? 0 : -1;
}

/* Opens q->name: a descriptor; -1 and *why; or -1 without when it is absent. */
static int
open_checked(struct dotqmail *q, int dir, const char **why)
{
	struct stat st;
	/* O_NONBLOCK: a FIFO must not hold us */
	int fd = openat(dir, q->name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd == -1) {
		if (errno != ENOENT)
			*why = errno == ELOOP ? ".qmail is a symbolic link" :
			    ".qmail cannot be opened";
		return -1;
	}
	if (fstat(fd, &st) == -1)
		*why = ".qmail cannot be examined";
	else if (!S_ISREG(st.st_mode))
		*why = ".qmail is not a regular file";
	else if (st.st_uid != geteuid() && st.st_uid != 0)
		*why = ".qmail belongs to somebody else";
	else if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		*why = ".qmail is writable by others than its owner";
	if (*why == NULL)
		return fd;
	(void)close(fd);	/* nothing was written */
	return -1;
}

/* Puts ".qmail-EXT" into the name; 0 when EXT cannot be part of one. */
static int
name_extension(struct dotqmail *q, const char *extension)
{
	struct text t;
	const char *s;
	char c;

	text_init(&t, q->name, sizeof(q->name));
	text_add(&t, ".qmail-");
	for (s = extension; *s != '\0'; s++) {
		c = *s == '.' ? ':' : *s;
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c == '/')
			return 0;
		text_add_bytes(&t, &c, 1);
	}
	return s != extension && !t.full;
}

/* True if NAME-owner is in the directory. */
static int
has_owner(const struct dotqmail *q, int dir)
{
	char name[DOTQMAIL_NAME_MAX + 6];
	struct text t;
	struct stat st;

	text_init(&t, name, sizeof(name));
	text_add(&t, q->name);
	text_add(&t, "-owner");
	return !t.full && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

const char *
dotqmail_read(struct dotqmail *q, int dir, const struct mailbox *mailbox)
{
	const char *extension = mailbox->extension, *why = NULL;
	size_t n = strlen(mailbox->path);
	int fd = -1, bad;

	q->length = q->next = 0;
	if (*extension == '\0' && n > 6 &&
	    strcmp(mailbox->path + n - 6, "-owner") == 0)
		extension = "owner";
	if (name_extension(q, extension))
		fd = open_checked(q, dir, &why);
	if (fd == -1 && why == NULL) {
		(void)memcpy(q->name, ".qmail", sizeof(".qmail"));
		fd = open_checked(q, dir, &why);
	}
	q->owned = has_owner(q, dir);
	if (fd == -1)
		return why;
	bad = read_all(q, fd);
	(void)close(fd);	/* nothing was written */
	if (bad)
		return ".qmail is too long, or cannot be read";
	return memchr(q->text, '\0', q->length) == NULL ? NULL :
	    ".qmail has a NUL in it";
}

enum dotqmail_line
dotqmail_next(struct dotqmail *q, char **word)
{
	char *line = q->text + q->next, *end;
	size_t n;

	*word = line;
	if (q->next >= q->length)
		return LINE_END;
	q->text[q->length] = '\0';
	n = strcspn(line, "\n");
	q->next += n + 1;
	end = line + n;
	/* read again, what is cut here looks like blank lines, no more */
	*end = '\0';
	while (end > line && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	switch (*line) {
	case '\0':
		return LINE_BLANK;
	case '#':
		return LINE_COMMENT;
	case '|':
		*word = line + 1;
		return LINE_COMMAND;
	case '.':
	case '/':
		return end[-1] == '/' ? LINE_MAILDIR : LINE_MBOX;
	case '&':
		*word = line + 1;
		return LINE_FORWARD;
	default:
		return LINE_FORWARD;
	}
}
