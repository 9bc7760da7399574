/*
 * log - one line per event, "prog: key=value ...", to stderr, or to
 * syslog(LOG_MAIL) when stderr is the peer's socket, as under inetd and xinetd.
 */
#ifndef LIB_LOG_H
#define LIB_LOG_H

/* Chooses where the log goes.  Call it first; prog must stay. */
void log_open(const char *prog);

/* What a program that we start may have as its stderr: 2, or -1 (none) when 2 is
 * the peer. */
int log_fd(void);

/*
 * log_event("refused", "peer", ip, "code", "550") writes
 * "prog: event=refused peer=192.0.2.7 code=550".  Arguments are pairs of key and
 * value, all strings; a pair whose value is NULL is left out.  Values are made
 * printable (\xHH) and quoted when they hold a blank, a quote or nothing, so no
 * peer can forge a field or a line.  The line is cut at 1,000 octets, and each
 * value but "text" at 250 of them, so that none can push out the others.
 */
#define log_event(...)	log_pairs(__VA_ARGS__, (const char *)0)
void log_pairs(const char *event, ...);

#endif
