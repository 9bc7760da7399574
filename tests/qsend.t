#!/bin/sh
# limit: 180
# qsend against a scripted server: its side of SMTP, what it reports, and what
# a hostile server can do to it.
. "${0%/*}/lib.sh"
. "$TESTS/qsend.sh"

ALL='EHLO 250-fake.example\r\n250-PIPELINING\r\n250-SIZE 1000000\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n250 ENHANCEDSTATUSCODES'
LF='
'

# ---- the ordinary course ----

play 'GREETING 220-fake.example\r\n220 ready'
hello >"$T/m"
send bob@b.example carol@c.example
is 'C01 a greeting of several lines is read to its end' "$SAID" \
"sent - bob@b.example 250 2.0.0 127.0.0.1: taken
sent - carol@c.example 250 2.0.0 127.0.0.1: taken"
is 'C06 C19 C20 C02 one copy for both, no parameters, in lockstep' "$WIRE" \
"# connection
EHLO hamburger.edu
MAIL FROM:<sender@a.example>
RCPT TO:<bob@b.example>
RCPT TO:<carol@c.example>
DATA
Subject: hello

body
.
QUIT
# end"
is 'exit status 0 when all was sent' "$STATUS" 0

play "$ALL" 'MAIL !later 250 ok' 'RCPT !later 250 ok' 'DATA 354 go'
hello >"$T/m"
send bob@b.example carol@c.example
like 'C20 MAIL, RCPT and DATA are one group where PIPELINING is offered' \
    "$SAID" '^sent - carol@c.example 250'
like 'C14 SIZE is what goes over the wire' "$WIRE" \
    '^MAIL FROM:<sender@a.example> SIZE=24$'
like 'C20 nothing follows EHLO or DATA before their answers' \
    "$(printf '%s' "$WIRE" | tr '\n' ' ')" \
    'EHLO hamburger.edu MAIL .*DATA Subject'

play 'EHLO 502 what' 'HELO 250 fake.example'
hello >"$T/m"
send bob@b.example
like 'C02 HELO after 5yz to EHLO' "$WIRE" '^HELO hamburger.edu$'
like 'C02 and the mail goes' "$SAID" '^sent '

conf helohost mail.example.net
play
hello >"$T/m"
send bob@b.example
like 'C02 helohost is the name in EHLO' "$WIRE" '^EHLO mail.example.net$'
rm "$CONF/helohost"

play
SAID=$(hello | as_user qsend -c "$CONF" -p "$P" '[127.0.0.1]' '' postmaster)
wire
is 'a message from a pipe is copied first' "$SAID" \
    'sent - postmaster 250 2.0.0 127.0.0.1: taken'
like 'the null sender' "$WIRE" '^MAIL FROM:<>$'

# ---- output that is safe whatever the message ----

play
printf 'a: b\r\n\r\n.\n..\n.x\ny\r.\r\nz' >"$T/m"
send bob@b.example
printf 'a: b\r\n\r\n..\r\n...\r\n..x\r\ny\r\n..\r\nz\r\n.\r\n' >"$T/want"
sed -n '/^a: b/,/^\.\r$/p' "$LOG" >"$T/got"
same 'C15 SEC-S1 dots are stuffed, lines end in CRLF, the last one is ended' \
    "$T/want" "$T/got"
for octets in '\n.\n' '\n.\r' '\r.\n' '\r.\r' '\n.\r\n' '\r.\r\n' '\r\n.\n' \
    '\r\n.\r' '\r\n.\r\r\n' '\r\r\n.\r\r\n' '\r\n.\r\n'; do
	play
	# shellcheck disable=SC2059
	printf "a: b\n\nx${octets}MAIL FROM:<evil@b.example>\n" >"$T/m"
send bob@b.example
	octets=$(printf '%s' "$octets" | tr '\\' /)
	is "D05 SEC-S1 outbound $octets is no end of data" \
	    "$(grep -c '^\.[[:cntrl:]]*$' "$LOG") $(wc -l <"$LOG" |
	    tr -d ' ') $(grep -vc "$(printf '\r')\$" "$LOG")" \
	    "1 $(($(wc -l <"$LOG"))) 2"
