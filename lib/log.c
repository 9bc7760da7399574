/*
 * log - one line per event.  Values may come from a peer; none is trusted.
 */
#include "log.h"

#include <sys/stat.h>

#include <stdarg.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "text.h"

#define LOG_LINE_MAX	1000
#define LOG_VALUE_MAX	250

static const char *log_prog = "pennypost";
static int log_to_syslog;

void
log_open(const char *prog)
{
	struct stat err, peer;
	int fd;

	log_prog = prog;
	log_to_syslog = 0;
	if (fstat(2, &err) == -1 || !S_ISSOCK(err.st_mode))
		return;
	for (fd = 0; fd < 2; fd++)
		if (fstat(fd, &peer) == 0 && peer.st_dev == err.st_dev &&
		    peer.st_ino == err.st_ino)
			log_to_syslog = 1;
	if (log_to_syslog)
		openlog(prog, LOG_PID, LOG_MAIL);
}

int
log_fd(void)
{
	return log_to_syslog ? -1 : 2;
}

static void
add_value(struct text *t, const char *value, size_t most)
{
	int quoted = value[0] == '\0' || strpbrk(value, " \"=") != NULL;
	size_t size = t->size;
	const char *p;

	if (quoted)
		text_add_printable(t, "\"", 1);
	if (most < t->size - t->used)
		t->size = t->used + most;
	if (!quoted)
		text_add_printable(t, value, strlen(value));
	for (p = value; quoted && *p != '\0'; p++)
		text_add_printable(t, *p == '"' ? "'" : p, 1);
	t->size = size;
	if (quoted)
		text_add_printable(t, "\"", 1);
}

void
log_pairs(const char *event, ...)
{
	char line[LOG_LINE_MAX + 2];
	struct text t;
	const char *key;
	va_list pairs;

	text_init(&t, line, sizeof(line) - 1);
	if (!log_to_syslog) {
		text_add(&t, log_prog);
		text_add(&t, ": ");
	}
	text_add(&t, "event=");
	text_add(&t, event);
	va_start(pairs, event);
	while ((key = va_arg(pairs, const char *)) != NULL) {
		const char *value = va_arg(pairs, const char *);

		if (value == NULL)
			continue;
		text_add_printable(&t, " ", 1);
		text_add_printable(&t, key, strlen(key));
		text_add_printable(&t, "=", 1);
		add_value(&t, value, strcmp(key, "text") == 0 ? LOG_LINE_MAX :
		    LOG_VALUE_MAX);
	}
	va_end(pairs);
	if (log_to_syslog) {
		syslog(LOG_INFO, "%s", line);
		return;
	}
	line[t.used] = '\n';
	/* A log that cannot be written has nobody left to be told. */
	if (write(2, line, t.used + 1) == -1)
		return;
}
