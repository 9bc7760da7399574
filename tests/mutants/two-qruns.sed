# A second qrun does not see the first one's lock.
# file: qrun/spooldir.c
# test: tests/qrun.t
# sees: while there is a qrun a second one delivers nothing
s/fcntl(fd, F_SETLK, &l) == 0/fcntl(fd, F_GETFD) != -1/