done
play
printf 'a: b\n\nx\0y\n' >"$T/m"
send bob@b.example
is 'SEC-S7 a NUL in the message: failed 5.6.0' "$SAID" \
    'failed - bob@b.example 000 5.6.0 127.0.0.1: the message holds a NUL octet'
is 'exit status 100 when something failed for good' "$STATUS" 100
play
{ hello; awk 'BEGIN { for (i = 0; i < 5000; i++) printf "x" }'; } >"$T/m"
send bob@b.example
is 'I06 a line over 998 octets is encoded' \
    "$(awk 'length > 999' "$LOG" | wc -l | tr -d ' ')" 0
like 'I06 which the header says' "$WIRE" \
    '^Content-Transfer-Encoding: quoted-printable$'

# both: a part with 8-bit octets, and another with a long line
both()
{
	printf 'Content-Type: multipart/mixed; boundary=b\n'
	printf "%s\n--b\n\n\303\251t\303\251 and more words\n--b\n\n" "$1"
	awk 'BEGIN { for (i = 0; i < 5000; i++) printf "x"; print "\n--b--" }'
}
play "$ALL" 'MAIL !later 250 ok' 'RCPT !later 250 ok' 'DATA 354 go'
both >"$T/m"
send bob@b.example
is 'I06 E05 with 8BITMIME only the long line is encoded' \
    "$(awk 'length > 999' "$LOG" | wc -l | tr -d ' ') $(printf '%s\n' "$WIRE" |
    grep -c -e '^x*=$' -e "^$(printf '\303\251t\303\251') and more words$" \
    -e ' BODY=8BITMIME$')" '0 68'
play
send bob@b.example
is 'I06 C16 without it both are' \
    "$(awk 'length > 999' "$LOG" | wc -l | tr -d ' ') $(printf '%s\n' "$WIRE" |
    grep -c -e '^x*=$' -e '^=C3=A9t=C3=A9 and more words$')" '0 67'

play "$ALL" 'MAIL !later 250 ok' 'RCPT !later 250 ok' 'DATA 354 go'
both 'DKIM-Signature: v=1
' >"$T/m"
send bob@b.example
is 'I06 what is signed goes as it is' \
    "$(awk 'length > 5000' "$LOG" | wc -l | tr -d ' ')" 1
play
send bob@b.example
is 'I06 C16 unless the signature is lost anyway' \
    "$(awk 'length > 999' "$LOG" | wc -l | tr -d ' ')" 0
play
{ printf 'Content-Type: multipart/signed; boundary=b\n\n--b\n\n'
awk 'BEGIN { for (i = 0; i < 5000; i++) printf "x"; print "\n--b--" }'; } >"$T/m"
send bob@b.example
is 'I06 multipart/signed, in 7 bits, is never broken' \
    "$(awk 'length > 5000' "$LOG" | wc -l | tr -d ' ')" 1

# ---- extensions ----

play 'EHLO 250-fake\r\n250 SIZE 20'
hello >"$T/m"
send bob@b.example
like 'C14 a message larger than SIZE is not sent: 5.3.4' "$SAID" \
    '^failed - bob@b.example 000 5.3.4 '
unlike 'C14 not even MAIL' "$WIRE" '^MAIL'

play "$ALL"
printf 'a: b\n\n\303\251\n' >"$T/m"
send bob@b.example
like 'E05 BODY=8BITMIME where it is offered' "$WIRE" ' BODY=8BITMIME$'

play
printf 'Subject: x\nContent-Type: text/plain; charset=utf-8\n\n\303\251\n' >"$T/m"
send bob@b.example
like 'C16 without 8BITMIME it goes as 7-bit MIME' "$WIRE" \
    '^(=C3=A9|w6k)'
unlike 'C16 and no octet over 127' "$WIRE" "$(printf '[\303\251]')"

