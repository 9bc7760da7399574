# Two sessions have one maildrop.
# file: pop3d/maildrop.c
# test: tests/pop3d.t
# sees: P05 P14 a (second session gets|maildrop in use)
s/while (fcntl(d->lock, F_SETLK, &whole) == -1)/while (0)/
