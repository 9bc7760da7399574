/*
 * child - starts a program with exactly the descriptors it is meant to have,
 * and waits for it no longer than it may take.  Never a shell.
 */
#ifndef LIB_CHILD_H
#define LIB_CHILD_H

#include <stddef.h>
#include <sys/types.h>

#define CHILD_WORDS_MAX	32	/* words of a configured command */

/*
 * Starts argv[0], found by $PATH, as the leader of a process group of its own,
 * no signal blocked, and all at their defaults but those of terminals (HUP, INT,
 * QUIT ...), which stay ignored when they were: nohup(1).  Descriptor i of the program is fds[i], /dev/null
 * where that is -1, for i < count; all others of ours are close-on-exec, and
 * stay so.  env NULL means ours.  Returns its pid, or -1 with errno (which
 * includes a program that cannot be executed).
 */
pid_t child_start(char *const argv[], char *const env[], const int fds[],
    size_t count);

/*
 * The same in our own process group, for a program that takes our place with
 * the peer: it may read our terminal, and what ends us there ends it.  Wait for
 * it without a deadline.
 */
pid_t child_start_beside(char *const argv[], char *const env[],
    const int fds[], size_t count);

/*
 * Waits for it until clock_ms() is deadline_ms, then kills its group.  Returns
 * its exit status, or 111 when it was killed, by us or another.
 */
int child_wait(pid_t, long long deadline_ms);

/* A pipe, both ends close-on-exec.  0, or -1 with errno. */
int child_pipe(int ends[2]);

/*
 * Splits a configured command at blanks, in place, into at most
 * CHILD_WORDS_MAX - 1 words and a NULL.  Returns how many; 0 when there are
 * none or too many.
 */
size_t child_words(char *command, char *words[CHILD_WORDS_MAX]);

#endif
