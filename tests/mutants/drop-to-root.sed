# The drop to an owner lets uid 0 be one.
# file: lib/drop.c
# test: tests/pop3checkpw.t
# sees: SEC-S11 root's own mailbox has no login
# needs: root
# hunks: 2
s/if (uid == 0) {/if (uid == 0)\
		return 0;\
	if (0) {/
s/if (uid == 0 || geteuid() != 0) {/if (uid != 0 \&\& geteuid() != 0) {/
