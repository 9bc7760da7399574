/*
 * unique - names that no other file on any host has (Maildir names).
 */
#ifndef LIB_UNIQUE_H
#define LIB_UNIQUE_H

#include <stddef.h>

#define UNIQUE_ID_MAX	80	/* SEC.MusecPpidRrandom */
#define UNIQUE_HOST_MAX	64	/* octets of HOST that are used */
#define UNIQUE_NAME_MAX	(UNIQUE_ID_MAX + UNIQUE_HOST_MAX + 48)

/* Makes a new id in to[UNIQUE_ID_MAX]. */
void unique_id(char *to);

/* Makes "ID.HOST,S=octets,W=wire octets"; "/", ":" and "," in host become "_". */
void unique_name(char *to, size_t size, const char *id, const char *host,
    unsigned long long octets, unsigned long long wire_octets);

/*
 * Reads the number behind ",S=" or ",W=" (key 'S' or 'W') in a name.
 * Returns 0, or -1 when the name has none or it is no number.
 */
int unique_size(const char *name, char key, unsigned long long *octets);

#endif
