/*
 * tls - starts the helper that carries a TLS connection.  The template is the
 * administrator's; the name may come from the DNS and is checked.
 */
#include "tls.h"

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "../lib/child.h"
#include "../lib/clock.h"
#include "../lib/conf.h"
#include "../lib/text.h"

#define HELPER_BYTES	4096	/* of its words, filled in */
#define END_MS		1000

static int
is_plain(const char *s)
{
	return s[0] != '-' && s[strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:")] == '\0';
}

/* Fills in one word at the end of t; a NUL separates it from the next. */
static char *
fill_in(struct text *t, const char *word, const char *address,
    unsigned int port, const char *name)
{
	char *begin = t->data + t->used;

	for (; *word != '\0'; word++) {
		if (*word != '%' || word[1] == '\0')
			text_add_bytes(t, word, 1);
		else if (*++word == 'h')
			text_add(t, address);
		else if (*word == 'n')
			text_add(t, name);
		else if (*word == 'p')
			text_add_number(t, port, 1);
		else
			text_add_bytes(t, word, 1);
	}
	text_add_bytes(t, "", 1);
	return begin;
}

/* A connected pair, both ends close-on-exec. */
static int
pair(int ends[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1)
		return -1;
	(void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	return 0;
}

int
tls_start(const char *template, const char *address, unsigned int port,
    const char *name, pid_t *helper)
{
	char command[CONF_LINE_MAX], filled[HELPER_BYTES];
	char *words[CHILD_WORDS_MAX];
	struct text t, copy;
	int ends[2], fds[3];
	size_t n, i;

	text_init(&copy, command, sizeof(command));
	text_add(&copy, template);
	text_init(&t, filled, sizeof(filled));
	n = child_words(command, words);
	for (i = 0; i < n; i++)
		words[i] = fill_in(&t, words[i], address, port, name);
	errno = EINVAL;
	if (n == 0 || t.full || copy.full || !is_plain(address) ||
	    !is_plain(name) || pair(ends) == -1)
		return -1;
	fds[0] = fds[1] = ends[1];
	fds[2] = -1;	/* what it says belongs to its connection, not in our log */
	*helper = child_start(words, NULL, fds, 3);
	(void)close(ends[1]); /* the helper has it */
	if (*helper != -1)
		return ends[0];
	n = (size_t)errno;
	(void)close(ends[0]);
	errno = (int)n;
	return -1;
}

void
tls_end(pid_t helper)
{
	(void)kill(helper, SIGTERM); /* it may have ended already */
	(void)child_wait(helper, clock_ms() + END_MS);
}
