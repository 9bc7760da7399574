/*
 * mailbox_test - a mailbox is there because its directory is.
 * link: lib/mailbox.c lib/address.c lib/text.c
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/mailbox.h"
#include "tests/unit/tap.h"

static int root;
static struct mailbox m;

static const char *
find_flags(const char *text, int flags)
{
	static char said[MAILBOX_PATH_MAX + ADDRESS_LOCAL_MAX + 8];
	struct address a;

	if (address_mailbox(text, ADDRESS_NO_DOMAIN | ADDRESS_ALLOW_UTF8,
	    &a) != ADDRESS_OK)
		return "no address";
	switch (mailbox_find(root, "hamburger.edu", &a, flags, &m)) {
	case MAILBOX_FOUND:
		sprintf(said, "%s [%s]", m.path, m.extension);
		return said;
	case MAILBOX_NOT_LOCAL:
		return "not local";
	case MAILBOX_UNKNOWN:
		return "unknown";
	case MAILBOX_POSTMASTER:
		return "postmaster";
	case MAILBOX_TEMPORARY:
		return "temporary";
	}
	return "?";
}

static const char *
find(const char *text)
{
	return find_flags(text, 0);
}

static void
make(void)
{
	static const char *const directories[] = { "hamburger.edu",
	    "hamburger.edu/bob", "hamburger.edu/carol+work",
	    "hamburger.edu/carol", "caught.example", "caught.example/dave",
	    "home", "master.example", "master.example/postmaster",
	    "hamburger.edu/sp ace", ".hidden", ".hidden/bob" };
	size_t i;

	for (i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
		if (mkdir(directories[i], 0700) == -1)
			abort();
	if (symlink("bob", "hamburger.edu/info") == -1 ||
	    symlink("hamburger.edu", "www.hamburger.edu") == -1 ||
	    symlink("dave", "caught.example/@") == -1 ||
	    symlink("../home", "hamburger.edu/unix") == -1 ||
	    symlink("nowhere", "hamburger.edu/dangling") == -1 ||
	    symlink("nowhere", "dangling.example") == -1)
		abort();
	close(open("hamburger.edu/file", O_CREAT | O_WRONLY, 0600));
	close(open("file.example", O_CREAT | O_WRONLY, 0600));
}

int
main(void)
{
	char longest[200];

	make();
	root = open(".", O_RDONLY | O_DIRECTORY);
	is_str(find("bob@hamburger.edu"), "hamburger.edu/bob []", "a mailbox");
	is_str(find("BOB@Hamburger.EDU"), "hamburger.edu/bob []",
	    "S03 in any case");
	is_str(find("bob"), "hamburger.edu/bob []", "without domain: at me");
	is_str(find("eve@hamburger.edu"), "unknown", "S24 an unknown user");
	is_str(find("bob@example.org"), "not local", "S24 another domain");
	is_str(find("info@hamburger.edu"), "hamburger.edu/info []", "an alias");
	is_str(find("bob@www.hamburger.edu"), "www.hamburger.edu/bob []",
	    "a domain alias");
	is_str(find("unix@hamburger.edu"), "hamburger.edu/unix []",
	    "a link to a home");
	is_str(find("bob+list@hamburger.edu"), "hamburger.edu/bob [list]",
	    "+tag finds the mailbox");
	is_str(find("bob+a+b@hamburger.edu"), "hamburger.edu/bob [a+b]",
	    "up to the first +");
	is_str(find("carol+work@hamburger.edu"), "hamburger.edu/carol+work []",
	    "unless the tag has its own");
	is_str(find("+x@hamburger.edu"), "unknown", "a tag of nothing");
	is_str(find("eve@caught.example"), "caught.example/@ [eve]",
	    "the catch-all");
	is_str(find("dave@caught.example"), "caught.example/dave []",
	    "comes last");
	is_str(find("\"@\"@caught.example"), "unknown",
	    "its own name is no address");
	is_str(find("\"sp ace\"@hamburger.edu"), "hamburger.edu/sp ace []",
	    "a blank is a plain name");

	is_str(find("postmaster"), "postmaster", "S23 postmaster");
	is_str(find("PostMaster@hamburger.edu"), "postmaster", "S23 any case");
	is_str(find("postmaster@example.org"), "not local",
	    "S23 of another domain not");
	is_str(find("postmaster@master.example"),
	    "master.example/postmaster []", "S23 with a mailbox of its own");
	is_str(find("postmaster@caught.example"),
	    "caught.example/@ [postmaster]", "S23 by the catch-all");

	is_str(find("dangling@hamburger.edu"), "temporary",
	    "a link to nowhere is a mistake, not a refusal");
	is_str(find("bob@dangling.example"), "temporary", "nor of a domain");
	is_str(find("file@hamburger.edu"), "temporary", "nor is a file");
	is_str(find("bob@file.example"), "not local", "a file is no domain");

	is_str(find("\"../hamburger.edu/bob\"@caught.example"), "unknown",
	    "SEC-S24 no slash reaches the file system");
	is_str(find("\"..\"@hamburger.edu"), "unknown", "SEC-S24 nor ..");
	is_str(find("\".\"@hamburger.edu"), "unknown", "SEC-S24 nor .");
	is_str(find("\".password\"@hamburger.edu"), "unknown",
	    "SEC-S24 nor a hidden name");
	is_str(find("bob@[192.0.2.1]"), "not local", "a literal");

	is_str(find_flags("bob@hamburger.edu", MAILBOX_EXACT),
	    "hamburger.edu/bob []", "a login");
	is_str(find_flags("bob+x@hamburger.edu", MAILBOX_EXACT), "unknown",
	    "SEC-S16 with no tag");
	is_str(find_flags("eve@caught.example", MAILBOX_EXACT), "unknown",
	    "SEC-S16 no catch-all");
	is_str(find_flags("postmaster", MAILBOX_EXACT), "unknown",
	    "SEC-S16 no postmaster out of nothing");

	memset(longest, 'l', 64);
	strcpy(longest + 64, "@hamburger.edu");
	is_str(find(longest), "unknown", "the longest local-part");
	memcpy(longest + 3, "+", 1);
	is_str(find(longest), "unknown", "and with a tag");
	strcpy(longest + 64, "@caught.example");
	ok(strncmp(find(longest), "caught.example/@ [lll+", 22) == 0,
	    "and caught");
	return done_testing();
}
