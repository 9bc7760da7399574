# A domain with a null MX is sent to all the same.
# file: qsend/resolve.c
# test: tests/unit/resolve_test.c
# sees: C12 null MX
s/null ? RESOLVE_NULL_MX/null ? RESOLVE_NO_MX/
