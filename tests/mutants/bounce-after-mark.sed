# A failure is marked before its bounce is on disk.
# file: qrun/settle.c
# test: tests/crash/powerloss -m 120 qrun-bounce
# sees: ^qrun-bounce
s/^	told = notify_message.*/	for (i = 0; i < m->count; i++)\
		if (m->recipients[i].outcome == FAILED)\
			(void)envelope_mark(m->fd, m->recipients[i].offset,\
			    ENVELOPE_FAILED);\
	(void)fsync(m->fd);\
&/
