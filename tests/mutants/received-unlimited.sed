# A message may go round for ever.
# file: smtpd/data.c
# test: tests/smtpd-limits.t
# sees: D12 a hundred Received lines are a loop
s/now->received >= RECEIVED_LINES/0/
