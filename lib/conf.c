/*
 * conf - one setting per file.  Trusts the administrator, but not his typing.
 */
#include "conf.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

#define CONF_BUFFER	4096

/* A file being read line by line. */
struct lines {
	int	fd;
	size_t	start, end;
	char	buf[CONF_BUFFER];
};

void
conf_fail(struct conf *c, const char *name, const char *why)
{
	struct text t;

	if (c->error[0] != '\0')
		return;
	text_init(&t, c->error, sizeof(c->error));
	text_add_printable(&t, name, strlen(name));
	text_add_printable(&t, ": ", 2);
	text_add_printable(&t, why, strlen(why));
}

void
conf_open(struct conf *c, const char *path)
{
	c->error[0] = '\0';
	c->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->dir == -1)
		conf_fail(c, path, strerror(errno));
}

/* 1 opened, 0 absent or an earlier error. */
static int
lines_open(struct conf *c, const char *name, struct lines *l)
{
	l->start = l->end = 0;
	l->fd = -1;
	if (c->error[0] != '\0')
		return 0;
	l->fd = openat(c->dir, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (l->fd == -1 && errno != ENOENT)
		conf_fail(c, name, strerror(errno));
	return l->fd != -1;
}

/* The next line without its end and trailing blanks: 1; 0 at the end; -1. */
static int
lines_next(struct conf *c, const char *name, struct lines *l, char **line)
{
	for (;;) {
		char *begin = l->buf + l->start;
		size_t have = l->end - l->start;
		char *lf = memchr(begin, '\n', have);
		ssize_t n = 0;

		if (lf == NULL && have < CONF_LINE_MAX) {
			memmove(l->buf, begin, have);
			l->start = 0;
			l->end = have;
			/* room for the LF that the last line may lack */
			n = read(l->fd, l->buf + have,
			    sizeof(l->buf) - have - 1);
			if (n == -1)
				conf_fail(c, name, strerror(errno));
			if (n == -1 || (n == 0 && have == 0))
				return (int)n;
			if (n == 0)
				l->buf[l->end++] = '\n';
			l->end += (size_t)n;
			continue;
		}
		if (lf == NULL || lf - begin >= CONF_LINE_MAX ||
		    memchr(begin, '\0', (size_t)(lf - begin)) != NULL) {
			conf_fail(c, name, "a line is too long or holds a NUL");
			return -1;
		}
		l->start += (size_t)(lf - begin) + 1;
		while (lf > begin && strchr(" \t\r", lf[-1]) != NULL)
			lf--;
		*lf = '\0';
		*line = begin;
		return 1;
	}
}

int
conf_text(struct conf *c, const char *name, char *to, size_t size)
{
	struct lines l;
	char *line = NULL;
	int found = 0;

	if (!lines_open(c, name, &l))
		return 0;
	switch (lines_next(c, name, &l, &line)) {
	case 1:
		if (strlen(line) >= size) {
			conf_fail(c, name, "the value is too long");
		} else {
			memcpy(to, line, strlen(line) + 1);
			found = 1;
		}
		break;
	case 0:
		conf_fail(c, name, "the file is empty");
		break;
	}
	(void)close(l.fd); /* was only read */
	return found;
}

int
conf_number(struct conf *c, const char *name, unsigned long long min,
    unsigned long long max, unsigned long long *number)
{
	char value[32], why[80];
	unsigned long long n = 0;
	struct text t;

	if (!conf_text(c, name, value, sizeof(value)))
		return 0;
	if (text_number(value, max, &n) == 0 && n >= min) {
		*number = n;
		return 1;
	}
	text_init(&t, why, sizeof(why));
	text_add(&t, "not a number from ");
	text_add_number(&t, min, 1);
	text_add(&t, " to ");
	text_add_number(&t, max, 1);
	conf_fail(c, name, why);
	return 0;
}

/* Labels of letters, digits and hyphens (RFC 5321 4.1.2): it stands behind the
 * @ of addresses. */
static int
is_host(const char *name)
{
	static const char octets[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";

	for (;;) {
		size_t n = strspn(name, octets);

		if (n == 0 || n > 63 || name[0] == '-' || name[n - 1] == '-')
			return 0;
		if (name[n] != '.')
			return name[n] == '\0';
		name += n + 1;
	}
}

void
conf_me(struct conf *c, char *to, size_t size)
{
	if (gethostname(to, size) == -1 || memchr(to, '\0', size) == NULL)
		to[0] = '\0';
	if (!conf_text(c, "me", to, size) && c->error[0] != '\0')
		return;
	if (!is_host(to))
		conf_fail(c, "me", "not a host name");
}

int
conf_each(struct conf *c, const char *name,
    int (*each)(void *context, char *line), void *context)
{
	struct lines l;
	char *line = NULL;
	int result = 0;

	if (!lines_open(c, name, &l))
		return 0;
	while (result == 0 && c->error[0] == '\0' &&
	    lines_next(c, name, &l, &line) == 1)
		if (line[0] != '\0' && line[0] != '#')
			result = each(context, line);
	(void)close(l.fd); /* was only read */
	return result;
}
