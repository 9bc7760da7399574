/*
 * password - the only code that sees hashes.  Trusts the owner of the file, and
 * nobody else on the machine; the password is a peer's.
 */
#define _DEFAULT_SOURCE	/* glibc hides crypt(), which is XSI, without it */
#include "password.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Hashes of no password: whoever does not exist costs as much as others. */
static const char *const nobody_default[] = {
	"$y$j9T$pennypost.nobody$TsaqbKBXivbmb641m8y9pD5S0PAReF2OKu/2"
	    "RZmc9Z3",
	"$6$pennypostnobody$YSqYhKttewGC9ujzYbyodXe9DZMQHcCL51WAoNw5g"
	    "kFZ5aL4DE4hiScFNsEFGndGuAGDB6RgelXHi5Zbf3/IQ/"
};

int
password_read(int dir, uid_t owner, char hash[PASSWORD_HASH_MAX])
{
	struct stat st;
	ssize_t n = -1;
	int error;
	int fd = openat(dir, ".password", O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);

	if (fd == -1)
		return errno == ENOENT ? 0 : -1;
	if (fstat(fd, &st) == 0) {
		errno = EPERM;
		if (S_ISREG(st.st_mode) &&
		    (st.st_mode & (S_IWGRP | S_IRWXO)) == 0 &&
		    (st.st_uid == owner || st.st_uid == 0))
			n = read(fd, hash, PASSWORD_HASH_MAX - 1);
	}
	error = errno;
	(void)close(fd); /* was only read */
	errno = error;
	if (n == -1)
		return -1;
	hash[n] = '\0';
	hash[strcspn(hash, "\r\n")] = '\0';
	return 1;
}

/* The hash of the password made as like is, or NULL. */
static const char *
make(const char *password, const char *like)
{
	const char *made = crypt(password, like);

	return made == NULL || made[0] == '*' ? NULL : made;
}

int
password_is(const char *password, const char *hash, const char *nobody)
{
	const char *made = NULL;
	unsigned int different = 0;
	size_t i, length = strlen(hash);

	if (length == 0) {
		if (nobody[0] != '\0')
			made = make(password, nobody);
		for (i = 0; made == NULL && i < 2; i++)
			made = make(password, nobody_default[i]);
		return 0;
	}
	made = make(password, hash);
	if (made == NULL || strlen(made) != length)
		return 0;
	for (i = 0; i < length; i++)
		different |= (unsigned int)(made[i] ^ hash[i]);
	return different == 0;
}

void
password_forget(char *secret, size_t length)
{
	volatile char *p = secret;

	while (length-- > 0)
		*p++ = '\0';
}
