# RCPT takes a user that does not exist.
# file: smtpd/mail.c
# test: tests/smtpd.t
# sees: S24 S30 SEC-S18 unknown users are 550
/^destination(/,/^}/s/unknown_user(s);/return 0;/
