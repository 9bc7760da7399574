# inject exits 0 although the message was not stored.
# file: inject/submit.c
# test: tests/inject-limits.t
# sees: I12 D07 a file that cannot grow
s/if (keep == 1 && spool_commit(message) == -1)/if (keep == 1 \&\& spool_commit(message) == 1)/
