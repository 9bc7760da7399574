/*
 * scan - walks the spool, one name at a time: tmp/, new/, then what is due in
 * defer/.  Names are read from the directory as they are needed; a queue of any
 * length costs no memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../lib/clock.h"
#include "name.h"
#include "qrun.h"

#define CLEAN_S	86400	/* between two looks through info/ */
#define SLACK_S	60	/* how far into the future NEXT may be by accident */

void
scan_start(struct qrun *q, int full, int all)
{
	q->pass++;
	q->began = (long long)time(NULL);
	q->pass_all = all;
	q->pass_full = full || all;
	q->phase = q->pass_full ? SCAN_TMP : SCAN_NEW;
	q->postmaster_said = 0;
	q->want_new = 0;
	if (q->pass_full) {
		q->want_full = q->want_all = 0;
		q->next_due = LLONG_MAX;
		if (q->began - q->cleaned >= CLEAN_S || q->began < q->cleaned) {
			q->cleaned = q->began;
			info_clean(q);
		}
	}
	remote_forget(q);
	route_forget(q);
}

/* New mail does not wait until a long pass is over: defer/ is put aside. */
void
scan_turn(struct qrun *q)
{
	q->aside = q->scan;
	q->scan = NULL;
	q->phase = SCAN_NEW;
	q->want_new = 0;
	route_forget(q);
}

/* Looks that find nothing are counted, and made less often then. */
static void
end_phase(struct qrun *q)
{
	if (q->scan != NULL)
		(void)closedir(q->scan);
	q->scan = NULL;
	if (q->phase == SCAN_NEW) {
		q->empty_looks = q->found_new ? 0 : q->empty_looks + 1;
		q->looked_ms = clock_ms();
		q->found_new = 0;
	}
	if (q->phase == SCAN_TMP) {
		q->phase = SCAN_NEW;
	} else if (q->phase == SCAN_NEW && q->pass_full) {
		q->phase = SCAN_DEFER;
		q->scan = q->aside;	/* where it was, if it was begun */
		q->aside = NULL;
	} else {
		q->phase = SCAN_NONE;
	}
}

/*
 * What this pass itself renamed has NEXT >= began + retry, so it is never met
 * twice, whatever order the directory has.  A NEXT too far ahead was written
 * before the clock was set back.
 */
static int
due(const struct qrun *q, long long next)
{
	long long retry = (long long)q->set.retry_s;

	if (next > (long long)time(NULL) + retry + SLACK_S)
		return 1;
	return next <= q->began || (q->pass_all && next < q->began + retry);
}

static void
look(struct qrun *q, const char *file)
{
	const char *name;
	long long next;

	if (q->phase == SCAN_TMP)
		tmpdir_clean(q, file);
	else if (q->phase == SCAN_NEW) {
		q->found_new = 1;
		take_new(q, file);
	} else if ((next = name_next(file, &name)) == -1)
		take_bad(q, q->defer, file, "no queue file name");
	else if (message_known(q, name))	/* its time may come */
		take_later(q, next > (long long)time(NULL) ? next :
		    (long long)time(NULL) + SLACK_S);
	else if (!due(q, next))
		take_later(q, next);
	else
		take_deferred(q, file, name, next);
}

static DIR *
open_phase(const struct qrun *q)
{
	int at = q->phase == SCAN_TMP ? q->spool.tmp :
	    q->phase == SCAN_NEW ? q->spool.new : q->defer;
	int fd = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir;

	if (fd == -1)
		return NULL;
	dir = fdopendir(fd);
	if (dir == NULL)
		(void)close(fd);
	return dir;
}

int
scan_next(struct qrun *q)
{
	struct dirent *e = NULL;

	if (q->phase == SCAN_NONE)
		return 0;
	if (q->scan == NULL)
		q->scan = open_phase(q);
	if (q->scan != NULL)
		errno = 0;
	if (q->scan != NULL && (e = readdir(q->scan)) != NULL) {
		if (e->d_name[0] != '.')
			look(q, e->d_name);
		return 1;
	}
	if (errno != 0) {
		say_trouble(q, "cannot read the spool", NULL);
		take_later(q, (long long)time(NULL) + SLACK_S);
	}
	end_phase(q);
	return 1;
}
