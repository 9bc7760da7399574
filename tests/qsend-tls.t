#!/bin/sh
# qsend and TLS: the helper command that carries the connection, and AUTH.  The
# helper here is a scripted server of its own; what is tested is what qsend says
# to whom.
. "${0%/*}/lib.sh"
. "$TESTS/qsend.sh"

# helper LINE ...: what is behind the helper; it logs to $TLOG
helper()
{
	script "$@"
	TLOG=$T/tls.$COUNT
	conf tlsclient "fakesmtp - $TLOG $SCRIPT %h %p %n"
}

tls_wire()
{
	tr -d '\r' <"$TLOG"
}

[ -z "$ROOT" ] || chmod 777 "$T"
hello >"$T/m"
OFFER='EHLO 250-fake\r\n250-X-CLEAR\r\n250-SIZE 5\r\n250 STARTTLS'

helper 'GREETING \c' 'EHLO 250-tls\r\n250 PIPELINING'
play "$OFFER"
send bob@b.example
like 'T05 where STARTTLS is offered the mail goes by the helper' "$SAID" \
    '^sent - bob@b.example 250 2.0.0 127.0.0.1: taken$'
is 'T05 in clear there is EHLO and QUIT, no more' "$WIRE" \
"# connection
EHLO hamburger.edu
QUIT
# end"
like 'T05 the helper is told address, port and name' \
    "$(tls_wire | sed -n 's/^# argument //p' | tr '\n' ' ')" \
    "^127.0.0.1 $P 127.0.0.1 $"
like 'T03 SEC-S2 inside TLS qsend begins anew, with EHLO' "$(tls_wire)" \
    '^EHLO hamburger.edu$'
unlike 'T03 SEC-S2 what was offered in clear does not count' "$(tls_wire)" SIZE=

for n in 1 2 3; do
	hello | queue_file a@a.example "u$n@b.example" >>"$T/names"
done
helper 'GREETING \c'
play "$OFFER"
# shellcheck disable=SC2046
feed $(sed "s|^|$SPOOL/new/|" "$T/names")
is 'one TLS connection serves all messages' \
    "$(grep -c '^# conn' "$TLOG") $(grep -c '^MAIL' "$TLOG")" '1 3'

conf smtpauth '# relay user password' 'other.example x y' \
    '127.0.0.1 user@a.example se cret'
chmod 600 "$CONF/smtpauth"
helper 'GREETING \c' 'EHLO 250-tls\r\n250-AUTH CRAM-MD5 PLAIN LOGIN\r\n250 DSN' \
    'AUTH 235 2.7.0 welcome'
play "$OFFER"
send bob@b.example
is 'A06 A09 AUTH PLAIN with the user and password of the relay' \
    "$(tls_wire | sed -n 's/^AUTH PLAIN //p' | base64 -d | tr '\0' ' ')" \
    ' user@a.example se cret'
like 'A06 AUTH=<> when authenticated' "$(tls_wire)" \
    '^MAIL FROM:<sender@a.example> AUTH=<>$'
helper 'GREETING \c' 'EHLO 250-tls\r\n250 AUTH=LOGIN' 'AUTH 334 VXNlcm5hbWU6' \
    'dXNlckBhLmV4YW1 334 UGFzc3dvcmQ6' 'c2UgY3JldA== 235 welcome'
play "$OFFER"
send bob@b.example
is 'A06 AUTH LOGIN where PLAIN is not offered' \
    "$(tls_wire | sed -n '/^AUTH/,/^MAIL/p' | tr '\n' ' ')" \
    'AUTH LOGIN dXNlckBhLmV4YW1wbGU= c2UgY3JldA== MAIL FROM:<sender@a.example> AUTH=<> '
helper 'GREETING \c' 'EHLO 250-tls\r\n250 AUTH PLAIN' 'AUTH 535 5.7.8 no'
play "$OFFER"
send bob@b.example
like 'A05 a password that is refused defers, it does not bounce' "$SAID" \
    '^deferred - bob@b.example 535 4.7.8 127.0.0.1: no$'
unlike 'A05 and nothing is sent' "$(tls_wire)" '^MAIL'
helper 'GREETING \c' 'EHLO 250-tls\r\n250 AUTH GSSAPI'
play "$OFFER"
send bob@b.example
like 'A06 no mechanism that we know' "$SAID" \
    '^deferred - bob@b.example 000 4.7.0 '
rm "$CONF/smtpauth"

conf tlsclient 'false'
play "$OFFER"
sed 's/250-SIZE 5.r.n//' "$SCRIPT" >"$SCRIPT.2" && fake "$SCRIPT.2"
send bob@b.example
like 'T05 opportunistic TLS that fails: in clear' "$SAID" '^sent '
is 'T05 on a new connection' "$(grep -c '^# conn' "$LOG")" 2
like 'T05 and logged' "$(cat "$T/err")" 'event=tls-failed'
conf tlsclient 'no-such-program'
fake "$SCRIPT.2"
send bob@b.example
like 'T05 a helper that cannot be started: in clear' "$SAID" '^sent '

conf tlsrequired '# never in clear' 127.0.0.1
fake "$SCRIPT.2"
send bob@b.example
like 'T05 required TLS that fails: deferred' "$SAID" \
    '^deferred - bob@b.example 000 4.7.5 '
unlike 'T05 and nothing in clear' "$WIRE" '^MAIL'
play
send bob@b.example
like 'T05 required TLS that is not offered: deferred' "$SAID" \
    '^deferred - bob@b.example 000 4.7.4 '
rm "$CONF/tlsclient"
play "$OFFER"
send bob@b.example
like 'T05 required TLS without a helper: deferred' "$SAID" \
    '^deferred - bob@b.example 000 4.3.5 '
helper 'GREETING \c'
play "$OFFER"
send bob@b.example
like 'T05 required TLS that works: sent' "$SAID" '^sent '
rm "$CONF/tlsrequired" "$CONF/tlsclient"

play "$OFFER"
sed 's/250-SIZE 5.r.n//' "$SCRIPT" >"$SCRIPT.2" && fake "$SCRIPT.2"
send bob@b.example
like 'without a helper STARTTLS is not used' "$SAID" '^sent '
is 'and there is one connection' "$(grep -c '^# conn' "$LOG")" 1

helper 'GREETING 220 wrapped'
conf tlswrap "$(cat "$CONF/tlsclient")"
P=465
SAID=$(as_user qsend -c "$CONF" -p 465 '[127.0.0.1]' a@a.example b@b.example \
    <"$T/m")
like 'port 465 is TLS from the start' "$SAID" '^sent '
like 'port 465: the helper is told' "$(tls_wire)" '^# argument 465$'
rm "$CONF/tlswrap"
SAID=$(as_user qsend -c "$CONF" -p 465 '[127.0.0.1]' a@a.example b@b.example \
    <"$T/m")
like 'port 465 without a helper: deferred' "$SAID" '^deferred .* 000 4.3.5 '

done_testing
