# Bcc goes out.
# file: inject/complete.c
# test: tests/inject.t
# sees: I04 Bcc is removed
s/id == FIELD_BCC ||//
