# A message is in new/ before its octets are written.
# file: lib/spool.c
# test: tests/crash/powerloss -m 60 inject
# sees: ^inject
# hunks: 2
/^make_durable/,/^}/{
	s/spool_flush(f) == -1/f->error != 0/
	s/== -1 ? -1 : 0/== -1 ||\
	    spool_flush(f) == -1 ? -1 : 0/
}
