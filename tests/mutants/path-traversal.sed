# A local-part may hold a slash.
# file: lib/mailbox.c
# test: tests/unit/mailbox_test.c
# sees: SEC-S24 no slash reaches the file system
# hunks: 2
s/ || c == '\/')/)/
s/from\[0\] == '\.' || //
