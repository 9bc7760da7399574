/*
 * route - finds a server of the destination that talks to us: the order of RFC
 * 5321 5.1, and what it means when there is none.
 */
#ifndef QSEND_ROUTE_H
#define QSEND_ROUTE_H

struct session;

/*
 * Opens a session with the first server that can be had.  0; or -1 and s->reply
 * is the verdict: temporary if any server might be had later.
 */
int route_connect(struct session *);

#endif
