/*
 * mkhash - prints a crypt(3) hash of the password given; cheap, for tests and
 * the demonstration only:	mkhash PASSWORD
 * libs: -lcrypt
 */
#include <crypt.h>
#include <stdio.h>

int
main(int argc, char **argv)
{
	const char *hash;

	if (argc != 2)
		return 100;
	hash = crypt(argv[1], "$6$rounds=1000$pennypost");
	if (hash == NULL || hash[0] == '*')
		return 111;
	puts(hash);
	return 0;
}
