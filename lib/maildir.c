/*
 * maildir - writes one message into a Maildir.  Runs as the Maildir's owner;
 * trusts the directories no further than that.
 */
#include "maildir.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "octets.h"
#include "text.h"

#define DIRECTORY	(O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* Opens the directory that name[0..length) calls, below at; closes at if it is
 * not the caller's. */
static int
enter(int at, const char *name, size_t length, int make, int close_at)
{
	char part[256];
	int fd = -1;
	int saved = ENAMETOOLONG;

	if (length < sizeof(part)) {
		memcpy(part, name, length);
		part[length] = '\0';
		fd = openat(at, part, DIRECTORY);
		/* A new directory is on disk before anything is in it.  Another
		 * delivery may be making it. */
		if (fd == -1 && errno == ENOENT && make &&
		    (mkdirat(at, part, 0700) == 0 ? fsync(at) == 0 :
		    errno == EEXIST))
			fd = openat(at, part, DIRECTORY);
		saved = errno;
	}
	if (close_at)
		(void)close(at);
	errno = saved;
	return fd;
}

int
maildir_open(int at, const char *name)
{
	static const char *const parts[] = { "tmp", "new", "cur" };
	int dir = at, ours = 0, made = 0;
	struct stat st;
	size_t i;

	if (name[0] == '/') {
		dir = open("/", DIRECTORY);
		ours = 1;
	}
	for (;;) {
		size_t length;
		const char *next;

		name += strspn(name, "/");
		length = strcspn(name, "/");
		next = name + length + strspn(name + length, "/");
		if (length == 0 || dir == -1)
			break;
		dir = enter(dir, name, length, *next == '\0', ours);
		ours = 1;
		name = next;
	}
	if (!ours) {
		errno = ENOENT;
		return -1;
	}
	for (i = 0; dir != -1 && i < sizeof(parts) / sizeof(parts[0]); i++)
		/* a failure shows when it is used */
		if (fstatat(dir, parts[i], &st, AT_SYMLINK_NOFOLLOW) == -1)
			made |= mkdirat(dir, parts[i], 0700) == 0;
	if (made && fsync(dir) == -1) {
		int saved = errno;

		(void)close(dir);
		errno = saved;
		dir = -1;
	}
	return dir;
}

int
maildir_create(struct maildir_file *m, int dir)
{
	char path[UNIQUE_ID_MAX + sizeof("tmp/")] = "tmp/";

	m->dir = dir;
	m->error = 0;
	m->lines = m->bytes = 0;
	m->last = '\n';
	unique_id(m->id);
	(void)strcpy(path + 4, m->id);
	m->fd = openat(dir, path,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (m->fd == -1) {
		m->error = errno;
		return -1;
	}
	out_file(&m->out, m->fd);
	return 0;
}

void
maildir_write(struct maildir_file *m, const char *from, size_t length)
{
	const char *end = from + length, *p;

	if (m->error != 0 || length == 0)
		return;
	for (p = from; (p = octets_control(p, end)) < end; p++)
		m->lines += *p == '\n';
	m->bytes += length;
	m->last = from[length - 1];
	out_bytes(&m->out, from, length);
	m->error = m->out.error;
}

/* tmp/ID becomes new/NAME, and both are on disk. */
static int
make_durable(struct maildir_file *m, const char *tmp, const char *new)
{
	int dir, result;

	if (out_flush(&m->out) == -1 || fsync(m->fd) == -1 ||
	    renameat(m->dir, tmp, m->dir, new) == -1)
		return -1;
	dir = openat(m->dir, "new", DIRECTORY);
	if (dir == -1)
		return -1;
	result = fsync(dir);
	(void)close(dir);
	return result;
}

int
maildir_commit(struct maildir_file *m, const char *host)
{
	char tmp[UNIQUE_ID_MAX + sizeof("tmp/")] = "tmp/";
	char new[UNIQUE_NAME_MAX + sizeof("new/")] = "new/";

	if (m->error == 0) {
		/* W: a last line without its end is completed on the wire */
		unique_name(m->name, sizeof(m->name), m->id, host, m->bytes,
		    m->bytes + m->lines + (m->last == '\n' ? 0 : 2));
		(void)strcpy(tmp + 4, m->id);
		(void)strcpy(new + 4, m->name);
		if (make_durable(m, tmp, new) == -1) {
			m->error = errno;
			(void)unlinkat(m->dir, new, 0);
		}
	}
	if (m->error != 0) {
		maildir_abort(m);
		errno = m->error;
		return -1;
	}
	(void)close(m->fd); /* what it could say, fsync() has */
	m->fd = -1;
	return 0;
}

void
maildir_abort(struct maildir_file *m)
{
	char path[UNIQUE_ID_MAX + sizeof("tmp/")] = "tmp/";

	if (m->fd == -1)
		return;
	(void)strcpy(path + 4, m->id);
	(void)unlinkat(m->dir, path, 0);
	(void)close(m->fd);
	m->fd = -1;
}
