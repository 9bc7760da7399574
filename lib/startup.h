/*
 * startup - what every main does first: no core files, umask 077, SIGPIPE and
 * SIGXFSZ ignored, 0-2 open, and nothing else inherited.
 */
#ifndef LIB_STARTUP_H
#define LIB_STARTUP_H

#include <stddef.h>

/*
 * Descriptors of 3..255 are closed but for those in keep (-1 entries are
 * skipped), which become close-on-exec.  Launchers hand out the lowest numbers.
 */
void startup(const int keep[], size_t count);

/*
 * The configuration directory: option if given, else mailconf (the value of
 * $MAILCONF, NULL if unset), else the compiled-in one; a program whose real and
 * effective ids differ has only the last.
 */
const char *startup_conf_path(const char *option, const char *mailconf);

/*
 * Makes SIGTERM, SIGINT and SIGHUP write to a pipe, and returns its read end,
 * close-on-exec: readable means stop.  -1 with errno.
 */
int startup_stop_fd(void);

#endif
