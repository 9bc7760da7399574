# the queue manager: local delivery, the spool's states, who may plant what
# limit: 150
# shellcheck shell=sh disable=SC2012,SC2016
. "${0%/*}/lib.sh"

mk_site
mailbox alice@hamburger.edu
mailbox bob@hamburger.edu
mailbox carol@hamburger.edu
BOB=$MAILROOT/hamburger.edu/bob/Maildir/new
CAROL=$MAILROOT/hamburger.edu/carol/Maildir/new
ALICE=$MAILROOT/hamburger.edu/alice/Maildir/new

# pass_over [OPTION ...]: one pass; its log is $LOG, its status $RC
pass_over()
{
	LOG=$(as_user qrun -c "$CONF" "$@" 2>&1)
	RC=$?
}

letter()
{
	printf 'From: alice@hamburger.edu\nSubject: ketchup\n\n%s\n' \
	    "${1-Do you like ketchup?}"
}

empty()
{
	rm -f "$SPOOL"/new/* "$SPOOL"/defer/* "$SPOOL"/bad/* "$SPOOL"/info/* \
	    "$BOB"/* "$CAROL"/* "$ALICE"/*
}

# due: everything waiting is due now
due()
{
	for f in "$SPOOL"/defer/*; do
		n=${f##*/}
		mv "$f" "$SPOOL/defer/$(date +%s).${n#*.}"
	done
}

# ---- options, configuration ----

exits 'unknown option is usage' 100 as_user qrun -x
exits '-n and -w together is usage' 100 as_user qrun -n -w
exits 'an argument is usage' 100 as_user qrun -c "$CONF" now
like 'it says the usage' "$(as_user qrun -x 2>&1)" '^usage: qrun '
exits 'a missing configuration is temporary' 111 as_user qrun -c "$T/none"
conf mailroot "$T/none"
pass_over
is 'so is a missing mailroot, and it is named' "$RC $LOG" \
    "111 qrun: $T/none: No such file or directory"
conf mailroot "$CONF/me"
pass_over
is 'and one that is no directory' "$RC $LOG" "111 qrun: $CONF/me: Not a directory"
conf mailroot "$MAILROOT"
conf retry 0
pass_over
is 'a wrong retry stops it' "$RC" 111
like 'and says which' "$LOG" '^qrun: retry: '
rm "$CONF/retry"
conf spool "$T/none"
pass_over
is 'a missing spool is temporary' "$RC" 111
conf spool "$SPOOL"

rm -rf "$SPOOL"
mkdir "$SPOOL"
chmod 710 "$SPOOL"
owned "$SPOOL"
pass_over
is 'an empty spool directory is filled: exit 0' "$RC" 0
is 'with the modes that the gate needs' "$(ls -l "$SPOOL" |
    awk 'NR > 1 { print substr($1, 1, 10), $NF }' | tr '\n' ' ')" \
    'drwx------ bad drwx------ defer drwx------ hold drwx------ info -rw------- lock drwxrwsrwt new drwxrwsrwt tmp prw--w---- trigger '

# ---- delivery ----

name=$(letter | queue_file alice@crepes.fr bob@hamburger.edu)
cp "$SPOOL/new/$name" "$T/sent"
inode=$(ls -i "$SPOOL/new/$name" | awk '{ print $1 }')
pass_over
is 'one pass ends with exit 0' "$RC" 0
got=$(only "$BOB")
is 'one local mailbox: the file itself is delivered' \
    "$(ls -i "$got" | awk '{ print $1 }')" "$inode"
same 'it is the queue file' "$got" "$T/sent"
is 'readable by its owner alone' "$(ls -l "$got" | cut -c 1-10)" -rw-------
case ${got##*/} in
"$name")	fail 'under a name of our making' ;;
*,S=*,W=*)	pass 'under a name of our making, with S and W' ;;
*)		fail 'under a name of our making, with S and W' "$got" ;;
esac
is 'that keeps the moment of arrival' "$(basename "$got" | cut -d P -f 1)" \
    "$(basename "$name" | cut -d P -f 1)"
like 'the log has it' "$LOG" "event=delivered id=[^ ]* to=bob@hamburger.edu "
is 'the spool is empty' "$(files "$SPOOL/new")$(files "$SPOOL/defer")" 00

empty
letter | queue_file alice@crepes.fr bob@hamburger.edu carol@hamburger.edu \
    >/dev/null
