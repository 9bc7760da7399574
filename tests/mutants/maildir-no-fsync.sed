# A copy in a Maildir is not on disk when it is marked.
# file: lib/maildir.c
# test: tests/crash/powerloss -m 120 qrun-local
# sees: ^qrun-local
s/ || fsync(m->fd) == -1 ||/ ||/
