/*
 * fault - an LD_PRELOAD library that counts the calls a scenario makes into the
 * libc and lets the n-th one fail, fall short, or kill its process.
 *
 * The counter is shared by all processes of the scenario: a file of one struct
 * fault, mapped from $FAULT_FILE.  With $FAULT_TRACE every call that changes a
 * file system, and every octet written, is appended to that file, so that the
 * states a power loss may leave can be worked out.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum kind { NONE, KILL, ERROR, SHORT };

/* What of the errnos asked for makes sense for a call. */
enum {
	SPACE = 1,	/* ENOSPC, EDQUOT: makes something on disk */
	IO = 2,		/* EIO */
	FDS = 4,	/* EMFILE, ENFILE: makes a descriptor */
	MEMORY = 8,	/* ENOMEM, EAGAIN */
	INTR = 16,	/* EINTR */
	LENGTH = 32,	/* may be short */
	READONLY = 64	/* EROFS */
};

struct fault {
	uint32_t	count;		/* calls so far, all processes */
	uint32_t	at;		/* the one to hit; 0 none */
	uint32_t	kind;		/* enum kind */
	uint32_t	error;		/* errno of ERROR */
	uint32_t	hit;		/* 1 when it was done */
	uint32_t	every;		/* also all calls after at, of this name */
	char		name[24];	/* of the call that was hit */
};

static struct fault *fault;
static int trace_fd = -1;

static void
setup(void)
{
	static int done;
	const char *file = getenv("FAULT_FILE");
	const char *trace = getenv("FAULT_TRACE");
	int fd;

	if (done)
		return;
	done = 1;
	if (file == NULL)
		return;
	fd = (int)syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC, 0);
	if (fd == -1)
		return;
	fault = mmap(NULL, sizeof(*fault), PROT_READ | PROT_WRITE, MAP_SHARED,
	    fd, 0);
	(void)syscall(SYS_close, fd);
	if (fault == MAP_FAILED)
		fault = NULL;
	if (trace != NULL) {
		fd = (int)syscall(SYS_openat, AT_FDCWD, trace,
		    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
		/* out of the way of programs that close what they find */
		trace_fd = (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 900);
		(void)syscall(SYS_close, fd);
	}
}

static int
applies(uint32_t error, int may)
{
	switch (error) {
	case ENOSPC: case EDQUOT:
		return may & SPACE;
	case EIO:
		return may & IO;
	case EMFILE: case ENFILE:
		return may & FDS;
	case ENOMEM: case EAGAIN:
		return may & MEMORY;
	case EINTR:
		return may & INTR;
	case EROFS:
		return may & READONLY;
	}
	return 0;
}

/* Counts a call.  Returns the kind of fault it must suffer. */
static enum kind
count(const char *name, int may)
{
	uint32_t n;

	setup();
	if (fault == NULL)
		return NONE;
	n = __sync_add_and_fetch(&fault->count, 1);
	if (fault->at == 0 || n < fault->at)
		return NONE;
	if (n > fault->at && !(fault->every && fault->hit &&
	    strcmp(fault->name, name) == 0))
		return NONE;
	if (fault->kind == KILL) {
		fault->hit = 1;
		strncpy(fault->name, name, sizeof(fault->name) - 1);
		(void)syscall(SYS_kill, getpid(), SIGKILL);
	}
	if (fault->kind == ERROR && applies(fault->error, may)) {
		fault->hit = 1;
		strncpy(fault->name, name, sizeof(fault->name) - 1);
		errno = (int)fault->error;
		return ERROR;
	}
	if (fault->kind == SHORT && (may & LENGTH)) {
		fault->hit = 1;
		strncpy(fault->name, name, sizeof(fault->name) - 1);
		return SHORT;
	}
	return NONE;
}

static void *
real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

static void
trace(const char *format, ...)
{
	char line[2048];
	va_list args;
	int n;

	if (trace_fd == -1)
		return;
	va_start(args, format);
	n = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (n > 0 && n < (int)sizeof(line))
		(void)syscall(SYS_write, trace_fd, line, (size_t)n);
}

/* "DEV:INO" of an open descriptor. */
static const char *
inode(int fd)
{
	static char text[2][48];
	static int which;
	struct stat st;

	which = !which;
	if (syscall(SYS_fstat, fd, &st) == -1)
		(void)strcpy(text[which], "-");
	else
		(void)snprintf(text[which], sizeof(text[which]), "%lx:%lx%s",
		    (unsigned long)st.st_dev, (unsigned long)st.st_ino,
		    S_ISREG(st.st_mode) ? "f" : S_ISDIR(st.st_mode) ? "d" :
		    "o");
	return text[which];
}