pass_over
is 'two recipients: a copy each' "$(files "$BOB")$(files "$CAROL")" 11
is 'nothing is left behind' "$(files "$SPOOL/defer")$(files "$SPOOL/info")" 00
unlike 'a copy does not name the others' "$(cat "$BOB"/*)" 'carol'
like 'log: new, with the old name' "$LOG" 'event=new id=[^ ]* was="?[0-9]'
like 'log: done' "$LOG" 'event=done id='

empty
ln -s "$T/none" "$MAILROOT/hamburger.edu/eve"
letter | queue_file alice@crepes.fr eve@hamburger.edu >/dev/null
pass_over
like 'mail for a link to nowhere waits, and the log says why' "$LOG" \
    'event=deferred .*cannot look for the mailbox: No such file'
rm "$MAILROOT/hamburger.edu/eve"

empty
mkdir -p "$MAILROOT/hamburger.edu/bob"
echo 100 >"$MAILROOT/hamburger.edu/bob/.quota"
owned "$MAILROOT/hamburger.edu/bob/.quota"
letter | queue_file alice@crepes.fr bob@hamburger.edu >/dev/null
pass_over
letter | queue_file alice@crepes.fr bob@hamburger.edu >/dev/null
pass_over
is 'a full mailbox gets no more' "$(files "$BOB")" 1
like 'the deferral says 4.2.2' "$LOG" 'event=deferred .*4\.2\.2'
rm "$MAILROOT/hamburger.edu/bob/.quota"

# ---- deferral ----

empty
chmod 500 "$MAILROOT/hamburger.edu/bob/Maildir"
chmod 500 "$BOB"
letter | queue_file alice@hamburger.edu bob@hamburger.edu carol@hamburger.edu \
    >/dev/null
