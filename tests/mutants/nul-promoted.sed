# A file of full size with a hole of NULs is delivered.
# file: qrun/tmpdir.c
# test: tests/qrun.t
# sees: a hole of NULs in the body is not promoted
s/ != size || has_nul(fd))/ != size)/
