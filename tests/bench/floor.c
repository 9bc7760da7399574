/*
 * floor - durable writes with no mail in them: what the disk allows.
 *
 *	floor MODE WRITERS COUNT OCTETS DIR
 *
 * Each of WRITERS processes makes its share of COUNT files of OCTETS octets in
 * DIR/tmp and moves them to DIR/new.  Prints files per second.  MODE:
 *	two	fsync of the file, rename, fsync of the directory
 *	one	rename, fsync of the file (one journal commit on ext4)
 *	none	no fsync
 */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void
die(const char *what)
{
	perror(what);
	exit(111);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
writer(const char *mode, int id, int count, size_t octets)
{
	char *data = malloc(octets), from[64], to[64];
	int dir = open("new", O_RDONLY | O_DIRECTORY), fd;

	if (data == NULL || dir == -1)
		die("new");
	memset(data, 'x', octets);
	while (count-- > 0) {
		snprintf(from, sizeof(from), "tmp/%d.%d", id, count);
		snprintf(to, sizeof(to), "new/%d.%d", id, count);
		fd = open(from, O_WRONLY | O_CREAT | O_EXCL, 0600);
		if (fd == -1 || write(fd, data, octets) != (ssize_t)octets)
			die(from);
		if (mode[0] == 't' && fsync(fd) == -1)
			die(from);
		if (rename(from, to) == -1)
			die(to);
		if (mode[0] == 't' && fsync(dir) == -1)
			die("new");
		if (mode[0] == 'o' && fsync(fd) == -1)
			die(to);
		close(fd);
	}
	exit(0);
}

int
main(int argc, char **argv)
{
	int writers, count, i, status, failed = 0;
	double start;

	if (argc != 6 || chdir(argv[5]) == -1)
		die("usage: floor two|one|none WRITERS COUNT OCTETS DIR");
	writers = atoi(argv[2]);
	count = atoi(argv[3]) / writers;
	(void)mkdir("tmp", 0700);
	(void)mkdir("new", 0700);
	start = now();
	for (i = 0; i < writers; i++)
		if (fork() == 0)
			writer(argv[1], i, count, (size_t)atoi(argv[4]));
	while (wait(&status) != -1)
		failed |= status;
	printf("%.1f\n", writers * count / (now() - start));
	return failed != 0;
}
