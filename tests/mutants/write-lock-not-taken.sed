# Who writes a queue file does not lock it.
# file: lib/spool.c
# test: tests/qrun.t
# sees: what its writer has locked is left alone
s/: fcntl(f->fd, F_SETLK, &whole)/: whole.l_type == F_UNLCK/
