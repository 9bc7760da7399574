/*
 * filter - see filter.h.  The program is the administrator's; what it prints is
 * checked all the same, for it may pass on a stranger's octets.
 */
#include "filter.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "policy.h"
#include "spool.h"

struct output {
	struct spool_file *file;
	char		 first[20];
	size_t		 used;
};

static void
take(void *context, const char *from, size_t length)
{
	struct output *o = context;
	size_t n = sizeof(o->first) - o->used;

	if (n > length)
		n = length;
	memcpy(o->first + o->used, from, n);
	o->used += n;
	spool_write(o->file, from, length);
}

static int
is_good(const struct output *o)
{
	static const char *const block[] = { "Return-Path:", "Delivered-",
	    "Envelope-Options:", "Recipient-Options:" };
	size_t i;

	for (i = 0; i < sizeof(block) / sizeof(block[0]); i++)
		if (o->used >= strlen(block[i]) && strncasecmp(o->first,
		    block[i], strlen(block[i])) == 0)
			return 0;
	return o->used > 0;
}

int
filter_run(struct policy *p, struct spool_file *draft,
    struct spool_file *file)
{
	struct output output = { file, "", 0 };
	struct policy asked = *p;
	int fd = spool_flush(draft), verdict;

	if (fd == -1 || lseek(fd, 0, SEEK_SET) == -1)
		return POLICY_TEMPORARY;
	asked.stage = "data";
	asked.sink = take;
	asked.context = &output;
	verdict = policy_run(&asked, fd);
	memcpy(p->reason, asked.reason, sizeof(p->reason));
	return verdict == POLICY_ACCEPT && !is_good(&output) ?
	    POLICY_TEMPORARY : verdict;
}
