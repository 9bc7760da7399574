# A message is answered 250 and its octets are not on disk.
# file: lib/spool.c
# test: tests/crash/powerloss -m 60 smtpd-one
# sees: ^smtpd-one
s/return fsync(f->fd) == -1 || fsync(tmp)/return fsync(tmp)/
