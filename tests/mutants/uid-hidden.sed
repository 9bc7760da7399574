# A message by sendmail -bs has no trace of the user.
# file: inject/become.c
# test: tests/inject-become.t
# sees: Received names the user
s/setenv("TCPREMOTEHOST", host, 1) == -1/0/
