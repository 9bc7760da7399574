# smtpd: AUTH through any checkpassword program, STARTTLS through UCSPI-TLS
# descriptors, and the split under root
. "${0%/*}/lib.sh"

mk_site
mailbox bob@hamburger.edu hungry

# A checkpassword program that is none of ours: the interface is enough.
cat >"$BIN/othercheck" <<'END'
#!/bin/sh
{ tr '\0' '\n' <&3 2>/dev/null; } | {
	IFS= read -r user; IFS= read -r password
	case $user:$password in
	bob@hamburger.edu:hungry|bob:hungry)	exit 0 ;;
	later:*)	exit 111 ;;
	misused:*)	exit 2 ;;
	killed:*)	kill -9 $$ ;;
	*)		exit 1 ;;
	esac
}
status=$?
[ $status = 0 ] || exit $status
exec "$@"
END
chmod 755 "$BIN/othercheck"
printf 'sales@hamburger.edu\ninfo@hamburger.edu\n' >senders
chmod 644 senders

for name in plain login wrong cancel long later clear wrapped helo; do
	rm -f "$SPOOL"/new/*
	session "smtpd/auth-$name.session" smtpd -c "$CONF" othercheck \
	    cat "$T/senders" 2>>log
	case $name in
	plain)	like 'A07 D11 with ESMTPA' "$(cat "$SPOOL"/new/*)" 'with ESMTPA id'
		sed '1,/^	.* [-+][0-9]*$/d' "$SPOOL"/new/* >got
		like 'I01 Date is added' "$(cat got)" \
		    '^Date: [A-Z][a-z][a-z], .* [-+][0-9]{4}$'
		like 'I01 Message-ID is added' "$(cat got)" \
		    '^Message-ID: <[^ ]+@hamburger.edu>$'
		grep -v '^Date:\|^Message-ID' got >rest
		printf 'From: bob@hamburger.edu\nSubject: submitted\n\ntext\n' >want
		same 'D09 nothing else is touched' rest want ;;
	login)	sed '1,/^	.* [-+][0-9]*$/d' "$SPOOL"/new/* >got
		printf '%s\n' 'Date: Fri, 20 Nov 2026 09:00:00 +0000' \
		    'message-id: <mine@x>' '' text >want
		same 'I10 Date and Message-ID that are there stay' got want ;;
	*)	is "A05 $name: nothing queued" "$(files "$SPOOL/new")" 0 ;;
	esac
done
much=$(printf '%0255d' 0)
like 'A05 more than a checkpassword program can be given is a wrong password' \
    "$(printf 'EHLO x\r\nAUTH PLAIN %s\r\nQUIT\r\n' \
    "$(printf '\0%s\0%s' "$much" "$much" | base64 | tr -d '\n')" |
    ALLOWPLAINAUTH=1 as_user smtpd -c "$CONF" othercheck true 2>>log)" \
    '^535 5.7.8'
rm -f "$SPOOL"/new/*
session smtpd/auth-limit.session smtpd -c "$CONF" othercheck true 2>>log
is 'E04 the message within the limit is queued' "$(files "$SPOOL/new")" 1
like 'I01 with a Date' "$(cat "$SPOOL"/new/*)" '^Date: '
like 'SEC-S16 failed logins are logged with the user' "$(cat log)" \
    'event=login-failed ip=unknown user=bob@hamburger.edu'
unlike 'SEC-S16 passwords are not' "$(cat log)" hungry

# -- time --
cat >"$BIN/slowcheck" <<'END'
#!/bin/sh
# a hash is computed for bob, and for nobody else
case $(tr '\0' ' ' <&3 2>/dev/null) in
bob*)	sleep 0.5 ;;
esac
exit 1
END
chmod 755 "$BIN/slowcheck"
# failed USER: milliseconds that a failed login takes
failed()
{
	login=$(printf '\0%s\0angry' "$1" | base64)
	began=$(date +%s%N)
	printf 'EHLO x\r\nAUTH PLAIN %s\r\nQUIT\r\n' "$login" |
	    as_user env ALLOWPLAINAUTH=1 smtpd -c "$CONF" slowcheck true \
	    2>>log >said
	echo $((($(date +%s%N) - began) / 1000000))
}
right=$(failed bob) none=$(failed nobody)
like 'A05 a failed login' "$(cat said)" '^535 '
ok "A05 the answer takes a second ($none ms)" test "$none" -ge 1000
apart=$((right > none ? right - none : none - right))
ok "SEC-S16 and does not tell who exists ($right, $none ms)" \
    test $apart -lt 300

rm -f "$SPOOL"/new/*
session smtpd/auth-require.session smtpd -c "$CONF" othercheck true 2>>log
is 'T04 only the mail after the login is queued' "$(files "$SPOOL/new")" 1
exits 'T04 a login that nobody could have is refused at the start' 111 \
    as_user env REQUIREAUTH=1 smtpd -c "$CONF"

# The programs behind a login are those of this site (checkpw reads its settings).
session smtpd/auth-checkpw.session smtpd -c "$CONF" checkpw true 2>>log

for name in start inject inject1 optional require; do
	rm -f "$SPOOL"/new/*
	session "smtpd/tls-$name.session" faketls smtpd -c "$CONF" othercheck \
	    true 2>>log
	case $name in
	start)	like 'A07 D11 with ESMTPSA' "$(cat "$SPOOL"/new/*)" \
		    'with ESMTPSA id'
		like 'T03 the name given before is forgotten' \
		    "$(cat "$SPOOL"/new/*)" '^Received: from after.example ' ;;
	require) is 'T04 queued after STARTTLS' "$(files "$SPOOL/new")" 1 ;;
	optional) is 'T04 queued' "$(files "$SPOOL/new")" 1 ;;
	esac
done
FAKETLS_FAIL=1
export FAKETLS_FAIL
session smtpd/tls-fail.session faketls smtpd -c "$CONF" 2>>log
unset FAKETLS_FAIL
like 'T01 the failure is logged' "$(cat log)" 'event=tls-failed'

if [ -n "$ROOT" ]; then
	exits 'SEC-S11 root without a checkpassword program is refused' 111 \
	    smtpd -c "$CONF"
	like 'SEC-S11 the client sees 421' "$(smtpd -c "$CONF" 2>>log)" '^421 '
	exits 'SEC-S11 root without $UID is refused' 111 \
	    env -u UID -u GID smtpd -c "$CONF" othercheck true
	exits 'SEC-S11 uid 0 is refused' 111 \
	    env UID=0 GID=0 smtpd -c "$CONF" othercheck true
	AS_USER="env UID=$TEST_UID GID=$TEST_GID"
	session smtpd/auth-plain.session smtpd -c "$CONF" othercheck \
	    cat "$T/senders" 2>>log
	is 'SEC-S11 under root the queue file is the user'\''s' \
	    "$(stat -c %u "$SPOOL"/new/* | sort -u)" "$TEST_UID"
	session smtpd/auth-wrong.session smtpd -c "$CONF" othercheck true 2>>log
	session smtpd/tls-start.session faketls smtpd -c "$CONF" othercheck \
	    true 2>>log
else
	skip 'SEC-S11 started as root' 'needs root'
fi

done_testing
