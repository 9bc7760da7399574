# A leading dot goes out as it is.
# file: lib/dot.c
# test: tests/qsend.t
# sees: C15 SEC-S1 dots are stuffed
s/out_bytes(d->out, "\.", 1);/;/