pass_over
is 'an unwritable mailbox is no failure' "$RC" 0
is 'the message waits in defer/' "$(files "$SPOOL/defer")" 1
f=$(only "$SPOOL/defer")
f=${f##*/}
now=$(date +%s)
is 'Q01 the next attempt is after retry' \
    "$((${f%%.*} > now + 1700 && ${f%%.*} <= now + 1800))" 1
is 'the other one has it' "$(files "$CAROL")" 1
is 'and is marked' "$(grep -c '^Delivered-OK: carol' "$SPOOL/defer/$f")" 1
like 'info/ remembers why' "$(cat "$SPOOL/info"/*)" \
    '^bob@hamburger.edu 1 [0-9]+ - 4\.'
pass_over
is 'nothing is due now' "$LOG" ''
mv "$SPOOL/defer/$f" "$SPOOL/hold/"
chmod 700 "$BOB" "$MAILROOT/hamburger.edu/bob/Maildir"
pass_over
is 'hold/ is left alone' "$(files "$SPOOL/hold")$(files "$BOB")" 10
mv "$SPOOL/hold/$f" "$SPOOL/new/"
pass_over
is 'moved back to new/ it is delivered' "$(files "$BOB")" 1
is 'to nobody twice' "$(files "$CAROL")" 1

empty
letter | queue_file alice@crepes.fr bob@hamburger.edu carol@hamburger.edu \
    >"$T/name"
mv "$SPOOL/new/$(cat "$T/name")" \
    "$SPOOL/defer/$(($(date +%s) + 900000)).$(cat "$T/name")"
pass_over
is 'a clock that was set back holds nothing back' "$(files "$BOB")" 1

# ---- retry, expiry, bounce ----

empty
conf retry 1
conf queuelifetime 2
chmod 500 "$BOB" "$MAILROOT/hamburger.edu/bob/Maildir"
letter | queue_file alice@hamburger.edu bob@hamburger.edu carol@hamburger.edu \
    >/dev/null
pass_over
sleep 1
due
pass_over
is 'two attempts are no reason to give up' "$(files "$ALICE")" 0
sleep 2
due
pass_over
chmod 700 "$BOB" "$MAILROOT/hamburger.edu/bob/Maildir"
is 'Q01 B01 after queuelifetime the sender is told' "$(files "$ALICE")" 1
is 'in the same run, and the spool is empty' \
    "$(files "$SPOOL/defer")$(files "$SPOOL/new")$(files "$SPOOL/info")" 000
like 'B05 about this recipient' "$(cat "$ALICE"/*)" \
    '^Final-Recipient: rfc822; *bob@hamburger.edu'
unlike 'and no other' "$(cat "$ALICE"/*)" 'Final-Recipient.*carol'
like 'from <>' "$(cat "$ALICE"/*)" '^Return-Path: <>$'
is 'the others got it once' "$(files "$CAROL")" 1
rm "$CONF/retry" "$CONF/queuelifetime"

empty
letter | queue_file alice@hamburger.edu nobody@hamburger.edu \
    noone@hamburger.edu bob@hamburger.edu >/dev/null
pass_over
is 'B03 one notification for all who failed' "$(files "$ALICE")" 1
is 'with both of them in it' \
    "$(grep -c '^Final-Recipient' "$ALICE"/*)" 2
is 'and the one who is there got it' "$(files "$BOB")" 1

empty
letter | queue_file '' nobody@hamburger.edu >/dev/null
pass_over
is 'B02 no notification about a notification' "$(files "$ALICE")" 0
is 'postmaster is kept while there is none' "$(files "$SPOOL/defer")" 1
like 'and that is logged' "$LOG" 'no mailbox for postmaster'
conf postmaster carol@hamburger.edu
due
pass_over
is 'the setting postmaster takes it' "$(files "$CAROL")" 1
is 'and nothing waits' "$(files "$SPOOL/defer")$(files "$SPOOL/new")" 00
rm "$CONF/postmaster"

empty
conf retry 1
conf queuelifetime 1
letter | queue_file alice@hamburger.edu postmaster >/dev/null
all=
for i in 1 2 3 4; do
	pass_over
	all=$all$LOG
	sleep 1
	[ "$(files "$SPOOL/defer")" = 0 ] || due
done
is 'nobody takes postmaster'\''s mail: bad/ after queuelifetime' \
    "$(files "$SPOOL/bad")$(files "$SPOOL/defer")" 10
like 'and the log says so' "$all" 'event=bad id=[^ ]* text="nobody takes it"'
rm "$CONF/retry" "$CONF/queuelifetime"

# ---- tmp/ ----

empty
name=$(letter | queue_file alice@crepes.fr bob@hamburger.edu)
mv "$SPOOL/new/$name" "$SPOOL/tmp/$name"
printf 'Return-Path: <a@b.example>\n' >"$SPOOL/tmp/1.M1P1R1"
printf 'Return-Path: <a@b.example>\n' >"$SPOOL/tmp/1.M1P2R1"
name=$(letter hole | queue_file alice@crepes.fr bob@hamburger.edu)
tr a '\000' <"$SPOOL/new/$name" >"$SPOOL/tmp/$name"
rm "$SPOOL/new/$name"
touch -d '3 hours ago' "$SPOOL/tmp/1.M1P2R1" "$SPOOL/tmp/$name"
owned "$SPOOL/tmp"
pass_over
is 'complete in tmp/ without a writer: promoted' "$(files "$BOB")" 1
ok 'incomplete and fresh: left alone' test -f "$SPOOL/tmp/1.M1P1R1"
not_ok 'incomplete and old: removed' test -f "$SPOOL/tmp/1.M1P2R1"
not_ok 'of full size but with a hole of NULs: removed' \
    test -f "$SPOOL/tmp/$name"
rm -f "$SPOOL"/tmp/*

empty
mkfifo -m 666 "$T/slow"
(as_user inject -c "$CONF" -f alice@hamburger.edu -i bob@hamburger.edu \
    <"$T/slow" >/dev/null 2>&1; echo $? >"$T/slow.rc") &
exec 4>"$T/slow"
printf 'From: alice@hamburger.edu\nSubject: slow\n\n' >&4
seq 1 20000 >&4
if wait_for 5 sh -c 'ls "$SPOOL"/tmp/* >/dev/null 2>&1'; then
	size=
	until [ "$(ls -l "$SPOOL/tmp")" = "$size" ]; do	# it has written all
		size=$(ls -l "$SPOOL/tmp")
		sleep 0.3
	done
	touch -d '3 hours ago' "$SPOOL"/tmp/*
	pass_over
	is 'what its writer has locked is left alone, however old' \
	    "$(files "$SPOOL/tmp")" 1
	exec 4>&-
	wait_for 5 test -s "$T/slow.rc"
	pass_over
	is 'and is delivered when it is whole' "$(files "$BOB")" 1
else
	exec 4>&-
	skip 'what its writer has locked is left alone' 'inject does not run'
fi

# ---- planted files ----

empty
name=$(letter | queue_file alice@crepes.fr bob@hamburger.edu)
echo more >>"$SPOOL/new/$name"
: >"$SPOOL/new/nothing"
: >"$SPOOL/new/1.M1P1R1.h,S=0,W=0"
ln -s "$CONF/me" "$SPOOL/new/1.M2P1R1.h,S=14,W=14"
mkfifo "$SPOOL/new/1.M3P1R1.h,S=0,W=0"
mkdir "$SPOOL/new/1.M4P1R1.h,S=4096,W=4096"
head -c 2000000 /dev/zero >"$SPOOL/new/1.M5P1R1.h,S=2000000,W=2000000"
letter >"$SPOOL/new/1.M6P1R1.h,S=$(letter | wc -c | tr -d ' '),W=99"
name=$(letter hard | queue_file alice@crepes.fr bob@hamburger.edu)
ln "$SPOOL/new/$name" "$SPOOL/new/1.M7P1R1.h,${name#*,}"
name=$(letter 000 | queue_file alice@crepes.fr bob@hamburger.edu)
chmod 000 "$SPOOL/new/$name"
long=$(printf '%0200d' 0)
letter >"$SPOOL/new/$long"
owned "$SPOOL/new"
letter 'a good one' | queue_file alice@crepes.fr bob@hamburger.edu >/dev/null
start_s=$(date +%s)
pass_over
is 'SEC-S10 planted files do not stop it' "$RC $(files "$BOB")" '0 1'
is 'SEC-S10 and cost no time' "$(($(date +%s) - start_s < 5))" 1
is 'SEC-S10 all are out of new/' "$(ls "$SPOOL/new" | wc -l | tr -d ' ')" 0
is 'SEC-S10 and in bad/' "$(ls "$SPOOL/bad" | wc -l | tr -d ' ')" 12
like 'SEC-S10 each is logged' "$LOG" 'event=bad id=[^ ]* was='
is 'what a link pointed to is as it was' "$(cat "$CONF/me")" hamburger.edu
rm -rf "$SPOOL"/bad/*

empty
letter first | queue_file alice@crepes.fr bob@hamburger.edu >/dev/null
pass_over
delivered=$(only "$BOB")
name=$(letter again | queue_file alice@crepes.fr bob@hamburger.edu)
mv "$SPOOL/new/$name" "$SPOOL/new/${delivered##*/}"
pass_over
is 'SEC-S10 a planted name replaces no delivered message' "$(files "$BOB")" 2

