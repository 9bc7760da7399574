/*
 * drive - calls the delivery half of qrun by itself, for tests.
 *
 *	drive deliver MAILBOX PATH EXTENSION SECONDS <QUEUEFILE
 *	drive spawn MAILROOT UID GID PATH QUEUEFILE ...
 *	drive qsend CONFDIR QSENDUSER UID GID HOST PORT QUEUEFILE
 *	drive orphan MAILBOX PATH <QUEUEFILE	(hangs up after a second)
 *	drive lock FILE SECONDS		(holds an fcntl lock)
 *	drive bounce SPOOL ACTION POSTMASTER QUEUEFILE [TEXT REMOTE STATUS]
 *
 * Called as "qsend" it says what qsend would be given.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/envelope.h"
#include "lib/log.h"
#include "lib/startup.h"
#include "qrun/bounce.h"
#include "qrun/deliver.h"
#include "qrun/spawn.h"

static struct envelope e;
static struct envelope_recipient r;
static struct delivery d;

static int
die(const char *what)
{
	fprintf(stderr, "drive: %s: %s\n", what, strerror(errno));
	exit(111);
}

/* Reads the envelope up to its end; the delivery is for its first recipient. */
static void
read_envelope(int fd, const char *path, const char *extension)
{
	int first = 1;

	if (envelope_open(&e, fd) == -1)
		die("envelope");
	while (envelope_next(&e, &r) == 1)
		if (first) {
			strcpy(d.recipient, r.address);
			first = 0;
		}
	strcpy(d.sender, e.sender);
	strcpy(d.mailbox.path, path);
	strcpy(d.mailbox.extension, extension);
	d.message = e.message;
}

static void
print_all(int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };
	char block[4096];
	ssize_t n;

	while (poll(&p, 1, 20000) == 1 &&
	    (n = read(fd, block, sizeof(block))) != 0)
		if (n > 0)
			fwrite(block, 1, (size_t)n, stdout);
	fflush(stdout);
}

static int
drive_deliver(char **argv, int orphan)
{
	struct deliver_conf conf = { "hamburger.edu", 5, -1, getenv("PATH") };
	int ends[2], dir = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir == -1 || child_pipe(ends) == -1)
		die(argv[2]);
	conf.lifeline = ends[0];
	read_envelope(0, argv[3], orphan ? "" : argv[4]);
	if (orphan) {
		conf.command_s = 60;
		if (fork() == 0) {
			close(ends[0]);
			sleep(1);
			_exit(0);
		}
		close(ends[1]);
	} else {
		conf.command_s = (unsigned int)atoi(argv[5]);
	}
	deliver(&conf, &d, dir, 0, 1);
	return 0;
}

static int
drive_spawn(char **argv)
{
	struct spawn_conf conf = { "hamburger.edu", argv[2], NULL, "/conf", 5,
	    getenv("PATH") };
	struct spawn s;
	int status = 0, fd, feed, result;

	switch (spawn_init(&s, &conf, (uid_t)atoi(argv[3]),
	    (gid_t)atoi(argv[4]), &status)) {
	case -1:
		die("spawn_init");
		break;
	case 1:
		return status;
	}
	for (argv += 5; argv[0] != NULL && argv[1] != NULL; argv += 2) {
		fd = open(argv[1], O_RDONLY | O_CLOEXEC);
		if (fd == -1)
			die(argv[1]);
		read_envelope(fd, argv[0], "");
		result = spawn_delivery(&s, argv[0], &feed);
		if (result == -1)
			die("spawn_delivery");
		if (spawn_give(feed, &d, fd) == -1 && errno != EPIPE)
			die("spawn_give");
		close(fd);
		close(feed);
		print_all(result);
		close(result);
		spawn_reap(&s);
	}
	return 3;	/* which the parent must hand on */
}

