# Bare CR and LF are taken for line ends.
# file: lib/dot.c
# test: tests/smtpd.t
# sees: D04 D15 SEC-S7 bare CR, bare LF
/^bare(/,/^}/s/d->bad = 1;/;/
