# delivery status notifications (RFC 3464, 6522, 6533)
# shellcheck shell=sh disable=SC2016
. "${0%/*}/lib.sh"

mk_site
sh "$TESTS/deliver/build" "$BIN/drive" || exit 1
chmod 755 "$BIN/drive"
Q=$T/home/queued
FAILED=0 DELAYED=1 RELAYED=2 DELIVERED=3

# queued: the queue file $Q, as it stands on standard input
queued()
{
	cat >"$Q"
	owned "$Q"
}

# bounce KIND [TEXT REMOTE STATUS]: writes it; its file is $B, its status $SAID
bounce()
{
	rm -f "$SPOOL"/new/*
	kind=$1
	shift
	SAID=$(as_user drive bounce "$SPOOL" "$kind" "${POSTMASTER-}" "$Q" \
	    "$@" 2>&1)
	B=$(only "$SPOOL/new" 2>/dev/null)
	TEXT=
	[ -z "$B" ] || TEXT=$(cat "$B")
}

# part N: the octets of its Nth part, header and all
part()
{
	boundary=$(sed -n 's/.*boundary="\(.*\)".*/\1/p' "$B" | head -n 1)
	awk -v b="--$boundary" -v n="$1" '
	    substr($0, 1, length(b)) == b { i++; next } i == n' "$B"
}

original()
{
	cat <<'END'
Return-Path: <alice@crepes.fr>
Delivered-To: Bob.X@example.net
Delivered-To: carol@example.net
Received: by hamburger.edu id test; Fri, 20 Nov 2026 09:00:00 +0000
From: alice@crepes.fr
Subject: ketchup

Do you like ketchup?
From you I want to know.
END
}

original | queued
bounce $FAILED '550 5.1.1 no such user here' mx.example.net 5.1.1
is 'B01 a bounce is written' "$SAID" 0
is 'B01 from <>, to the sender, NOTIFY=NEVER, and nothing else (B06)' \
    "$(sed '/^Received/q' "$B" | cut -c 1-30)" 'Return-Path: <>
Delivered-To: alice@crepes.fr
Recipient-Options: NOTIFY=NEVE
Received: by hamburger.edu id '
like 'B09 From' "$TEXT" '^From: Mail Delivery System <MAILER-DAEMON@hamburger\.edu>$'
like 'B09 To' "$TEXT" '^To: alice@crepes\.fr$'
like 'B09 Date' "$TEXT" '^Date: [A-Z][a-z]{2}, [0-9 ]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} [-+][0-9]{4}$'
like 'B09 Message-ID' "$TEXT" '^Message-ID: <[^ <>@]+@hamburger\.edu>$'
like 'B09 Auto-Submitted' "$TEXT" '^Auto-Submitted: auto-replied$'
like 'B09 MIME-Version' "$TEXT" '^MIME-Version: 1\.0$'
like 'B04 multipart/report' "$TEXT" \
    '^Content-Type: multipart/report; report-type=delivery-status;$'
is 'B04 three parts of the right types' "$(for i in 1 2 3; do part $i |
    sed -n '1{s/;.*//;p;}'; done)" 'Content-Type: text/plain
Content-Type: message/delivery-status
Content-Type: message/rfc822'
is 'B03 one lists all' "$(part 2 | grep '^Final-Recipient')" \
    'Final-Recipient: rfc822; Bob.X@example.net
Final-Recipient: rfc822; carol@example.net'
is 'B05 the fields of the message' "$(part 2 | sed -n '3,/^$/p')" \
    "Reporting-MTA: dns; hamburger.edu
Arrival-Date: $(date -d @1700000000 '+%a, %d %b %Y %H:%M:%S %z')"
is 'B05 the fields of a recipient' "$(part 2 | sed -n '6,12p')" \
    "Final-Recipient: rfc822; Bob.X@example.net
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.example.net
Diagnostic-Code: smtp; 550 5.1.1 no such user here
Last-Attempt-Date: $(date -d @1700100000 '+%a, %d %b %Y %H:%M:%S %z')"
part 3 | sed '1,2d' | sed '$d' >"$T/got"
original | sed 1,3d >"$T/want"
same 'B07 a small message is attached whole, without its envelope' "$T/got" "$T/want"
like 'B01 the text names recipient' "$(part 1)" '^  Bob\.X@example\.net$'
like 'B01 and reason' "$(part 1)" '550 5\.1\.1 no such user here'
like 'B01 and host' "$(part 1)" 'mx\.example\.net said'
unlike 'B06 no envelope options for an ASCII message' "$TEXT" '^Envelope-Options'
TEXT=$(TZ=Asia/Seoul; export TZ; bounce $FAILED; cat "$B")
like 'B09 dates are local, with the real offset' "$TEXT" '^Arrival-Date: .* 07:13:20 \+0900$'

