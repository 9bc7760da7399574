# What a peer sent goes into the log as it is.
# file: lib/log.c
# test: tests/smtpd.t
# sees: SEC-S22 SEC-S5 nothing but printable ASCII is logged
# hunks: 4
/^add_value(/,/^}/s/text_add_printable(/text_add_bytes(/