static int
drive_qsend(char **argv)
{
	struct spawn_conf conf = { "hamburger.edu", "/", argv[3], argv[2], 5,
	    getenv("PATH") };
	struct spawn s;
	int status = 0, fd, feed, report;

	switch (spawn_init(&s, &conf, (uid_t)atoi(argv[4]),
	    (gid_t)atoi(argv[5]), &status)) {
	case -1:
		die("spawn_init");
		break;
	case 1:
		return status;
	}
	fd = open(argv[8], O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		die(argv[8]);
	report = spawn_qsend(&s, argv[6], (unsigned int)atoi(argv[7]), &feed);
	if (report == -1)
		die("spawn_qsend");
	if (spawn_feed(feed, "label 17\n", 9, fd) == -1)
		die("spawn_feed");
	close(fd);
	close(feed);
	print_all(report);
	spawn_reap(&s);
	return 0;
}

static int
drive_bounce(char **argv)
{
	struct bounce_message m = { open(argv[5], O_RDONLY | O_CLOEXEC), &e,
	    1700000000, 1700400000 };
	struct bounce_recipient list[10];
	struct spool spool;
	char *kept[20];
	size_t n = 0;

	if (m.fd == -1 || spool_open(&spool, argv[2]) == -1 ||
	    envelope_open(&e, m.fd) == -1)
		die(argv[5]);
	while (n < 10 && envelope_next(&e, &r) == 1) {
		list[n].address = kept[2 * n] = strdup(r.address);
		list[n].options = kept[2 * n + 1] = strdup(r.options);
		list[n].status = argv[6] ? argv[8] : "5.1.1";
		list[n].remote = argv[6] && *argv[7] ? argv[7] : NULL;
		list[n].text = argv[6] ? argv[6] : "no such mailbox";
		list[n++].last_attempt = 1700100000;
	}
	printf("%d\n", bounce_write(&spool, "hamburger.edu", argv[4],
	    (enum bounce_action)atoi(argv[3]), &m, list, n));
	while (n > 0) {
		n--;
		free(kept[2 * n]);
		free(kept[2 * n + 1]);
	}
	return 0;
}

static int
drive_lock(char **argv)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(argv[2], O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd == -1 || fcntl(fd, F_SETLK, &whole) == -1)
		die(argv[2]);
	printf("locked\n");
	fflush(stdout);
	sleep((unsigned int)atoi(argv[3]));
	return 0;
}

/* As qsend: what we are, what we got. */
static int
fake_qsend(int argc, char **argv)
{
	char record[100], first[100];
	int fds[2], i;
	ssize_t n;

	printf("uid %u gid %u args", (unsigned int)getuid(),
	    (unsigned int)getgid());
	for (i = 1; i < argc; i++)
		printf(" %s", argv[i]);
	printf("\n");
	while ((n = spawn_receive(0, record, sizeof(record) - 1, fds)) > 0) {
		record[n] = '\0';
		n = pread(fds[0], first, sizeof(first) - 1, 0);
		first[n > 0 ? n : 0] = '\0';
		first[strcspn(first, "\n")] = '\0';
		printf("record %sfirst %s\naccess %d\n", record, first,
		    fcntl(fds[0], F_GETFL) & O_ACCMODE);
		close(fds[0]);
	}
	printf("end\n");
	return 0;
}

int
main(int argc, char **argv)
{
	static const int keep[] = { -1 };
	const char *name = strrchr(argv[0], '/');

	startup(keep, 1);
	log_open("drive");
	if (strcmp(name ? name + 1 : argv[0], "qsend") == 0)
		return fake_qsend(argc, argv);
	if (argc == 6 && strcmp(argv[1], "deliver") == 0)
		return drive_deliver(argv, 0);
	if (argc == 4 && strcmp(argv[1], "lock") == 0)
		return drive_lock(argv);
	if (argc == 4 && strcmp(argv[1], "orphan") == 0)
		return drive_deliver(argv, 1);
	if (argc >= 7 && strcmp(argv[1], "spawn") == 0)
		return drive_spawn(argv);
	if (argc == 9 && strcmp(argv[1], "qsend") == 0)
		return drive_qsend(argv);
	if ((argc == 6 || argc == 9) && strcmp(argv[1], "bounce") == 0)
		return drive_bounce(argv);
	fprintf(stderr, "drive: usage\n");
	return 100;
}
