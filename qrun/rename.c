/*
 * rename - delivery without copying.  A queue file is a mailbox file: one that
 * has a single recipient, whose mailbox is ours and in the same file system, is
 * delivered by giving it another directory.
 *
 * The directory is fsynced once for many messages, and they are logged after it.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../lib/maildir.h"
#include "qrun.h"
#include "rename.h"

/* One pending recipient, no options of any kind. */
static int
single(int fd, struct envelope *e, struct envelope_recipient *r)
{
	static struct envelope_recipient other;

	return envelope_open(e, fd) == 0 && e->options[0] == '\0' &&
	    envelope_next(e, r) == 1 && r->state == ENVELOPE_PENDING &&
	    r->options[0] == '\0' && envelope_next(e, &other) == 0;
}

/* They may not be on disk: the spool must have them, and tries again later. */
static void
take_all_back(struct qrun *q, struct box *b)
{
	static const char why[] = "- 4.3.0 cannot sync the mailbox";
	size_t i;

	say_trouble(q, "cannot sync a mailbox", b->path);
	for (i = 0; i < b->count; i++)
		if (take_back(q, b->dir, b->given[i].name) == 0)
			say_event(q, "deferred", b->given[i].id,
			    b->given[i].to, why);
		else
			say_trouble(q, "cannot take back to defer/",
			    b->given[i].name);
	b->count = 0;
}

static void
sync_box(struct qrun *q, struct box *b)
{
	size_t i;

	if (b->count > 0 && fsync(b->dir) == -1)
		take_all_back(q, b);
	for (i = 0; i < b->count; i++) {
		say_event(q, "delivered", b->given[i].id, b->given[i].to,
		    "- 2.0.0 moved to the mailbox");
		say_event(q, "done", b->given[i].id, NULL, NULL);
	}
	b->count = 0;
}

static void
close_box(struct qrun *q, struct box *b)
{
	sync_box(q, b);
	if (b->dir != -1)
		(void)close(b->dir);
	b->dir = -1;
	b->path[0] = '\0';
}

/* The new/ of a mailbox that is simply a Maildir of ours, without a .qmail and
 * without a quota; or -1. */
static int
open_simple(struct qrun *q, const char *path)
{
	struct stat st;
	int dir, maildir = -1, new = -1;
	size_t n = strlen(path);

	/* NAME-owner may mean .qmail-owner (dot-qmail(5)). */
	if (n > 6 && strcmp(path + n - 6, "-owner") == 0)
		return -1;
	dir = openat(q->spawn.mailroot, path, O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	if (dir == -1)
		return -1;
	if (q->set.quota == 0 && fstat(dir, &st) == 0 &&
	    st.st_uid == geteuid() && (st.st_mode & 022) == 0 &&
	    fstatat(dir, ".qmail", &st, AT_SYMLINK_NOFOLLOW) == -1 &&
	    errno == ENOENT &&
	    fstatat(dir, ".quota", &st, AT_SYMLINK_NOFOLLOW) == -1 &&
	    errno == ENOENT)
		maildir = maildir_open(dir, "Maildir");
	if (maildir != -1) {
		new = openat(maildir, "new", O_RDONLY | O_DIRECTORY |
		    O_NOFOLLOW | O_CLOEXEC);
		(void)close(maildir);
	}
	(void)close(dir);
	return new;
}

static struct box *
find_box(struct qrun *q, const char *path)
{
	struct box *b;
	size_t i;

	for (i = 0; i < BOXES; i++)
		if (strcmp(q->boxes->box[i].path, path) == 0)
			return &q->boxes->box[i];
	b = &q->boxes->box[q->boxes->turn++ % BOXES];
	close_box(q, b);
	b->dir = open_simple(q, path);
	strcpy(b->path, path);
	return b;
}

int
rename_deliver(struct qrun *q, int fd, const char *old, const char *name,
    const char *id)
{
	static struct envelope e;
	static struct envelope_recipient r;
	struct mailbox mailbox;
	struct address a;
	struct stat st;
	struct box *b;

	if (fstat(fd, &st) == -1 || st.st_uid != geteuid() ||
	    !single(fd, &e, &r) || address_mailbox(r.address,
	    ADDRESS_NO_DOMAIN | ADDRESS_ALLOW_UTF8, &a) != ADDRESS_OK ||
	    mailbox_find(q->spawn.mailroot, q->set.me, &a, 0, &mailbox) !=
	    MAILBOX_FOUND || mailbox.extension[0] != '\0')
		return 0;	/* a +tag may have a .qmail-tag: see there */
	b = find_box(q, mailbox.path);
	if (b->dir == -1 || fchmod(fd, 0600) == -1 ||
	    renameat(q->spool.new, old, b->dir, name) == -1)
		return 0;
	say_new(q, id, old, e.sender);
	strcpy(b->given[b->count].id, id);
	strcpy(b->given[b->count].name, name);
	strcpy(b->given[b->count].to, r.address);
	if (++b->count == BOX_BATCH)
		sync_box(q, b);
	return 1;
}

void
rename_sync(struct qrun *q)
{
	size_t i;

	for (i = 0; i < BOXES; i++)
		close_box(q, &q->boxes->box[i]);
}
