# What is marked goes when the connection is lost.
# file: pop3d/session.c
# test: tests/pop3d.t
# sees: P10 end of input without QUIT deletes nothing
/^session_run(/,/^}/s/^			maildrop_close/			(void)maildrop_update(\&s->drop);\
&/
