# 250 goes out before the message is fsynced.
# file: smtpd/data.c
# test: tests/crash/powerloss -m 60 smtpd-one
# sees: ^smtpd-one
# hunks: 2
/^	reply(s, 250, "0.0", said);/d
s/^	text_add(&t, id);/&\
	reply(s, 250, "0.0", said);\
	(void)out_flush(\&s->out);/
