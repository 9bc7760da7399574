# A client that goes away in its message has sent it.
# file: smtpd/data.c
# test: tests/smtpd.t
# sees: S18 D04 SEC-S19 gone: 0 queued
# hunks: 2
/^do_data/,/^}/{
	s/if (status != IN_OK) {/if (status == IN_EOF) {\
			message_end(s);\
			break;\
		} else &/
	s/if (end == DOT_HANGUP)/if (end == DOT_MORE)\
		s->state = ST_END;\
	else &/
}
