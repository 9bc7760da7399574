# The message is sent whatever DATA was answered.
# file: qsend/transaction.c
# test: tests/qsend.t
# sees: D06 no data after 4yz to DATA
s/r\.code == 354 ? ANSWER_OK/r.code != 0 ? ANSWER_OK/