empty
printf 'Return-Path: <a@b.example>\nDelivered-xx: bob@hamburger.edu\nReceived: x\n\n' \
    >"$T/odd"
size=$(wc -c <"$T/odd" | tr -d ' ')
cp "$T/odd" "$SPOOL/new/1.M1P1R1.h,S=$size,W=$((size + 4))"
owned "$SPOOL/new"
pass_over
is 'any other mark is read as pending' "$(files "$BOB")" 1

# ---- a spool that cannot remember ----

empty
letter | queue_file alice@crepes.fr bob@hamburger.edu carol@hamburger.edu \
    >/dev/null
chmod 500 "$SPOOL/defer"
pass_over
is 'defer/ cannot be written: exit 111' "$RC" 111
like 'and a log line' "$LOG" 'event=trouble .*defer'
is 'nothing was delivered' "$(files "$BOB")$(files "$CAROL")" 00
pass_over
chmod 700 "$SPOOL/defer"
is 'nor the second time' "$(files "$BOB")$(files "$CAROL")" 00
pass_over
is 'once, when it can' "$(files "$BOB")$(files "$CAROL")" 11

# ---- qrun -n ----

empty
letter | queue_file alice@crepes.fr bob@hamburger.edu nobody@hamburger.edu \
    carol@example.net >/dev/null
ls -lR --time-style=full-iso "$SPOOL" >"$T/before"
pass_over -n
ls -lR --time-style=full-iso "$SPOOL" >"$T/after"
is '-n exits 0' "$RC" 0
like '-n says what would be delivered' "$LOG" \
    'bob@hamburger.edu deliver to hamburger.edu/bob$'
like '-n says what would be bounced' "$LOG" 'nobody@hamburger.edu bounce: '
like '-n says what would be sent' "$LOG" \
    'carol@example.net send to example.net$'
same '-n changes nothing' "$T/before" "$T/after"

# ---- smtproutes ----

empty
conf smtproutes 'a.example:relay.example' '.b.example:[192.0.2.1]:26' \
    ':smart.example:587' 'direct.example:' 'six.example:[2001:db8::1]'
letter | queue_file alice@crepes.fr x@A.example x@sub.b.example x@b.example \
    x@direct.example x@six.example x@sub.a.example >/dev/null
pass_over -n
is 'smtproutes: exact, subdomains, everything, MX, an IPv6 address' \
    "$(printf '%s\n' "$LOG" | sed 's/.* to //' | tr '\n' ' ')" \
    '[relay.example] [192.0.2.1] [smart.example] direct.example [2001:db8::1] [smart.example] '
