# A stuffed dot stays.
# file: lib/dot.c
# test: tests/smtpd.t
# sees: D02 D03 dots are removed
/^step(/,/^}/s/^	if (c == '\\0')/	if (d->state == DOT)\
		put(to, made, '.');\
&/
