# databytes limits nothing.
# file: smtpd/data.c
# test: tests/smtpd-limits.t
# sees: E04 D15 a message over databytes
s/now->too_big = s->set->message_bytes != 0 &&/now->too_big = 0 \&\&/