for wrong in nonsense a.example:relay:0 a.example:relay:x 'a.example:re lay' \
    a.example:relay:65536 'a.example:[re lay]' 'a.example:[2001:db8]'; do
	conf smtproutes "$wrong"
	pass_over
	like "smtproutes \"$wrong\" is refused" "$RC $LOG" \
	    '^111 qrun: smtproutes: '
done
rm "$CONF/smtproutes"

# ---- -w ----

empty
# shellcheck disable=SC2086
start $AS_USER qrun -w -c "$CONF" 2>"$T/watch.log"
WATCH=$PID
sleep 0.5
letter | queue_file alice@crepes.fr bob@hamburger.edu >/dev/null
printf x >"$SPOOL/trigger"
ok 'a byte in the trigger wakes it' \
    wait_for 5 sh -c "ls '$BOB'/* >/dev/null 2>&1"
pass_over
is 'a second qrun leaves with exit 0' "$RC" 0
is 'without a word' "$LOG" ''
LOG=$(as_user limit 10 qrun -w -c "$CONF" 2>&1)
RC=$?
is 'a second qrun -w says why it leaves' "$RC $LOG" '0 qrun: another one is running'
rm -f "$BOB"/*
(i=0; while [ $i -lt 2000 ]; do printf xxxxxxxxxxxxxxxx; i=$((i + 1)); done \
    >"$SPOOL/trigger") &
letter | queue_file alice@crepes.fr bob@hamburger.edu carol@hamburger.edu \
    >/dev/null
printf x >"$SPOOL/trigger"
ok 'SEC-S21 a flooded trigger does not stop it' \
    wait_for 5 sh -c "ls '$BOB'/* >/dev/null 2>&1"
rm -f "$BOB"/*
chmod 500 "$BOB" "$MAILROOT/hamburger.edu/bob/Maildir"
letter | queue_file alice@crepes.fr bob@hamburger.edu >/dev/null
printf x >"$SPOOL/trigger"
ok 'it waits in defer/' wait_for 5 sh -c "ls '$SPOOL'/defer/* >/dev/null 2>&1"
wait_for 5 grep -q deferred "$T/watch.log"
chmod 700 "$BOB" "$MAILROOT/hamburger.edu/bob/Maildir"
sleep 1.1
kill -ALRM "$WATCH"
ok 'SIGALRM: everything is due now' \
    wait_for 5 sh -c "ls '$BOB'/* >/dev/null 2>&1"
rm -f "$BOB"/*
# a delivery takes a while; meanwhile the administrator takes the file away
printf '|sleep 2\n./Maildir/\n' >"$MAILROOT/hamburger.edu/bob/.qmail"
owned "$MAILROOT/hamburger.edu/bob/.qmail"
rm -f "$SPOOL"/defer/* "$CAROL"/*
letter | queue_file alice@crepes.fr bob@hamburger.edu carol@hamburger.edu \
    >/dev/null
printf x >"$SPOOL/trigger"
wait_for 5 sh -c "ls '$CAROL'/* >/dev/null 2>&1"
mv "$SPOOL"/defer/* "$SPOOL/hold/"
ok 'taken away in flight: the delivery goes on' \
    wait_for 6 sh -c "ls '$BOB'/* >/dev/null 2>&1"
sleep 0.3
mv "$SPOOL"/hold/* "$SPOOL/new/"
printf x >"$SPOOL/trigger"
wait_for 5 sh -c "! ls '$SPOOL'/new/* '$SPOOL'/defer/* 2>/dev/null | grep -q ."
is 'brought back, nobody gets it twice' \
    "$(files "$BOB")$(files "$CAROL")$(files "$SPOOL/defer")" 110
letter | queue_file alice@crepes.fr bob@hamburger.edu >/dev/null
printf x >"$SPOOL/trigger"
wait_for 5 sh -c "ls '$SPOOL'/defer/* >/dev/null 2>&1"
rm "$SPOOL"/defer/*
ok 'removed in flight: no harm' \
    wait_for 6 sh -c "[ \$(ls '$BOB' | wc -l) = 2 ]"
rm "$MAILROOT/hamburger.edu/bob/.qmail" "$BOB"/*
conf retry 1
kill -HUP "$WATCH"
sleep 0.3
chmod 500 "$BOB" "$MAILROOT/hamburger.edu/bob/Maildir"
letter | queue_file alice@crepes.fr bob@hamburger.edu >/dev/null
printf x >"$SPOOL/trigger"
sleep 0.5
chmod 700 "$BOB" "$MAILROOT/hamburger.edu/bob/Maildir"
ok 'SIGHUP reads retry again; the next due time wakes it' \
    wait_for 8 sh -c "ls '$BOB'/* >/dev/null 2>&1"
i=0
while [ $i -lt 200 ]; do
	kill -ALRM "$WATCH"
	i=$((i + 1))
done
ok 'SEC-S12 a storm of SIGALRM does not end it' kill -0 "$WATCH"
kill -TERM "$WATCH"
wait "$WATCH"
is 'SIGTERM: exit 0' "$?" 0
rm "$CONF/retry"


# ---- started as root ----

if [ -n "$ROOT" ]; then
	empty
	start qrun -w -c "$CONF" 2>/dev/null
	sleep 0.5
	kill -9 "$PID"
	wait "$PID" 2>/dev/null
	sleep 0.5
	letter | queue_file alice@crepes.fr bob@hamburger.edu >/dev/null
	ok 'started as root, it runs' qrun -c "$CONF"
	is 'a killed parent takes the manager along: the lock is free' \
	    "$(files "$BOB")" 1
	chown 0:0 "$SPOOL"
	exits 'a spool that belongs to root is refused' 111 qrun -c "$CONF"
	like 'and named' "$(qrun -c "$CONF" 2>&1)" "^qrun: $SPOOL: belongs to root"
	owned "$SPOOL"
else
	skip 'a killed parent takes the manager along' 'not root'
fi

# ---- what only looks as if it were right ----

empty
name=$(letter | queue_file alice@crepes.fr bob@hamburger.edu)
tr k '\000' <"$SPOOL/new/$name" >"$SPOOL/tmp/$name"
rm "$SPOOL/new/$name"
owned "$SPOOL/tmp"
pass_over
is 'a hole of NULs in the body is not promoted either' \
    "$(files "$BOB")$(files "$SPOOL/bad")$(files "$SPOOL/tmp")" 001
rm -f "$SPOOL"/tmp/*

empty
letter | queue_file alice@crepes.fr bob@hamburger.edu >/dev/null
# shellcheck disable=SC2086
start $AS_USER qrun -w -c "$CONF" 2>/dev/null
WATCH=$PID
ok 'the first qrun delivers' wait_for 5 sh -c "ls '$BOB'/*"
rm -f "$BOB"/*
kill -STOP "$WATCH"
letter | queue_file alice@crepes.fr bob@hamburger.edu >/dev/null
pass_over
is 'while there is a qrun a second one delivers nothing' \
    "$RC $(files "$SPOOL/new")$(files "$BOB")" '0 10'
kill -CONT "$WATCH"
stop "$WATCH"

# ---- an absolute Maildir above a forward ----

empty
mkdir -p "$MAILROOT/hamburger.edu/dave"
printf '%s\n' "$T/home/abs/Maildir/" '&carol@hamburger.edu' \
    >"$MAILROOT/hamburger.edu/dave/.qmail"
mkdir -p "$T/home/abs"
owned "$MAILROOT/hamburger.edu/dave"
owned "$T/home/abs"
letter | queue_file alice@crepes.fr dave@hamburger.edu >/dev/null
pass_over
is 'an absolute Maildir above a forward: each gets one' \
    "$(files "$T/home/abs/Maildir/new")$(files "$CAROL")" 11
unlike 'and nobody else' "$LOG" 'event=failed'

# ---- one mailbox with slow commands does not have all places ----

empty
conf concurrencylocal 3
printf '|sleep 3\n' >"$MAILROOT/hamburger.edu/dave/.qmail"
letter >"$T/letter"
for i in 1 2 3 4 5; do
	queue_file alice@crepes.fr dave@hamburger.edu <"$T/letter" >/dev/null
done
# shellcheck disable=SC2086
start $AS_USER qrun -w -c "$CONF" 2>"$T/crowd.log"
CROWD=$PID
running()
{
	[ "$(pgrep -P "$PID" | wc -l)" -ge "$1" ]
}
ok 'SEC-S21 the slow mailbox has two places of three' wait_for 5 running 2
sleep 0.3
is 'SEC-S21 and no more' "$(pgrep -P "$CROWD" | wc -l)" 2
# not by rename: that needs no place
queue_file alice@crepes.fr carol+tag@hamburger.edu <"$T/letter" >/dev/null
poke
ok 'SEC-S21 mail for others goes on meanwhile' wait_for 2 \
    sh -c "ls '$CAROL'/* >/dev/null 2>&1"
slow_done()
{
	[ "$(grep -c 'event=delivered.*dave@' "$T/crowd.log")" = 5 ]
}
ok 'and all five of the slow one are delivered in turn' wait_for 20 slow_done
stop "$CROWD"
rm "$CONF/concurrencylocal"

# ---- one process delivers several messages to a mailbox ----

empty
conf concurrencylocal 1
DAVE=$MAILROOT/hamburger.edu/dave
# deliverers: how many processes have named what is in dave's mailbox
deliverers()
{
	ls "$DAVE/Maildir/new" | sed 's/.*P\([0-9]*\)R.*/\1/' | sort -u |
	    wc -l | tr -d ' '
}
# letters NUMBER: so many arrive, and are delivered
letters()
{
	rm -rf "$DAVE/Maildir"
	for i in $(seq 1 "$1"); do
		queue_file alice@crepes.fr dave@hamburger.edu <"$T/letter" \
		    >/dev/null
	done
	poke
	wait_for 10 sh -c "[ \"\$(ls '$DAVE/Maildir/new' 2>/dev/null |
	    wc -l)\" -ge $1 ]"
}
printf './Maildir/\n' >"$DAVE/.qmail"
# shellcheck disable=SC2086
start $AS_USER qrun -w -c "$CONF" 2>"$T/kept.log"
KEPT=$PID
letters 6
is 'SEC-S11 one process delivers six messages to a mailbox' "$(deliverers)" 1
ok 'and is there yet' running 1
# not by rename: that needs no process
queue_file alice@crepes.fr carol+tag@hamburger.edu <"$T/letter" >/dev/null
poke
ok 'which keeps no place from another mailbox' wait_for 5 \
    sh -c "ls '$CAROL'/* >/dev/null 2>&1"
