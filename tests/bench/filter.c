/*
 * filter - the least that can stand behind tcpserver and keep a message: answers
 * every line, understands nothing, and makes what came between DATA and the final
 * dot durable as smtpd does.  What smtpd takes beyond it, mail takes.
 *
 *	filter SPOOL
 *
 * One client, one message at a time, no limits: only for measuring.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char buf[65536];

static int
say(const char *text)
{
	return write(1, text, strlen(text)) == -1;
}

/* The order of lib/spool.c; 1 when all went well. */
static int
keep(const char *data, size_t length, unsigned int n)
{
	char name[80], to[80];
	int tmp = open("tmp", O_RDONLY | O_DIRECTORY), fd;

	snprintf(name, sizeof(name), "tmp/%ld.%u,S=%zu", (long)getpid(), n,
	    length);
	fd = open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (fd == -1 || write(fd, data, length) != (ssize_t)length ||
	    fsync(fd) == -1 || fsync(tmp) == -1)
		return 0;
	snprintf(to, sizeof(to), "new/%s", name + 4);
	close(fd);
	close(tmp);
	return rename(name, to) == 0;
}

int
main(int argc, char **argv)
{
	size_t used = 0, start = 0;
	unsigned int n = 0;
	int data = 0;
	ssize_t got;
	char *lf;

	if (argc != 2 || chdir(argv[1]) == -1 || say("220 filter\r\n"))
		return 111;
	while ((got = read(0, buf + used, sizeof(buf) - used)) > 0) {
		used += (size_t)got;
		if (data) {
			if (used < 5 || memcmp(buf + used - 5, "\r\n.\r\n", 5))
				continue;
			if (!keep(buf, used - 3, ++n) || say("250 ok\r\n"))
				return 111;
			data = 0;
			used = 0;
			continue;
		}
		while ((lf = memchr(buf + start, '\n', used - start)) != NULL) {
			char *line = buf + start;

			start = (size_t)(lf - buf) + 1;
			data = *line == 'D';
			if (say(data ? "354 go on\r\n" : *line == 'Q' ?
			    "221 bye\r\n" : "250 ok\r\n") || *line == 'Q')
				return 0;
		}
		if (start == used)
			start = used = 0;
	}
	return 111;
}