play
printf 'Content-Type: multipart/signed; boundary=b\n\n--b\n\n\303\251\n--b--\n' >"$T/m"
send bob@b.example
like 'C16 what cannot be converted is refused: 5.6.3' "$SAID" \
    '^failed - bob@b.example 000 5.6.3 '

play
hello >"$T/m"
send "$(printf '\303\251')@b.example" carol@c.example
is 'C17 without SMTPUTF8 such an address fails, others go, in order' "$SAID" \
"failed - \\xC3\\xA9@b.example 000 5.6.7 127.0.0.1: the server does not offer SMTPUTF8, which the address needs
sent - carol@c.example 250 2.0.0 127.0.0.1: taken"
play "$ALL"
hello >"$T/m"
send "$(printf '\303\251')@b.example"
like 'C17 with it, MAIL says so' "$WIRE" '^MAIL FROM:<sender@a.example> SIZE=24 SMTPUTF8$'

cat >"$T/dsn" <<'END'
Return-Path: <sender@a.example>
Envelope-Options: BODY=8BITMIME RET=HDRS ENVID=QQ+2B314159
Delivered-To: bob@b.example
Recipient-Options: NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Bob@b.example
Delivered-To: carol@c.example
Recipient-Options: NOTIFY=NEVER
Delivered-OK: done@c.example
Delivered-To: dave@c.example
Received: from x

Subject: hello

body
END
chmod 644 "$T/dsn"
play "$ALL"
feed "$T/dsn"
like 'C18 ENVID and RET are passed on' "$WIRE" \
    '^MAIL FROM:<sender@a.example> SIZE=[0-9]* RET=HDRS ENVID=QQ\+2B314159$'
like 'C18 NOTIFY and ORCPT too' "$WIRE" \
    '^RCPT TO:<bob@b.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Bob@b.example$'
awk -v to="$(printf 'utf-8;\303\251\353\260\245\360\220\215\210\\\\x{2B}@b.example')" \
    '/ORCPT=/ { sub(/rfc822;.*/, ""); $0 = $0 to } { print }' "$T/dsn" >"$T/dsn8"
feed "$T/dsn8"
like 'C18 ORCPT in UTF-8 as any server can take it' "$WIRE" \
    ' ORCPT=utf-8;\\x\{E9\}\\x\{BC25\}\\x\{10348\}\\x\{2B\}@b.example$'
unlike 'who is done already is not sent to' "$WIRE" done@c.example
unlike 'the envelope block does not leave' "$WIRE" '^(Return-Path|Delivered)'
play
feed "$T/dsn"
unlike 'C18 C19 nothing of it where DSN is not offered' "$WIRE" \
    'NOTIFY|ORCPT|RET|ENVID|SIZE|BODY'
is 'C18 SUCCESS asked for, and no DSN there: relayed' "$SAID" \
"relayed $T/dsn bob@b.example 250 2.0.0 127.0.0.1: taken
sent $T/dsn carol@c.example 250 2.0.0 127.0.0.1: taken
sent $T/dsn dave@c.example 250 2.0.0 127.0.0.1: taken"
offset=$(grep -bo '^Delivered-To: carol' "$T/dsn" | cut -d: -f1)
play
feed "$T/dsn $offset 5"
is 'offsets choose the recipients, each gets a line' "$SAID" \
"sent $T/dsn carol@c.example 250 2.0.0 127.0.0.1: taken
deferred $T/dsn ? 000 4.3.0 127.0.0.1: no pending recipient at this offset"
feed "$T/missing" /etc/passwd /dev/null
is 'files that are no queue files are deferred' "$SAID" \
"deferred $T/missing - 000 4.3.0 -: No such file or directory
deferred /etc/passwd - 000 4.3.0 -: not a queue file
deferred /dev/null - 000 4.3.0 -: not a queue file"

for type in seqpacket stream; do
	play "$ALL"
	SAID=$(as_user timeout 30 feeder $type "one $offset=$T/dsn" \
	    "two=$T/dsn" "none" -- qsend -c "$CONF" -p "$P" '[127.0.0.1]')
	is "descriptors over a socket, $type" "$SAID" \