letters 1
mv "$DAVE" "$T/aside"
mkdir "$DAVE"
printf './Maildir/\n' >"$DAVE/.qmail"
owned "$DAVE"
letters 2
is 'SEC-S24 a mailbox that was replaced meanwhile is the new one' \
    "$(files "$DAVE/Maildir/new") $(files "$T/aside/Maildir/new")" '2 1'
rm -rf "$T/aside"
printf '|true\n./Maildir/\n' >"$DAVE/.qmail"
letters 4
is 'SEC-S11 after a command of the owner'\''s it is another process' \
    "$(deliverers)" 4
printf './Maildir/\n' >"$DAVE/.qmail"
letters 1
quiet()
{
	! pgrep -P "$PID" -r D,R,S,T >/dev/null
}
ok 'without work they end' wait_for 5 quiet
letters 1
pkill -9 -P "$KEPT"
letters 1
ok 'SEC-S21 one that its owner killed meanwhile is replaced' \
    test "$(files "$DAVE/Maildir/new")" = 1
unlike 'and nothing was deferred' "$(cat "$T/kept.log")" 'event=deferred'
stop "$KEPT"
rm "$CONF/concurrencylocal"

# ---- new mail does not wait for the end of a long pass ----

empty
conf concurrencylocal 2
printf '|sleep 1\n' >"$MAILROOT/hamburger.edu/dave/.qmail"
for i in 1 2 3 4 5 6 7 8 9; do
	queue_file alice@crepes.fr dave@hamburger.edu <"$T/letter" >/dev/null
