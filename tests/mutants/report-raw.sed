# A server's words go into the report as they are.
# file: qsend/reply.c
# test: tests/qsend.t
# sees: SEC-S5 SEC-S22 B10 a reply is shown printable
s/text_add_printable(t, s + n,/text_add_bytes(t, s + n,/