/* The absolute name of what path means below the directory dir. */
static const char *
absolute(int dir, const char *path)
{
	static char text[2][4500];
	static int which;
	char link[64];
	ssize_t n;

	which = !which;
	if (path[0] == '/')
		return path;
	(void)snprintf(link, sizeof(link), dir == AT_FDCWD ?
	    "/proc/self/cwd" : "/proc/self/fd/%d", dir);
	n = syscall(SYS_readlink, link, text[which], 2200);
	if (n < 0)
		n = 0;
	(void)snprintf(text[which] + n, sizeof(text[which]) - (size_t)n, "/%s",
	    path);
	return text[which];
}

static void
trace_data(const char *what, int fd, off_t at, const char *data, size_t n)
{
	size_t i;

	if (trace_fd == -1 || strchr(inode(fd), 'f') == NULL)
		return;
	/* one line of hexadecimal for at most 512 octets */
	for (i = 0; i < n; i += 512) {
		char hex[1025];
		size_t k, m = n - i < 512 ? n - i : 512;

		for (k = 0; k < m; k++)
			(void)snprintf(hex + 2 * k, 3, "%02x",
			    (unsigned char)data[i + k]);
		trace("%s %d %s %lld %s\n", what, (int)getpid(), inode(fd),
		    (long long)at + (long long)i, hex);
	}
}

#define OPEN_FAULTS(flags) (FDS | INTR | IO | MEMORY | \
	((flags) & O_CREAT ? SPACE | READONLY : 0))

static int
do_open(int dir, const char *path, int flags, mode_t mode)
{
	int fd, made;
	struct stat st;

	if (count(flags & O_CREAT ? "open-create" : "open",
	    OPEN_FAULTS(flags)) == ERROR)
		return -1;
	made = flags & O_CREAT && syscall(SYS_newfstatat, dir, path, &st,
	    AT_SYMLINK_NOFOLLOW) == -1;
	fd = (int)syscall(SYS_openat, dir, path, flags, mode);
	if (fd >= 0 && made)
		trace("create %d %s %s\n", (int)getpid(), inode(fd),
		    absolute(dir, path));
	else if (fd >= 0 && (flags & (O_WRONLY | O_RDWR)))
		trace("open %d %s %s\n", (int)getpid(), inode(fd),
		    absolute(dir, path));
	return fd;
}

static mode_t
mode_of(int flags, va_list args)
{
	return flags & (O_CREAT | __O_TMPFILE) ? va_arg(args, mode_t) : 0;
}

int
open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = mode_of(flags, args);
	va_end(args);
	return do_open(AT_FDCWD, path, flags, mode);
}

int
open64(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = mode_of(flags, args);
	va_end(args);
	return do_open(AT_FDCWD, path, flags, mode);
}

int
openat(int dir, const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = mode_of(flags, args);
	va_end(args);
	return do_open(dir, path, flags, mode);
}

ssize_t
read(int fd, void *to, size_t n)
{
	enum kind k = count("read", IO | INTR | LENGTH);

	return k == ERROR ? -1 :
	    syscall(SYS_read, fd, to, k == SHORT && n > 1 ? 1 : n);
}

ssize_t
pread(int fd, void *to, size_t n, off_t at)
{
	enum kind k = count("pread", IO | INTR | LENGTH);

	return k == ERROR ? -1 :
	    syscall(SYS_pread64, fd, to, k == SHORT && n > 1 ? 1 : n, at);
}

ssize_t
write(int fd, const void *from, size_t n)
{
	enum kind k;
	off_t at;
	ssize_t done;

	if (fd == 2)	/* the log may be lost, and is not the scenario */
		return syscall(SYS_write, fd, from, n);
	k = count("write", SPACE | IO | INTR | LENGTH);
	if (k == ERROR)
		return -1;
	at = syscall(SYS_lseek, fd, 0, SEEK_CUR);
	done = syscall(SYS_write, fd, from, k == SHORT && n > 1 ? n / 2 : n);
	if (done > 0 && at != -1)
		trace_data("write", fd, at, from, (size_t)done);
	else if (done > 0 && fd == 1)
		trace("say %d %s\n", (int)getpid(), memmem(from,
		    (size_t)done, "queued as", 9) != NULL ? "taken" : "more");
	return done;
}

ssize_t
pwrite(int fd, const void *from, size_t n, off_t at)
{
	enum kind k = count("pwrite", SPACE | IO | INTR | LENGTH);
	ssize_t done;

	if (k == ERROR)
		return -1;
	done = syscall(SYS_pwrite64, fd, from, k == SHORT && n > 1 ? n / 2 : n,
	    at);
	if (done > 0)
		trace_data("write", fd, at, from, (size_t)done);
	return done;
}

int
fsync(int fd)
{
	int result;

	if (count("fsync", SPACE | IO | INTR) == ERROR)
		return -1;
	result = (int)syscall(SYS_fsync, fd);
	if (result == 0)
		trace("fsync %d %s\n", (int)getpid(), inode(fd));
	return result;
}

