/*
 * verdict - why a message was not taken: a sysexits(3) status and the words for
 * the caller.  The first failure is kept.
 */
#ifndef INJECT_VERDICT_H
#define INJECT_VERDICT_H

/* sysexits(3) is not POSIX; its numbers are the sendmail command's contract. */
enum {
	EX_OK = 0, EX_USAGE = 64, EX_DATAERR = 65, EX_NOUSER = 67,
	EX_UNAVAILABLE = 69, EX_SOFTWARE = 70, EX_OSERR = 71,
	EX_CANTCREAT = 73, EX_IOERR = 74, EX_TEMPFAIL = 75, EX_NOPERM = 77,
	EX_CONFIG = 78
};

#define VERDICT_TEXT_MAX	400

struct verdict {
	int	status;
	char	why[VERDICT_TEXT_MAX];
};

/*
 * Notes a failure, "what" or "what: detail", made printable; detail may be
 * NULL.  Returns -1, so that a caller can return it.
 */
int verdict_fail(struct verdict *, int status, const char *what,
    const char *detail);

/* The same for a failed system call: the status that errno deserves. */
int verdict_errno(struct verdict *, const char *what, int number);

#endif
