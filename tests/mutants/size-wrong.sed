# S= in the name is not the size.
# file: lib/spool.c
# test: tests/smtpd.t
# sees: D07 the file states its size
s/f->host, f->bytes,/f->host, f->bytes + 1,/
