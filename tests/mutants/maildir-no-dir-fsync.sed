# ... its name is not.
# file: lib/maildir.c
# test: tests/crash/powerloss -m 120 qrun-local
# sees: ^qrun-local
/^make_durable/,/^}/s/result = fsync(dir);/result = 0;/
