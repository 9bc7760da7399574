# A recipient is marked when his delivery begins.
# file: qrun/local.c
# test: tests/crash/powerloss -m 120 qrun-local
# sees: ^qrun-local
/^start(/,/^}/s/^	l->fd = spawn_delivery.*/	(void)envelope_mark(m->fd, r->offset, ENVELOPE_DONE);\
	(void)fsync(m->fd);\
&/
