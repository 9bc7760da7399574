/*
 * command - the "|command" instruction of a mailbox, qmail-command(8).
 */
#ifndef QRUN_COMMAND_H
#define QRUN_COMMAND_H

#include "delivery.h"

/*
 * Runs the text with /bin/sh -c in the mailbox directory: a private copy of the
 * message on 0, its output noted, a known environment, a deadline.
 */
enum verdict command_run(struct job *, const char *text);

#endif
