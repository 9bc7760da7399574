# A dot between bare LFs ends the data.
# file: lib/dot.c
# test: tests/smtpd-smuggle.t
# sees: D01 D05 SEC-S1 strict
s/^	if (c == '\\n' || (c == '\\r'.*/	if (c == '\\n' \&\& dot)\
		return DOT_END;\
&/