"sent one carol@c.example 250 2.0.0 127.0.0.1: taken
sent two bob@b.example 250 2.0.0 127.0.0.1: taken
sent two carol@c.example 250 2.0.0 127.0.0.1: taken
sent two dave@c.example 250 2.0.0 127.0.0.1: taken
deferred none - 000 4.3.0 127.0.0.1: Bad file descriptor"
done

# ---- whose reports nobody reads ----

play 'DATA !drip 354 slow'
hello >"$T/m"
as_user timeout 30 qsend -c "$CONF" -p "$P" '[127.0.0.1]' a@b.example \
    c@d.example <"$T/m" | :
wire
unlike 'without a reader of its reports it sends no final dot' "$WIRE" '^\.$'

# ---- refusals ----

for group in "$ALL" 'EHLO 250 fake'; do
	case $group in *PIPE*) how=pipelined ;; *) how=lockstep ;; esac
	play "$group" 'RCPT 250 ok' 'RCPT 550 5.1.1 who' 'RCPT 450 4.2.1 busy' \
	    'RCPT 552 too many' 'RCPT 552 too many'
	hello >"$T/m"
	send a@b.example b@b.example c@b.example d@b.example
	is "C06 C05 the accepted one is served, 552 is temporary, $how" \
	    "$SAID" \
"sent - a@b.example 250 2.0.0 127.0.0.1: taken
failed - b@b.example 550 5.1.1 127.0.0.1: who
deferred - c@b.example 450 4.2.1 127.0.0.1: busy
deferred - d@b.example 552 4.0.0 127.0.0.1: too many"
	is "exit status 111 when something is deferred, $how" "$STATUS" 111
	play "$group" 'RCPT 250 ok' 'RCPT 452 4.5.3 many' 'RCPT 552 many' \
	    'RCPT 250 ok' 'RCPT 452 4.5.3 many' 'RCPT 250 ok'
	hello >"$T/m"
	send a@b.example b@b.example c@b.example
	is "C05 C06 who was too many goes in the next transaction, $how" \
	    "$SAID $(grep -c '^MAIL' "$LOG")" \
"sent - a@b.example 250 2.0.0 127.0.0.1: taken
sent - b@b.example 250 2.0.0 127.0.0.1: taken
sent - c@b.example 250 2.0.0 127.0.0.1: taken 3"
	play "$group" 'MAIL 550 5.7.1 go away' 'RCPT 503 no' 'DATA 503 no'
	hello >"$T/m"
	send a@b.example b@b.example
	is "MAIL refused is each recipient's verdict, $how" "$SAID" \
"failed - a@b.example 550 5.7.1 127.0.0.1: go away
failed - b@b.example 550 5.7.1 127.0.0.1: go away"
	play "$group" 'DATA 451 4.3.0 later' 'DOT 250 no'
	hello >"$T/m"
	send a@b.example
	is "D06 no data after 4yz to DATA, $how" \
	    "$SAID $(grep -c body "$LOG")" \
	    'deferred - a@b.example 451 4.3.0 127.0.0.1: later 0'
	play "$group" 'DATA 250 sure'
	hello >"$T/m"
	send a@b.example
	is "C07 no data without 354, $how" "$SAID $(grep -c body "$LOG")" \
'deferred - a@b.example 250 4.5.0 127.0.0.1: sure
closed - [127.0.0.1] 250 4.5.0 127.0.0.1: sure 0'
	play "$group" 'DOT 554 5.7.1 spam'
	hello >"$T/m"
	send a@b.example
	is "C04 the last word is the final dot's, $how" "$SAID" \
	    'failed - a@b.example 554 5.7.1 127.0.0.1: spam'
done
play "$ALL" 'RCPT 550 5.1.1 who' 'DATA 354 go' 'DOT 554 nothing'
hello >"$T/m"
send a@b.example
is 'C07 E03 354 with no recipient left gets an empty message' \
    "$(grep -A1 '^DATA' "$LOG" | tr -d '\r')" "DATA$LF."
like 'C07 and the verdict is the recipient'"'"'s' "$SAID" \
    '^failed - a@b.example 550 5.1.1 '

