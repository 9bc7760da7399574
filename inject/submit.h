/*
 * submit - one message from standard input into the spool.
 */
#ifndef INJECT_SUBMIT_H
#define INJECT_SUBMIT_H

#include <limits.h>
#include <time.h>

#include "../lib/address.h"
#include "../lib/conf.h"
#include "../lib/spool.h"

#include "copy.h"
#include "header.h"
#include "identity.h"
#include "input.h"
#include "options.h"
#include "recipients.h"

/* What the configuration says. */
struct site {
	char	me[ADDRESS_DOMAIN_MAX + 1];
	char	defaulthost[ADDRESS_DOMAIN_MAX + 1];
	char	spool[PATH_MAX];
	char	filter[CONF_LINE_MAX];		/* "" none */
	unsigned long long databytes;		/* 0: no limit */
	const char	*path, *tz, *mailconf;	/* the filter's environment */
};

struct submission {
	struct site		 site;
	struct options		 options;
	struct identity		 identity;
	struct verdict		 verdict;
	/* the rest is submit's own */
	time_t			 now;
	struct recipients	 recipients;
	char			 sender[ADDRESS_MAX];	/* "" is <> */
	char			 address[ADDRESS_MAX];	/* for From: never "" */
	int			 utf8;	/* an address needs SMTPUTF8 */
	struct input		 input;
	struct header		 header;
	struct copy		 copy;
	struct spool		 spool;
	struct spool_file	 file;		/* what is queued */
	struct spool_file	 draft;		/* the same before the filter */
	struct spool_file	 again;		/* the same, encoded */
	char			 size[24];
};

/* Reads the configuration; databytes is $DATABYTES or NULL.  0, or -1. */
int submit_read_site(struct submission *, const char *conf,
    const char *databytes);

/* Takes the recipients of the command line.  0, or -1 with the verdict. */
int submit_recipients(struct submission *);

/* Takes the message.  0 when it is durable in the spool, or the filter said to
 * drop it; else -1 with the verdict, and nothing of it will be delivered. */
int submit_message(struct submission *, int fd);

/* Wakes qrun.  0, or -1 with the verdict. */
int submit_run(struct submission *);

#endif
