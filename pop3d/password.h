/*
 * password - one crypt(3) hash in a file .password, and whether a password is
 * the one.
 */
#ifndef POP3D_PASSWORD_H
#define POP3D_PASSWORD_H

#include <sys/types.h>

#define PASSWORD_HASH_MAX	512	/* crypt(3): CRYPT_OUTPUT_SIZE is 384 */

/*
 * Reads .password in the directory open at dir: its first line.  1, or 0 when
 * there is none, or -1 with errno: EPERM when it is not a regular file of owner
 * or root, or others may read or change it.
 */
int password_read(int dir, uid_t owner, char hash[PASSWORD_HASH_MAX]);

/*
 * Compares in constant time.  hash "" is a user who does not exist: the answer
 * is no, after the work that nobody's hash (made by crypt(3), or "" for one of
 * the common kind) costs.
 */
int password_is(const char *password, const char *hash, const char *nobody);

/* Overwrites a secret in a way that the compiler may not leave out. */
void password_forget(char *, size_t);

#endif
