/*
 * verdict - see verdict.h.
 */
#include <errno.h>
#include <string.h>

#include "../lib/text.h"

#include "verdict.h"

int
verdict_fail(struct verdict *v, int status, const char *what,
    const char *detail)
{
	struct text text;

	if (v->status != EX_OK)
		return -1;
	v->status = status;
	text_init(&text, v->why, sizeof(v->why));
	text_add_printable(&text, what, strlen(what));
	if (detail != NULL) {
		text_add_printable(&text, ": ", 2);
		text_add_printable(&text, detail, strlen(detail));
	}
	return -1;
}

/* What may pass by itself is EX_TEMPFAIL: callers that can, try again. */
static int
status_of(int number)
{
	switch (number) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case EAGAIN:
		return EX_TEMPFAIL;
	case EACCES:
	case EPERM:
	case EROFS:
		return EX_NOPERM;
	case ENOENT:
	case ENOTDIR:
		return EX_CANTCREAT;
	case EIO:
		return EX_IOERR;
	case EILSEQ:
		return EX_SOFTWARE;
	default:
		return EX_OSERR;
	}
}

int
verdict_errno(struct verdict *v, const char *what, int number)
{
	return verdict_fail(v, status_of(number), what, strerror(number));
}