play 'RCPT 250 ok'
hello >"$T/m"
# shellcheck disable=SC2046
send $(awk 'BEGIN { for (i = 1; i <= 205; i++) print "u" i "@b.example" }')
is 'C06 205 recipients are three transactions' \
    "$(grep -c '^MAIL' "$LOG") $(printf '%s\n' "$SAID" | grep -c '^sent')" \
    '3 205'

for code in 200 299 250; do
	play "DOT $code"
	hello >"$T/m"
	send a@b.example
	like "C04 a bare $code is success" "$SAID" "^sent - a@b.example $code 2.0.0 "
done
play 'EHLO 250-fake\n250 SIZE 1000\n\c' 'MAIL 250\n\c' \
    "RCPT 250 $(awk 'BEGIN { for (i = 0; i < 3000; i++) printf "x" }')"
hello >"$T/m"
send a@b.example
like 'C04 bare LF and long lines in replies are tolerated' "$SAID" '^sent '
like 'C04 and understood' "$WIRE" 'SIZE='

# ---- several messages on one connection ----

for n in 1 2 3 4 5 6 7 8 9 10; do
	hello | queue_file a@a.example "u$n@b.example" >>"$T/names"
done
# shellcheck disable=SC2046
set -- $(sed "s|^|$SPOOL/new/|" "$T/names")
play "$ALL" 'RCPT 250 ok' 'RCPT 550 5.1.1 no' 'RCPT 250 ok' 'DATA 354 go' \
    'DATA 554 no' 'DATA 354 go'
feed "$@"
is 'one connection serves all messages' \
    "$(grep -c '^# conn' "$LOG") $(printf '%s\n' "$SAID" | grep -c '^sent')" \
    '1 9'
is 'RSET after a transaction that was not finished' "$(grep -c '^RSET' "$LOG")" 1
play "$ALL" 'DOT 250 ok' 'DOT !then-close 250 ok'
feed "$@"
is 'the server closes: the rest is deferred, untried' \
    "$(printf '%s\n' "$SAID" | cut -d' ' -f1 | uniq -c | tr -s ' ' | tr -d '\n')" \
    ' 2 sent 1 closed 8 deferred'
play "$ALL" 'DOT 250 ok' 'DOT 421 4.3.2 shutting down'
feed "$@"
is '421 ends the session' \
    "$(printf '%s\n' "$SAID" | cut -d' ' -f1 | uniq -c | tr -s ' ' | tr -d '\n')" \
    ' 1 sent 1 deferred 1 closed 8 deferred'
play 'MAIL 550 5.7.1 no' 'MAIL 250 ok'
feed "$1" "$2"
like 'C21 5yz to MAIL is not remembered' "$SAID" "^sent $2 "

# ---- connections that fail ----

SAID=$(as_user qsend -c "$CONF" "$(printf '\303\251.example')" a@b.example \
    c@d.example <"$T/m")
like 'a domain beyond ASCII fails, with a line for its recipient' "$SAID" \
    '^failed - c@d.example 000 5.1.2 '

stop "$FAKE"
FAKE=
hello >"$T/m"
send a@b.example
is 'a destination that is down is told once' "$SAID" \
"down - [127.0.0.1] 000 4.4.1 127.0.0.1: 127.0.0.1: Connection refused
deferred - a@b.example 000 4.4.1 127.0.0.1: 127.0.0.1: Connection refused"
play 'GREETING 421 4.3.2 busy'
hello >"$T/m"
send a@b.example
like 'C01 4yz greeting is temporary' "$SAID" '^deferred - a@b.example 421 4.3.2 '
like 'C01 QUIT before closing' "$WIRE" '^QUIT'
for code in 554 521; do
	play "GREETING $code no mail here"
	hello >"$T/m"
	send a@b.example
	like "C13 C01 $code greeting is permanent" "$SAID" \
	    "^failed - a@b.example $code 5.0.0 "
