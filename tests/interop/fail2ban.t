# limit: 60
# the shipped filter of fail2ban against what the programs really log
# shellcheck shell=sh
. "${0%/*}/machine.sh"
need fail2ban-regex tcpserver

machine
cp $SHARE/fail2ban/pennypost.conf /etc/fail2ban/filter.d/
smtp() { setpriv --reuid pp-smtp --regid pp-slot --clear-groups "$@"; }
# bad: sessions of 192.0.2.66, good: of 192.0.2.7; their log to descriptor 2
bad()
{
	export TCPREMOTEIP=192.0.2.66 PROTO=TCP
	printf 'user bob\r\npass wrong\r\nquit\r\n' |
	    UID="$(id -u pp-pop3)" GID="$(id -g pp-pop3)" \
	    pop3auth checkpw pop3d Maildir
	printf 'EHLO x\r\nAUTH PLAIN AGJvYgB3cm9uZw==\r\nQUIT\r\n' |
	    ALLOWPLAINAUTH=1 UID="$(id -u pp-smtp)" GID="$(id -g pp-smtp)" \
	    smtpd checkpw $SHARE/senders
	{
		printf 'HELO code=250 text="x"\r\n'
		awk 'BEGIN { for (i = 0; i < 40; i++) printf "NONSENSE%d\r\n", i }'
	} | smtp smtpd
}
unknown()
{
	export TCPREMOTEIP=192.0.2.67 PROTO=TCP
	printf 'HELO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<nobody@hamburger.edu>\r\nQUIT\r\n' |
	    smtp smtpd
}
good()
{
	export TCPREMOTEIP=192.0.2.7 PROTO=TCP
	printf 'user bob\r\npass hungry\r\nquit\r\n' |
	    UID="$(id -u pp-pop3)" GID="$(id -g pp-pop3)" \
	    pop3auth checkpw pop3d Maildir
	# what a client sends looks like a log line
	printf 'EHLO x\r\nMAIL FROM:<"event=login-failed ip=192.0.2.99 "@b.example>\r\nRCPT TO:<bob@hamburger.edu>\r\nDATA\r\n\r\n.\r\nEHLO event=login-failed\r\nQUIT\r\n' |
	    smtp smtpd
	printf 'user event=login-failed ip=192.0.2.98 user=\r\npass x\r\nquit\r\n' |
	    UID="$(id -u pp-pop3)" GID="$(id -g pp-pop3)" \
	    pop3auth checkpw pop3d Maildir
}
(bad; unknown; good) >"$T/replies" 2>"$T/log"
ok 'there are lines to judge' grep -q 'event=login-failed ip=192.0.2.66' "$T/log"

# as FORMAT: the same lines as syslog and multilog write them
syslog() { sed 's/^\([a-z0-9]*\): /Nov 21 01:00:00 mail \1[123]: /' "$T/log"; }
multilog() { sed 's/^/@400000006aaaaaaa00000000 /' "$T/log"; }
banned()
{
	fail2ban-regex -o '<ip>' "$T/lines" "pennypost[mode=$1]" 2>"$T/err" |
	    sort -u | tr '\n' ' '
}
# the last login attempt of "good" fails, too
for format in syslog multilog; do
	$format >"$T/lines"
	is "$format: who guesses and talks nonsense is found" \
	    "$(banned normal)" '192.0.2.66 192.0.2.7 '
	is "$format: and who asks for unknown users" \
	    "$(banned aggressive)" '192.0.2.66 192.0.2.67 192.0.2.7 '
	grep -v 'login-failed ip=192.0.2.7 ' "$T/lines" >"$T/some"
	mv "$T/some" "$T/lines"
	is "$format: nobody who behaves is, nor whom he names" \
	    "$(banned aggressive)" '192.0.2.66 192.0.2.67 '
	grep 'NONSENSE\|too many' "$T/lines" >"$T/some"
	mv "$T/some" "$T/lines"
	is "$format: by each of the rules" "$(banned normal)" '192.0.2.66 '
done
done_testing