done
for file in "$SPOOL"/new/*; do
	mv "$file" "$SPOOL/defer/1700000000.${file##*/}"
done
# descriptors for a window of four messages
# shellcheck disable=SC2086
start $AS_USER sh -c 'ulimit -n "$1"; exec qrun -w -c "$2"' sh 150 \
    "$CONF" 2>"$T/pass.log"
PASS=$PID
ok 'a pass over a long queue is under way' wait_for 5 \
    grep -q 'event=command.*dave' "$T/pass.log"
queue_file alice@crepes.fr carol+tag@hamburger.edu <"$T/letter" >/dev/null
poke
ok 'Q02 new mail is delivered in the middle of it' wait_for 3 \
    sh -c "ls '$CAROL'/* >/dev/null 2>&1"
ok 'which goes on' test "$(grep -c 'event=delivered.*dave' "$T/pass.log")" -lt 8
pass_done()
{
	[ "$(grep -c 'event=delivered.*dave' "$T/pass.log")" = 9 ]
}
ok 'and misses nothing' wait_for 20 pass_done
stop "$PASS"
rm "$CONF/concurrencylocal"

# ---- all commands of a mailbox share the time ----

empty
conf timeoutcommand 2
printf '|sleep 1.2\n|sleep 1.2\n|touch "$HOME/third"\n' \
    >"$MAILROOT/hamburger.edu/dave/.qmail"
letter | queue_file alice@crepes.fr dave@hamburger.edu >/dev/null
pass_over
like 'R02 two commands have timeoutcommand together' "$LOG" \
    'event=deferred .*to=dave@.*killed'