int
ftruncate(int fd, off_t length)
{
	int result;

	if (count("ftruncate", IO | INTR) == ERROR)
		return -1;
	result = (int)syscall(SYS_ftruncate, fd, length);
	if (result == 0)
		trace("truncate %d %s %lld\n", (int)getpid(), inode(fd),
		    (long long)length);
	return result;
}

int
renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	char old[4500];
	int result;

	if (count("rename", SPACE | IO | READONLY | MEMORY) == ERROR)
		return -1;
	(void)snprintf(old, sizeof(old), "%s", absolute(from_dir, from));
	result = (int)syscall(SYS_renameat, from_dir, from, to_dir, to);
	if (result == 0)
		trace("rename %d %s %s\n", (int)getpid(), old,
		    absolute(to_dir, to));
	return result;
}

int
rename(const char *from, const char *to)
{
	return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int
unlinkat(int dir, const char *path, int flags)
{
	int result;

	if (count("unlink", IO | READONLY) == ERROR)
		return -1;
	result = (int)syscall(SYS_unlinkat, dir, path, flags);
	if (result == 0)
		trace("unlink %d %s\n", (int)getpid(), absolute(dir, path));
	return result;
}

int
unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

int
linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	char old[4500];
	int result;

	if (count("link", SPACE | IO | READONLY) == ERROR)
		return -1;
	(void)snprintf(old, sizeof(old), "%s", absolute(from_dir, from));
	result = (int)syscall(SYS_linkat, from_dir, from, to_dir, to, flags);
	if (result == 0)
		trace("link %d %s %s\n", (int)getpid(), old,
		    absolute(to_dir, to));
	return result;
}

int
mkdirat(int dir, const char *path, mode_t mode)
{
	int result;

	if (count("mkdir", SPACE | IO | READONLY) == ERROR)
		return -1;
	result = (int)syscall(SYS_mkdirat, dir, path, mode);
	if (result == 0)
		trace("mkdir %d %s\n", (int)getpid(), absolute(dir, path));
	return result;
}

int
mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}

#define SIMPLE(type, name, label, may, params, args)			\
type									\
name params								\
{									\
	static type (*next) params;					\
									\
	if (next == NULL)						\
		next = (type (*) params)real(#name);			\
	if (count(label, may) == ERROR)					\
		return (type)-1;					\
	return next args;						\
}

SIMPLE(int, fstat, "fstat", IO, (int fd, struct stat *st), (fd, st))
SIMPLE(int, fstatat, "fstatat", IO | MEMORY,
    (int dir, const char *path, struct stat *st, int flags),
    (dir, path, st, flags))
SIMPLE(int, stat, "stat", IO | MEMORY, (const char *path, struct stat *st),
    (path, st))
SIMPLE(int, fchmod, "fchmod", IO | READONLY, (int fd, mode_t mode), (fd, mode))
SIMPLE(int, pipe, "pipe", FDS, (int ends[2]), (ends))
SIMPLE(int, socketpair, "socketpair", FDS | MEMORY,
    (int d, int t, int p, int ends[2]), (d, t, p, ends))
SIMPLE(int, socket, "socket", FDS | MEMORY, (int d, int t, int p), (d, t, p))
SIMPLE(pid_t, fork, "fork", MEMORY, (void), ())
SIMPLE(int, poll, "poll", INTR, (struct pollfd *fds, nfds_t n, int ms),
    (fds, n, ms))
SIMPLE(pid_t, waitpid, "waitpid", INTR, (pid_t pid, int *status, int options),
    (pid, status, options))
SIMPLE(ssize_t, sendmsg, "sendmsg", INTR | MEMORY,
    (int fd, const struct msghdr *m, int flags), (fd, m, flags))
SIMPLE(ssize_t, recvmsg, "recvmsg", INTR,
    (int fd, struct msghdr *m, int flags), (fd, m, flags))

int
posix_spawnp(pid_t *pid, const char *file,
    const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attr,
    char *const argv[], char *const env[])
{
	static int (*next)(pid_t *, const char *,
	    const posix_spawn_file_actions_t *, const posix_spawnattr_t *,
	    char *const[], char *const[]);

	if (next == NULL)
		next = (int (*)(pid_t *, const char *,
		    const posix_spawn_file_actions_t *,
		    const posix_spawnattr_t *, char *const[],
		    char *const[]))real("posix_spawnp");
	if (count("posix_spawn", MEMORY) == ERROR)
		return errno;
	return next(pid, file, actions, attr, argv, env);
}

#define ALLOCATOR(name, params, args)					\
void *									\
name params								\
{									\
	static void *(*next) params;					\
									\
	if (next == NULL)						\
		next = (void *(*) params)real(#name);			\
	if (fault != NULL && count(#name, MEMORY) == ERROR)		\
		return NULL;						\
	return next args;						\
}

ALLOCATOR(malloc, (size_t n), (n))
ALLOCATOR(realloc, (void *p, size_t n), (p, n))
