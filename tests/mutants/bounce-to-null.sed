# A bounce that fails is answered to <>.
# file: qrun/bounce.c
# test: tests/bounce.t
# sees: B02 a bounce that fails goes to the postmaster
s/b\.doubled = b\.to\[0\] == '\\0';/b.doubled = 0;/
