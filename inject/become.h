/*
 * become - the other programs this command stands for.
 */
#ifndef INJECT_BECOME_H
#define INJECT_BECOME_H

#include "verdict.h"

/*
 * -bs: becomes smtpd on standard input and output.  Local input may relay, as
 * it could with inject; a network connection has what its environment gives it.
 * path is $PATH, NULL to look under PREFIX only; conf is -c or NULL.  Returns
 * only when it fails: -1 with the verdict.
 */
int become_smtpd(const char *path, const char *conf, const char *spool,
    struct verdict *);

/* -bp: becomes mailq.  The same. */
int become_mailq(const char *path, const char *conf, struct verdict *);

/* The real group id becomes the effective one, so that a program we start has
 * one group and not two.  0, or -1 with errno. */
int become_one_group(void);

#endif