not_ok 'and the third does not run' test -e "$MAILROOT/hamburger.edu/dave/third"
rm "$CONF/timeoutcommand"

# ---- the same recipient again and again ----

empty
rm -f "$MAILROOT/hamburger.edu/dave/.qmail"
rm -rf "$MAILROOT/hamburger.edu/dave/Maildir"
# shellcheck disable=SC2046
letter | queue_file alice@hamburger.edu $(for i in $(seq 1 100); do
	echo dave@hamburger.edu dave@Hamburger.EDU; done) carol@hamburger.edu \
    nobody@hamburger.edu nobody@hamburger.edu >/dev/null
pass_over
is 'SEC-S20 two hundred times the same recipient: one copy' \
    "$(files "$MAILROOT/hamburger.edu/dave/Maildir/new") $(files "$CAROL")" '1 1'
is 'and all have the same result' "$(printf '%s\n' "$LOG" |
    grep -ci 'event=delivered .*to=dave@') $(files "$SPOOL/defer")" '200 0'
is 'B03 and the sender one notification' "$(files "$ALICE")" 1
empty
rm -f "$MAILROOT/hamburger.edu/dave/Maildir/new"/*
chmod 500 "$MAILROOT/hamburger.edu/dave/Maildir" \
    "$MAILROOT/hamburger.edu/dave/Maildir/tmp"
letter | queue_file alice@crepes.fr dave@hamburger.edu dave@hamburger.edu \
    Dave@hamburger.edu >/dev/null
pass_over
chmod 700 "$MAILROOT/hamburger.edu/dave/Maildir" \
    "$MAILROOT/hamburger.edu/dave/Maildir/tmp"
is 'deferred, they wait together' \
    "$(grep -ci '^Delivered-To: dave' "$SPOOL"/defer/*)" 3
due
pass_over
is 'another local part is another recipient' \
    "$(files "$MAILROOT/hamburger.edu/dave/Maildir/new") $(files "$SPOOL/defer")" \
    '2 0'

# ---- loops end, and strangers cannot make one ----

empty
DAVE=$MAILROOT/hamburger.edu/dave
mkdir -p "$MAILROOT/hamburger.edu/erin"
echo '&erin@hamburger.edu' >"$DAVE/.qmail"
echo '&dave@hamburger.edu' >"$MAILROOT/hamburger.edu/erin/.qmail"
owned "$DAVE"
owned "$MAILROOT/hamburger.edu/erin"
letter | queue_file alice@hamburger.edu dave@hamburger.edu >/dev/null
pass_over
like 'D12 two mailboxes that forward to each other' "$LOG" \
    'event=failed .*to=dave@.*5\.4\.6'
is 'D12 the sender is told once, and nothing waits' "$(files "$ALICE") \
$(files "$SPOOL/new")$(files "$SPOOL/defer")" '1 00'
empty
echo "|inject -c '$CONF' -f alice@hamburger.edu erin@hamburger.edu" >"$DAVE/.qmail"
letter | queue_file alice@hamburger.edu dave@hamburger.edu >/dev/null
for i in 1 2 3 4 5 6; do	# what a command sends waits for the next one
	pass_over
done
is 'D12 the same with a command that sends it on' "$(files "$ALICE") \
$(files "$SPOOL/new")$(files "$SPOOL/defer")" '1 00'
empty
echo '&carol@hamburger.edu' >"$DAVE/.qmail"
{ echo 'Delivered-To: dave@hamburger.edu'; letter; } >"$T/forged"
queue_file victim@hamburger.edu dave@hamburger.edu <"$T/forged" >/dev/null
queue_file '' dave@hamburger.edu <"$T/forged" >/dev/null
queue_file victim@hamburger.edu alice+x@hamburger.edu <"$T/forged" >/dev/null
pass_over
is 'SEC-S17 a forged Delivered-To sends nothing to a victim' \
    "$(files "$CAROL") $(files "$ALICE")$(files "$SPOOL/bad")" '2 10'

# ---- a mailbox NAME-owner is not delivered to by rename ----

empty
mkdir -p "$MAILROOT/hamburger.edu/list"
ln -s list "$MAILROOT/hamburger.edu/list-owner"
echo '&carol@hamburger.edu' >"$MAILROOT/hamburger.edu/list/.qmail-owner"
owned "$MAILROOT/hamburger.edu/list"
letter | queue_file alice@crepes.fr list-owner@hamburger.edu >/dev/null
pass_over
is 'R02 list-owner does what .qmail-owner says' "$(files "$CAROL")" 1

done_testing
