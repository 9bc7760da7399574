# AUTH is offered, and passwords are taken, without TLS.
# file: smtpd/login.c
# test: tests/smtpd-auth.t
# sees: A01 A05 without TLS no AUTH
s/ && (s->secure || s->set->plain_auth)//
