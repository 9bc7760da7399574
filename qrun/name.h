/*
 * name - what the names of queue files say: "NEXT.NAME" in defer/, where NAME is
 * "SEC.MusecPpidRrandom.HOST,S=octets,W=octets", and the queue id is what stands
 * before HOST.
 */
#ifndef QRUN_NAME_H
#define QRUN_NAME_H

#include "../lib/unique.h"

/* NEXT of a name in defer/; *name is what follows it.  A NAME alone counts from
 * its own second.  -1: this is no name of a queue file. */
long long name_next(const char *file, const char **name);

/* The queue id, in to[UNIQUE_ID_MAX]; cut if it is longer. */
void name_id(const char *name, char *to);

/* The second in which the message came, 0 if the name does not say. */
long long name_arrival(const char *name);

#endif
