# who is told what, and when mail expires (RFC 3461, RFC 5321 4.5.4)
# shellcheck shell=sh disable=SC2012
. "${0%/*}/lib.sh"

mk_site
mailbox alice@hamburger.edu
mailbox bob@hamburger.edu
BOB=$MAILROOT/hamburger.edu/bob/Maildir/new
ALICE=$MAILROOT/hamburger.edu/alice/Maildir/new
DEAD=$(free_port)
conf smtproutes ":[127.0.0.1]:$DEAD"
NOW=$(date +%s)

pass_over()
{
	LOG=$(as_user qrun -c "$CONF" 2>&1)
}

# noted OPTIONS RECIPIENT [NOTIFY]: a message from alice with DSN options
noted()
{
	{
		echo 'Return-Path: <alice@hamburger.edu>'
		[ -z "$1" ] || echo "Envelope-Options: $1"
		echo "Delivered-To: $2"
		[ -z "${3-}" ] || echo "Recipient-Options: $3"
		echo 'Received: by hamburger.edu id x; Fri, 20 Nov 2026 09:00:00 +0000'
		echo 'From: alice@hamburger.edu'
		echo
		echo 'Do you like ketchup?'
	} >"$T/noted"
	size=$(wc -c <"$T/noted" | tr -d ' ')
	NAME=$NOW.M1P1Rtest.hamburger.edu,S=$size,W=$((size + 9))
	cp "$T/noted" "$SPOOL/new/$NAME"
	chmod 660 "$SPOOL/new/$NAME"
	owned "$SPOOL/new/$NAME"
}

empty()
{
	rm -f "$SPOOL"/new/* "$SPOOL"/defer/* "$SPOOL"/bad/* "$SPOOL"/info/* \
	    "$BOB"/* "$ALICE"/*
}

# waited AGO ATTEMPTS: the noted message waits, tried first AGO seconds ago
waited()
{
	mv "$SPOOL/new/$NAME" "$SPOOL/defer/$(date +%s).$NAME"
	echo "$(sed -n 's/^Delivered-To: //p' "$T/noted") $2 $(($(date +%s) - $1)) 450 4.2.1 mx.example: busy" \
	    >"$SPOOL/info/$NAME"
	owned "$SPOOL/info/$NAME"
}

noted 'ENVID=QQ314159 RET=HDRS' bob@hamburger.edu 'NOTIFY=SUCCESS'
pass_over
is 'B08 it is delivered' "$(files "$BOB")" 1
is 'B08 NOTIFY=SUCCESS: the sender is told' "$(files "$ALICE")" 1
like 'B08 that it was delivered' "$(cat "$ALICE"/*)" '^Action: delivered$'
like 'B05 with his ENVID' "$(cat "$ALICE"/*)" \
    '^Original-Envelope-Id: QQ314159$'
is 'and the spool is empty' "$(files "$SPOOL/defer")$(files "$SPOOL/new")" 00

empty
noted '' nobody@hamburger.edu 'NOTIFY=NEVER'
pass_over
is 'B08 NOTIFY=NEVER: nobody is told' "$(files "$ALICE")" 0
is 'and the message is gone' "$(files "$SPOOL/defer")" 0
like 'but logged' "$LOG" 'event=failed .*nobody'

empty
noted '' nobody@hamburger.edu 'NOTIFY=SUCCESS,DELAY'
pass_over
is 'B08 NOTIFY without FAILURE: no failure is told' "$(files "$ALICE")" 0

empty
noted '' nobody@hamburger.edu 'NOTIFY=SUCCESS,FAILURE'
pass_over
like 'B08 NOTIFY with FAILURE: it is' "$(cat "$ALICE"/*)" '^Action: failed$'

empty
noted '' x@dead.example 'NOTIFY=DELAY,FAILURE'
waited 3600 2
pass_over
is 'B08 an hour is no delay worth telling' "$(files "$ALICE")" 0
rm -f "$SPOOL"/defer/* "$SPOOL"/info/*
noted '' x@dead.example 'NOTIFY=DELAY,FAILURE'
waited 15000 8
pass_over
like 'B08 NOTIFY=DELAY: after four hours the sender is told' \
    "$(cat "$ALICE"/*)" '^Action: delayed$'
like 'B05 until when it is tried' "$(cat "$ALICE"/*)" '^Will-Retry-Until: '
for f in "$SPOOL"/defer/*; do
	n=${f##*/}
	mv "$f" "$SPOOL/defer/$(date +%s).${n#*.}"
