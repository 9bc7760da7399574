/*
 * fault - makes the n-th system call fail.  Include it after the system's headers
 * and before the .c files under test: from there on their calls are ours.
 *
 * fault_at: the number of the call that fails, counted from 1 (0: none);
 * fault_all: so do all calls after it; fault_errno: how (0: writes are
 * short, nothing fails).  fault_calls counts; fault_log holds the letters of
 * the calls that worked, in order.
 */
#ifndef FAULT_H
#define FAULT_H

#include <sys/stat.h>
#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static unsigned int fault_at, fault_calls;
static int fault_errno, fault_all;
static char fault_log[4096];

static inline int
fault(char letter)
{
	fault_calls++;
	if (fault_at != 0 && (fault_errno != 0 || letter == 'w') && (fault_calls == fault_at ||
	    (fault_all && fault_calls > fault_at))) {
		errno = fault_errno;
		return 1;
	}
	if (fault_calls < sizeof(fault_log)) {
		size_t n = 0;

		while (fault_log[n] != '\0')
			n++;
		fault_log[n] = letter;
		fault_log[n + 1] = '\0';
	}
	return 0;
}

static inline void
fault_reset(unsigned int at, int error, int all)
{
	fault_at = at;
	fault_errno = error;
	fault_all = all;
	fault_calls = 0;
	fault_log[0] = '\0';
}

static inline ssize_t
fault_write(int fd, const void *from, size_t n)
{
	if (!fault('w'))
		return write(fd, from, n);
	if (fault_errno != 0)
		return -1;
	return write(fd, from, n > 1 ? n / 2 : n);
}

static inline int
fault_fsync(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return -1;
	return fault(S_ISDIR(st.st_mode) ? 'D' : 'F') ? -1 : fsync(fd);
}

static inline int
fault_openat(int at, const char *name, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = (mode_t)va_arg(ap, unsigned int);
		va_end(ap);
	}
	return fault('o') ? -1 : openat(at, name, flags, mode);
}

static inline int
fault_renameat(int from_at, const char *from, int to_at, const char *to)
{
	return fault('r') ? -1 : renameat(from_at, from, to_at, to);
}

static inline int
fault_unlinkat(int at, const char *name, int flags)
{
	return fault('u') ? -1 : unlinkat(at, name, flags);
}

static inline int
fault_mkdirat(int at, const char *name, mode_t mode)
{
	return fault('m') ? -1 : mkdirat(at, name, mode);
}

static inline int
fault_fchmod(int fd, mode_t mode)
{
	return fault('c') ? -1 : fchmod(fd, mode);
}

static inline int
fault_ftruncate(int fd, off_t size)
{
	return fault('t') ? -1 : ftruncate(fd, size);
}

static inline int
fault_close(int fd)
{
	/* The descriptor is gone, whatever close() says. */
	int result = close(fd);

	return fault('x') ? -1 : result;
}

#define write		fault_write
#define fsync		fault_fsync
#define openat		fault_openat
#define renameat	fault_renameat
#define unlinkat	fault_unlinkat
#define mkdirat		fault_mkdirat
#define fchmod		fault_fchmod
#define ftruncate	fault_ftruncate
#define close		fault_close

#endif
