# A message is in new/ before its octets are written.
# file: lib/spool.c
# test: tests/crash/powerloss -m 60 inject
# sees: ^inject
# hunks: 2
/^make_durable/,/^}/{
	s/write_out(f, f->name) == -1/(!was_created \&\& create(f, f->name) == -1)/
	s/== -1 ? -1 : 0/== -1 ||\
	    spool_flush(f) == -1 ? -1 : 0/
}