done
for verb in GREETING EHLO MAIL RCPT DATA DOT; do
	for how in '!close' '!hang'; do
		play "$ALL" "$verb $how" "EHLO $how"
		[ "$verb" = EHLO ] || play "$ALL" "$verb $how"
		[ "$verb" != EHLO ] || play "EHLO $how"
		hello >"$T/m"
		send a@b.example
		like "C03 C08 $how at $verb is temporary" "$SAID" \
		    '^deferred - a@b.example 000 4.4.2 '
	done
done
like 'C08 loss after the dot is said to be a possible duplicate' "$SAID" \
    'may arrive twice$'
like 'C08 and logged' "$(cat "$T/err")" 'event=maybe-duplicate'

# ---- a hostile server ----

for verb in GREETING EHLO MAIL RCPT DATA DOT; do
	for how in '!endless 250-more' '!endless 250 more' '!endless x\c' \
	    '!drip 250-slow' '250-a\r\n550 b' '999 odd' '2x0 odd' \
	    '199 odd' '250\x00 x' '\c' '250!odd'; do
		[ "$verb$how" != 'DOT!endless 250 more' ] || continue
		[ "$verb$how" != 'DATA\c' ] || continue
		play "$verb $how" "EHLO 250 fake"
		begun=$(date +%s)
		hello >"$T/m"
		send a@b.example
		took=$(($(date +%s) - begun))
		case $SAID in
		*'sent '*)
			case $how in
			'!endless 250 more')	sane=1 ;;
			*)			sane=0 ;;
			esac ;;
		*'deferred - a@b.example '*)	sane=1 ;;
		*)				sane=0 ;;
		esac
		how=$(printf '%s' "$how" | tr '\\' /)
		is "C04 SEC-S6 $how at $verb neither misleads nor hangs" \
		    "$sane $((took < 10)) $((STATUS == 111 || STATUS == 0))" \
		    '1 1 1'
	done
done
play 'RCPT 550 5.1.1 \x1b[31m\x00\rsent - x@y 250\xff\\x'
hello >"$T/m"
send a@b.example
is 'SEC-S5 SEC-S22 B10 a reply is shown printable, on one line' "$SAID" \
    'failed - a@b.example 550 5.1.1 127.0.0.1: \x1B[31m\x00\x0Dsent - x@y 250\xFF\x5Cx'
play "RCPT 550-$(awk 'BEGIN { for (i = 0; i < 900; i++) printf "y" }')\r\n550 z"
hello >"$T/m"
send a@b.example
is 'SEC-S6 and cut' "$((${#SAID} < 600))" 1

# ---- calls that make no sense ----

exits 'no arguments: usage' 100 as_user qsend
exits 'no recipient: usage' 100 as_user qsend -c "$CONF" host sender
exits 'a bad port' 100 as_user qsend -c "$CONF" -p 0 host a@b c@d
exits 'a bad host' 100 as_user qsend -c "$CONF" 'ho st' a@b c@d
exits 'a bad recipient' 100 as_user qsend -c "$CONF" '[127.0.0.1]' a@b 'c d@e'
exits 'SEC-S4 no injection by an address' 100 as_user qsend -c "$CONF" \
    '[127.0.0.1]' a@b "c@d>${LF}RSET"
conf timeoutremote soon
exits 'a setting that is no number' 111 as_user qsend -c "$CONF" host a@b c@d
conf timeoutremote 3
if [ -n "$ROOT" ]; then
	exits 'SEC-S11 it does not run as root' 111 qsend -c "$CONF" host a@b c@d
fi
conf smtpauth '127.0.0.1 user secret'
chmod 644 "$CONF/smtpauth"
exits 'smtpauth that others can read is refused' 111 as_user qsend \
    -c "$CONF" '[127.0.0.1]' a@b c@d
chmod 600 "$CONF/smtpauth"
play 'EHLO 250-fake\r\n250 AUTH PLAIN LOGIN'
hello >"$T/m"
send a@b.example
like 'A06 no password without TLS' "$SAID" '^deferred - a@b.example 000 4.7.0 '
unlike 'A06 none' "$WIRE" AUTH
rm "$CONF/smtpauth"

done_testing
