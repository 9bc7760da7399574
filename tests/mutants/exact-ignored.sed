# checkpw lets +tag and the catch-all in.
# file: lib/mailbox.c
# test: tests/pop3checkpw.t
# sees: SEC-S24 nor does a \+tag
s/ || (flags & MAILBOX_EXACT))/)/
