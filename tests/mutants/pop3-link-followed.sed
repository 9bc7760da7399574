# A message may be a symbolic link.
# file: pop3d/message.c
# test: tests/pop3d.t
# sees: SEC-S10 no link is followed
s/ | O_NOFOLLOW//
