# The answer to RSET is taken for MAIL's.
# file: qsend/transaction.c
# test: tests/qsend.t
# sees: one connection serves all messages
s/if (reset && session_read(s, MAIL_S, &r) == -1)/if (0)/
