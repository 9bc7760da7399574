# A recipient is marked when his delivery begins.
# file: qrun/local.c
# test: tests/crash/powerloss -m 120 qrun-local
# sees: ^qrun-local
/^give(/,/^}/s/^	given = spawn_give.*/	(void)envelope_mark(m->fd, r->offset, ENVELOPE_DONE);\
	(void)fsync(m->fd);\
&/
