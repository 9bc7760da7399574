/*
 * spool - the only code that creates queue files.  Trusts nobody else who may
 * write to tmp/: every name is new, and what vanishes is an error.
 */
#include "spool.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "octets.h"
#include "text.h"

static int
open_below(const char *path, const char *name)
{
	char buf[PATH_MAX];
	struct text t;

	text_init(&t, buf, sizeof(buf));
	text_add(&t, path);
	text_add(&t, name);
	if (t.full) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(buf, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int
spool_open(struct spool *s, const char *path)
{
	/* The spool directory itself may be searched, not read. */
	s->tmp = open_below(path, "/tmp");
	s->new = s->tmp == -1 ? -1 : open_below(path, "/new");
	return s->new == -1 ? -1 : 0;
}

void
spool_begin(struct spool_file *f, struct spool *s, const char *host)
{
	f->spool = s;
	f->begun = 1;
	f->fd = -1;
	f->error = 0;
	f->lines = f->bytes = 0;
	f->last = '\n';
	f->name[0] = '\0';
	f->host = host;
	unique_id(f->id);
	out_file(&f->out, -1);
}

/* Creates tmp/NAME for what was buffered.  0, or -1 with errno. */
static int
create(struct spool_file *f, const char *name)
{
	struct flock whole = { 0 };
	mode_t mask = umask(07);	/* the group's qrun reads it */

	f->fd = openat(f->spool->tmp, name,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0660);
	(void)umask(mask);
	whole.l_type = F_WRLCK;
	whole.l_whence = SEEK_SET;
	f->out.fd = f->fd;
	return f->fd == -1 ? -1 : fcntl(f->fd, F_SETLK, &whole);
}

void
spool_write(struct spool_file *f, const char *from, size_t length)
{
	const char *end = from + length, *p;

	if (f->error != 0)
		return;
	for (p = from; (p = octets_control(p, end)) < end; p++) {
		if (*p == '\r' || *p == '\0') {
			f->error = EILSEQ;
			return;
		}
		f->lines += *p == '\n';
	}
	f->bytes += length;
	f->last = length > 0 ? from[length - 1] : f->last;
	if (f->fd == -1 && f->bytes >= OUT_BYTES && create(f, f->id) == -1) {
		f->error = errno;
		return;
	}
	out_bytes(&f->out, from, length);
	f->error = f->out.error;
}

static void
put(struct spool_file *f, const char *text)
{
	spool_write(f, text, strlen(text));
}

void
spool_sender(struct spool_file *f, const char *path, const char *options)
{
	put(f, "Return-Path: <");
	put(f, path);
	put(f, ">\n");
	if (options[0] != '\0') {
		put(f, "Envelope-Options: ");
		put(f, options);
		put(f, "\n");
	}
}

void
spool_recipient(struct spool_file *f, const char *address,
    const char *options)
{
	put(f, "Delivered-To: ");
	put(f, address);
	put(f, "\n");
	if (options[0] != '\0') {
		put(f, "Recipient-Options: ");
		put(f, options);
		put(f, "\n");
	}
}

/* Writes out what is buffered, to a file that is called name if it is new. */
static int
write_out(struct spool_file *f, const char *name)
{
	if (f->error == 0 && f->fd == -1 && create(f, name) == -1)
		f->error = errno;
	if (f->error == 0 && out_flush(&f->out) == -1)
		f->error = errno;
	errno = f->error;
	return f->error == 0 ? 0 : -1;
}

int
spool_flush(struct spool_file *f)
{
	return write_out(f, f->id) == -1 ? -1 : f->fd;
}

/*
 * One commit of the journal: the name that states the size rides on the file's
 * fsync, and if the machine stops before the last rename is on disk, qrun finds
 * a file of exactly that size in tmp/, and takes it.
 */
static int
make_durable(struct spool_file *f)
{
	int tmp = f->spool->tmp, was_created = f->fd != -1;

	/* W: a last line without its end is completed on the wire */
	unique_name(f->name, sizeof(f->name), f->id, f->host, f->bytes,
	    f->bytes + f->lines + (f->last == '\n' ? 0 : 2));
	if (write_out(f, f->name) == -1 ||
	    (was_created && renameat(tmp, f->id, tmp, f->name) == -1))
		return -1;
	return fsync(f->fd) == -1 || fsync(tmp) == -1 ||
	    renameat(tmp, f->name, f->spool->new, f->name) == -1 ? -1 : 0;
}

int
spool_commit(struct spool_file *f)
{
	if (!f->begun) {
		errno = EINVAL;
		return -1;
	}
	if (make_durable(f) == -1) {
		f->error = errno;
		spool_abort(f);
		errno = f->error;
		return -1;
	}
	/* From here on the mail is safe.  What close() could say, fsync() has. */
	(void)close(f->fd);
	f->begun = 0;
	return 0;
}

int
spool_replace(struct spool_file *f, struct spool_file *old)
{
	int tmp = f->spool->tmp;

	if (f->fd != -1 ? renameat(tmp, f->id, tmp, old->id) == -1 :
	    old->fd != -1 && unlinkat(tmp, old->id, 0) == -1)
		return -1;
	memcpy(f->id, old->id, sizeof(f->id));
	/* what it holds is of no use any more */
	if (old->fd != -1)
		(void)close(old->fd);
	old->begun = 0;
	return 0;
}

void
spool_abort(struct spool_file *f)
{
	if (!f->begun)
		return;
	f->begun = 0;
	if (f->fd == -1)
		return;
	/* Even if no name can be removed: an empty file is never delivered. */
	if (ftruncate(f->fd, 0) == -1)
		errno = 0;
	(void)unlinkat(f->spool->tmp, f->id, 0);
	if (f->name[0] != '\0')
		(void)unlinkat(f->spool->tmp, f->name, 0);
	(void)close(f->fd);
}

void
spool_trigger(const struct spool *s)
{
	int fd = openat(s->tmp, "../trigger", O_WRONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd == -1)
		return;
	/* A full pipe wakes qrun as well. */
	if (write(fd, "", 1) == -1)
		errno = 0;
	(void)close(fd);
}