done
pass_over
is 'B08 once' "$(files "$ALICE")" 1

# Who comes first in the file was delivered at once.
empty
noted '' 'bob@hamburger.edu
Delivered-To: x@dead.example' 'NOTIFY=DELAY,FAILURE'
mv "$SPOOL/new/$NAME" "$SPOOL/defer/$(date +%s).$NAME"
first=$(($(date +%s) - 15000))
echo "x@dead.example 8 $first 450 4.2.1 mx.example: busy" >"$SPOOL/info/$NAME"
owned "$SPOOL/info/$NAME"
pass_over
until=$(sed -n 's/^Will-Retry-Until: //p' "$ALICE"/* | tail -n 1)
is 'B05 that is his own limit' "$(date -d "$until" +%s)" $((first + 432000))

empty
noted '' x@dead.example
waited 15000 8
pass_over
is 'B08 without NOTIFY no delay is told' "$(files "$ALICE")" 0

# ---- expiry and the clock ----

empty
noted '' x@dead.example
waited 432001 2
pass_over
like 'Q01 past queuelifetime, at the third attempt, it is given up' \
    "$(cat "$ALICE"/*)" '^Final-Recipient: .*x@dead.example'
is 'and gone' "$(files "$SPOOL/defer")$(files "$SPOOL/info")" 00

empty
noted '' x@dead.example
waited 432001 1
pass_over
is 'Q01 but not before the third attempt' "$(files "$ALICE")" 0

empty
noted '' x@dead.example
waited 431000 100
pass_over
is 'Q01 and not before queuelifetime' "$(files "$ALICE")" 0

empty
noted '' x@dead.example
waited 3600 5
mv "$SPOOL"/defer/* "$SPOOL/defer/$(($(date +%s) - 900000)).$NAME"
sed "s/ 5 [0-9]* / 5 $(($(date +%s) - 903600)) /" "$SPOOL/info/$NAME" \
    >"$T/info"
cat "$T/info" >"$SPOOL/info/$NAME"
pass_over
is 'a clock that jumped ten days ahead expires nothing' \
    "$(files "$ALICE") $(files "$SPOOL/defer")" '0 1'
like 'the time it stood is not counted' "$(cat "$SPOOL/info"/*)" \
    "^x@dead.example 6 $(($(date +%s) / 100000))"

empty
noted '' x@dead.example
waited 3600 5
rm "$SPOOL/info/$NAME"
pass_over
like 'without info/ the count begins again' "$(cat "$SPOOL/info"/*)" \
    '^x@dead.example 1 '

# ---- notifications about notifications ----

empty
noted '' nobody@hamburger.edu
sed 's/<alice@hamburger.edu>/<>/' "$T/noted" >"$T/null"
rm "$SPOOL/new"/*
size=$(wc -c <"$T/null" | tr -d ' ')
cp "$T/null" "$SPOOL/new/$NOW.M1P1Rtest.h,S=$size,W=$((size + 9))"
owned "$SPOOL/new"
conf postmaster bob@hamburger.edu
pass_over
is 'B01 B02 a failed notification goes to postmaster only' \
    "$(files "$ALICE")$(files "$BOB")" 01
empty
queue_file carol@hamburger.edu nobody@hamburger.edu <"$T/null" >/dev/null
pass_over
like 'B02 nor is a notification of our own lost' "$(cat "$BOB"/*)" \
    '^Final-Recipient: rfc822; carol@hamburger.edu'
conf postmaster nobody@hamburger.edu
cp "$T/null" "$SPOOL/new/$NOW.M1P1Rtest.h,S=$size,W=$((size + 9))"
owned "$SPOOL/new"
as_user limit 10 qrun -c "$CONF" 2>/dev/null
is 'B02 a postmaster who is not there makes no loop' "$?" 0

done_testing
