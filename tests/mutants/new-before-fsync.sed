# A message is in new/ before its octets are on disk.
# file: lib/spool.c
# test: tests/unit/spool_test.c
# sees: D07 written, fsynced, then visible
s/return fsync(f->fd) == -1 || fsync(tmp) == -1 ||/return/
s/f->spool->new, f->name) == -1 ? -1 : 0/f->spool->new, f->name) == -1 ||\
	    fsync(f->fd) == -1 || fsync(tmp) == -1 ? -1 : 0/
