# What was read in clear is taken for what came under TLS.
# file: lib/in.c
# test: tests/unit/in_test.c
# sees: T02 SEC-S2 a change forgets what was buffered
/^in_change(/,/^}/s/in->start = in->end = 0;/;/
