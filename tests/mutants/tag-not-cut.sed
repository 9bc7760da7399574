# alice+tag does not find alice.
# file: lib/mailbox.c
# test: tests/unit/mailbox_test.c
# sees: \+tag finds the mailbox
s/if (plus != NULL && plus != local)/if (plus == local)/
