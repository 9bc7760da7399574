/*
 * feeder - feeds a program as the queue manager feeds qsend.
 *
 *	feeder seqpacket|stream RECORD[=FILE] ... -- program [argument ...]
 *
 * The program's descriptor 0 is one end of a socket pair of that type.  Each
 * record goes there as a line, with a descriptor of FILE opened for reading;
 * then the socket is closed.  Exit status: the program's.
 */
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
wrong(const char *why)
{
	perror(why);
	exit(2);
}

static void
feed(int to, char *record)
{
	union {
		struct cmsghdr	align;
		char		space[CMSG_SPACE(sizeof(int))];
	} control;
	char *file = strchr(record, '='), line[4096];
	struct iovec data = { line, 0 };
	struct msghdr m;
	int fd = -1;

	if (file != NULL) {
		*file++ = '\0';
		fd = open(file, O_RDONLY);
		if (fd == -1)
			wrong(file);
	}
	snprintf(line, sizeof(line), "%s\n", record);
	data.iov_len = strlen(line);
	memset(&m, 0, sizeof(m));
	m.msg_iov = &data;
	m.msg_iovlen = 1;
	if (fd != -1) {
		struct cmsghdr *c;

		memset(&control, 0, sizeof(control));
		m.msg_control = &control;
		m.msg_controllen = sizeof(control);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(int));
	}
	if (sendmsg(to, &m, MSG_NOSIGNAL) == -1)
		wrong("sendmsg");
	if (fd != -1)
		close(fd);
}

int
main(int argc, char **argv)
{
	int ends[2], status, i = 2;
	pid_t pid;

	if (argc < 2 || socketpair(AF_UNIX, strcmp(argv[1], "stream") == 0 ?
	    SOCK_STREAM : SOCK_SEQPACKET, 0, ends) == -1)
		wrong("feeder");
	while (i < argc && strcmp(argv[i], "--") != 0)
		i++;
	if (i + 1 >= argc)
		wrong("no program");
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], 0);
		close(ends[0]);
		close(ends[1]);
		execvp(argv[i + 1], argv + i + 1);
		_exit(127);
	}
	close(ends[1]);
	for (i = 2; strcmp(argv[i], "--") != 0; i++)
		feed(ends[0], argv[i]);
	close(ends[0]);
	if (pid == -1 || waitpid(pid, &status, 0) == -1)
		wrong("wait");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 111;
}
