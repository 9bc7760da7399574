# A file of new/ keeps its name.
# file: qrun/take.c
# test: tests/qrun.t
# sees: SEC-S10 a planted name replaces no delivered message
s/^	if (rename_deliver(q, fd, old, name, id))/	strcpy(name, old);\
&/
