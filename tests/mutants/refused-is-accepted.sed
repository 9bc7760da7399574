# A RCPT that was refused counts as accepted.
# file: qsend/transaction.c
# test: tests/qsend.t
# sees: C06 C05 the accepted one is served
s/r->accepted = r->reply\.enhanced\[0\] == '2';/r->accepted = 1;/
