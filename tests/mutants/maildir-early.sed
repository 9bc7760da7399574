# A copy is in new/ before it is written.
# file: lib/maildir.c
# test: tests/crash/powerloss -m 120 qrun-local
# sees: ^qrun-local
# hunks: 2
/^make_durable/,/^}/{
	s/if (out_flush(&m->out) == -1 || /if (/
	s/result = fsync(dir);/result = out_flush(\&m->out) == -1 ? -1 : fsync(dir);/
}
