# Any password of the right hash's length is right.
# file: pop3d/password.c
# test: tests/pop3checkpw.t
# sees: P04 wrong password: 1
s/return different == 0;/return 1;/
