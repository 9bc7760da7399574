# ... and the name that states its size is not on disk.
# file: lib/spool.c
# test: tests/crash/powerloss -m 60 smtpd-one
# sees: ^smtpd-one
s/return fsync(f->fd) == -1 || fsync(tmp) == -1 ||/return fsync(f->fd) == -1 ||/