bounce $FAILED 'no mailbox here' '' 5.1.1
like 'B05 our own reason is not called smtp' "$(part 2)" '^Diagnostic-Code: X-Local; no mailbox here$'
unlike 'B05 nor has it a Remote-MTA' "$(part 2)" '^Remote-MTA'

# ---- parameters ----

{
	echo 'Return-Path: <alice@crepes.fr>'
	echo 'Envelope-Options: RET=HDRS ENVID=QQ+2B314+0A159'
	echo 'Delivered-To: bob@example.net'
	echo 'Recipient-Options: NOTIFY=FAILURE ORCPT=rfc822;Robert+2Bx+0D@example.net'
	original | sed 1,3d
} | queued
bounce $FAILED
like 'B05 ENVID, decoded and printable' "$(part 2)" '^Original-Envelope-Id: QQ\+314\\x0A159$'
like 'B05 ORCPT, decoded and printable' "$(part 2)" '^Original-Recipient: rfc822; Robert\+x\\x0D@example\.net$'
is 'B07 RET=HDRS: the header only' "$(part 3 | head -n 1)" 'Content-Type: text/rfc822-headers'
like 'B07 with its lines' "$(part 3)" '^Subject: ketchup$'
unlike 'B07 and no body' "$(part 3)" 'Do you like'
original | sed 's/^Delivered-To: Bob.*/Delivered-To: bob@example.net/; 1a\
Envelope-Options: RET=FULL' | queued
bounce $FAILED
like 'B07 RET=FULL: the message' "$(part 3)" '^Content-Type: message/rfc822'
{ original; head -c 60000 /dev/zero | tr '\0' 'x'; } | queued
bounce $FAILED
is 'B07 a large message: its header, whatever RET says' \
    "$(part 3 | sed '1,2d; /^$/d')" "$(original | sed -n '4,6p')"
{
	original | sed -n 1,4p
	i=0
	while [ $i -lt 500 ]; do
		i=$((i + 1))
		echo "X-$i: 0123456789012345678901234567890123456789012345678901234567890123456789"
	done
	printf '\nbody\n'
	head -c 60000 /dev/zero | tr '\0' 'x'
} | queued
bounce $FAILED
is 'B07 a very long header is cut, at a line' "$(part 3 | sed '1,3d; /^$/d' |
    grep -vc '^X-[0-9]*: [0-9]\{70\}$') $(($(part 3 | wc -c) < 17000))" '0 1'

# ---- kinds ----

original | queued
bounce $DELAYED '451 4.3.0 try later' mx.example.net 4.3.0
like 'B05 delayed' "$(part 2)" '^Action: delayed$'
is 'B05 Will-Retry-Until, of delayed only' "$(part 2 | grep -c '^Will-Retry-Until: ')" 2
is 'B07 the header only' "$(part 3 | head -n 1)" 'Content-Type: text/rfc822-headers'
bounce $RELAYED '250 2.0.0 ok' mx.example.net 2.0.0
like 'B08 relayed' "$(part 2)" '^Action: relayed$'
unlike 'B05 Will-Retry-Until not for relayed' "$TEXT" '^Will-Retry-Until'
bounce $DELIVERED '2.0.0 done' '' 2.0.0
like 'B08 delivered' "$(part 2)" '^Action: delivered$'
is 'B07 a success is reported with the header only' \
    "$(part 3 | head -n 1)" 'Content-Type: text/rfc822-headers'

# ---- no bounce about a bounce ----

original | sed '1s/<.*>/<>/' | queued
for kind in $DELAYED $RELAYED $DELIVERED; do
	bounce "$kind"
	is "B02 nothing is sent to <> (kind $kind)" "$SAID $(files "$SPOOL/new")" '1 0'
