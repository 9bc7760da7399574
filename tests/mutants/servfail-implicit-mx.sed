# SERVFAIL is taken for no MX.
# file: qsend/resolve.c
# test: tests/unit/resolve_test.c
# sees: C09 SERVFAIL is temporary
/!= RCODE_OK)/{
	n
	s/RESOLVE_TEMPORARY/RESOLVE_NO_MX/
}
