/*
 * tls - TLS is not linked: a helper command carries the connection.  Its
 * standard input and output are one socket, ours is the other end.
 */
#ifndef QSEND_TLS_H
#define QSEND_TLS_H

#include <sys/types.h>

/*
 * Starts the command of a template, in which %h is the address to connect, %p
 * the port, %n the server's name, never through a shell.  Returns our end, or -1
 * with errno (EINVAL: too many words, or a name that is not one).
 */
int tls_start(const char *template, const char *address, unsigned int port,
    const char *name, pid_t *helper);

/* Ends the helper, whose socket has been closed, and waits for it. */
void tls_end(pid_t helper);

#endif