done
POSTMASTER=root@hamburger.edu
bounce $FAILED
is 'B02 a bounce that fails goes to the postmaster' \
    "$SAID $(sed -n 's/^Delivered-To: //p' "$B" | head -n 1)" '0 root@hamburger.edu'
like 'B02 who is told why he gets it' "$(part 1)" 'postmaster'
sed -n '4,$p' "$B" >"$T/body"
{ printf 'Return-Path: <>\nDelivered-To: root@hamburger.edu\n'; cat "$T/body"; } | queued
bounce $FAILED
is 'B02 one that fails there in its turn is answered to nobody' "$SAID $(files "$SPOOL/new")" '1 0'
POSTMASTER=''

# ---- what others put in ----

original | queued
bounce $FAILED "$(printf '550 a\r\nContent-Type: evil\n\n--x\033[2J\303\244')" "$(printf 'mx\n.x')" 5.0.0
unlike 'B10 remote text cannot start a line' "$TEXT" '^(Content-Type: evil|--x|\.x)'
is 'B10 no control octet and nothing over 127 gets in' \
    "$(LC_ALL=C tr -d '\12\11\40-\176' <"$B" | wc -c | tr -d ' ')" 0
bounce $FAILED "$(head -c 5000 /dev/zero | tr '\0' x)" mx 5.0.0
is 'B10 nor a line over 998 octets' "$(awk 'length > 998' "$B" | wc -l | tr -d ' ')" 0
bounce $FAILED "a 100 word text $(head -c 300 /dev/zero | tr '\0' y) and so on" mx 5.0.0
like 'B10 a long word is not lost' "$(part 1 | tr -d ' \n')" 'yyyyyandsoon'
{ original | sed -n 1,4p; printf 'X: a\rb\0c\n\nbody\n'; } | queued
bounce $FAILED
is 'B10 CR and NUL of a bad original do not stop it' "$SAID" 0

# ---- 8 bits ----

{ original | sed '/^$/,$d'; printf 'Subject: \355\225\234\n\n\355\225\234\n'; } | queued
bounce $FAILED
like 'B04 an 8-bit original: BODY=8BITMIME' "$TEXT" '^Envelope-Options: BODY=8BITMIME$'
like 'B04 its part says 8bit' "$(part 3)" '^Content-Transfer-Encoding: 8bit$'
is 'B04 so does the whole, and nothing else' \
    "$(grep -c '^Content-Transfer-Encoding: 8bit$' "$B")" 2
{
	printf 'Return-Path: <\355\225\234@crepes.fr>\nEnvelope-Options: SMTPUTF8\n'
	printf 'Delivered-To: \355\225\234@example.net\nDelivered-To: bob@example.net\n'
	original | sed 1,3d
} | queued
bounce $FAILED
like 'E09 UTF-8 addresses: SMTPUTF8' "$TEXT" '^Envelope-Options: BODY=8BITMIME SMTPUTF8$'
is 'E09 the types of RFC 6533' "$(for i in 2 3; do part $i | sed -n 1p; done)" \
    'Content-Type: message/global-delivery-status
Content-Type: message/global'
like 'E09 utf-8 addresses' "$(part 2)" "^Final-Recipient: utf-8; $(printf '\355\225\234')@example.net\$"
like 'E09 and the others' "$(part 2)" '^Final-Recipient: rfc822; bob@example.net$'

# ---- it does not get lost ----

original | queued
chmod 500 "$SPOOL/tmp"
[ -z "$ROOT" ] || chown "$TEST_UID" "$SPOOL/tmp"
bounce $FAILED
is 'B01 a spool that cannot be written: an error' "$SAID" -1
chmod 700 "$SPOOL/tmp"
SAID=$(ulimit -f 0; trap '' XFSZ; as_user drive bounce "$SPOOL" 0 '' "$Q" 2>&1 | cat)
is 'B01 so is a full disk' "$SAID $(files "$SPOOL")" '-1 0'

original | queued
bounce $FAILED "$(printf 'a\033[2J\303\244')" mx 5.0.0
is 'B10 a reply with controls and eight bits is told, without them' "$SAID $(
    LC_ALL=C tr -d '\12\11\40-\176' <"$B" | wc -c | tr -d ' ')" '0 0'

done_testing
