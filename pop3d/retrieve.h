/*
 * retrieve - RETR and TOP (RFC 1939 5, 7): the reply, and the message.
 */
#ifndef POP3D_RETRIEVE_H
#define POP3D_RETRIEVE_H

struct session;
struct message;

/* Sends the whole message, and notes that it did. */
void retrieve_message(struct session *, struct message *);

/* Sends the header, the empty line, and so many lines of the body. */
void retrieve_top(struct session *, struct message *,
    unsigned long long lines);

#endif
