#!/bin/sh
# a thousand messages to Postfix's smtp-sink, by us and by Postfix; a server that
# is down, comes back, or does not
# limit: 120
# run: alone
# shellcheck disable=SC1091,SC2086,SC2154
. "${0%/*}/remote.sh"
apart "$0" postfix
. "${0%/*}/../lib.sh"
peers
N=${SINK_N:-1000}

mk_site
mailbox alice@hamburger.edu
mailbox postmaster@hamburger.edu
ALICE=$MAILROOT/hamburger.edu/alice/Maildir/new
MASTER=$MAILROOT/hamburger.edu/postmaster/Maildir/new

# sink PORT: counts in $T/PORT.sink
sink()
{
	start smtp-sink -u nobody -c "127.0.0.1:$1" 1000 >"$T/$1.sink" 2>&1
	listens 10 "$1"
}

# counted PORT NAME: sess, quit or mesg
counted()
{
	tr '\r' '\n' <"$T/$1.sink" | sed -n "s/.*$2=\\([0-9]*\\).*/\\1/p" |
	    tail -n 1
}

# all_there PORT, within a minute
all_there()
{
	[ "$(counted "$1" mesg)" = "$N" ]
}

now_ms()
{
	date +%s%3N
}

# ---- Postfix, its queue on the same file system, sending where it is told ----

postfix_files /etc/postfix mx.there.example 'inet_interfaces = 127.0.0.1' \
    "queue_directory = $T/postfix" 'default_transport = smtp:[127.0.0.1]:2526' \
    'smtpd_client_restrictions = static:HOLD' 'smtp_dns_support_level = disabled' \
    'smtp_host_lookup = native'
mkdir -p "$T/postfix" /var/lib/postfix
chown postfix /var/lib/postfix
postfix check >"$T/postfix.out" 2>&1
start /usr/lib/postfix/sbin/master -c /etc/postfix -d >>"$T/postfix.out" 2>&1
POSTFIX=$PID
ok 'Postfix answers' listens 20 25 ||
    { diag "$(cat "$T/postfix.out" /etc/postfix/log)"; done_testing; }
sink 2525
sink 2526

smtp-source -s 10 -m "$N" -l 2000 -f alice@hamburger.edu -t bob@sink.example \
    127.0.0.1:25 >"$T/source.out" 2>&1
is 'Postfix holds all of them' "$(files "$T/postfix/hold")" "$N"
began=$(now_ms)
postsuper -c /etc/postfix -H ALL >>"$T/postfix.out" 2>&1
postqueue -c /etc/postfix -f
ok "Postfix sends $N" wait_for 60 all_there 2526 ||
    diag "$(counted 2526 mesg)" "$(tail -n 20 /etc/postfix/log "$T/postfix.out")"
theirs=$(($(now_ms) - began))
stop "$POSTFIX"

# ---- the same by us ----

awk 'BEGIN {
	print "From: alice@hamburger.edu\nTo: bob@sink.example\nSubject: x\n"
	for (i = 0; i < 25; i++) printf "%079d\n", i
}' >m
i=0
while [ $i -lt "$N" ]; do
	i=$((i + 1))
	QUEUE_COUNT=$i
	queue_file alice@hamburger.edu bob@sink.example <m >/dev/null
done
conf smtproutes 'sink.example:[127.0.0.1]:2525'
began=$(now_ms)
start $AS_USER qrun -c "$CONF" 2>qrun.log
ok "qrun and qsend send $N" wait_for 60 all_there 2525 ||
    diag "$(counted 2525 mesg)" "$(tail -n 5 qrun.log)"
ours=$(($(now_ms) - began))
wait "$PID"
is 'each once' "$(counted 2525 mesg)" "$N"
is 'the spool is empty' "$(files "$SPOOL/new")$(files "$SPOOL/defer")" 00
sleep 0.2
n=$(($(counted 2525 sess) - 1))	# one was to see that it listens
ok "over at most concurrencyhost connections: $n" test "$n" -ge 1 -a "$n" -le 5
diag "ours $ours ms, Postfix $theirs ms ($(counted 2526 sess) connections):" \
    "$(awk "BEGIN { printf \"%.2f\", $theirs / $ours }") times as fast"

# ---- down, and up again ----

letter()
{
	printf 'From: alice@hamburger.edu\nSubject: %s\n\nx\n' "$1" >m
	QUEUE_COUNT=$((QUEUE_COUNT + 1))
	queue_file "${2-alice@hamburger.edu}" bob@down.example <m >/dev/null
}
conf smtproutes 'down.example:[127.0.0.1]:2527'
letter 'patience'
start $AS_USER qrun -w -c "$CONF" 2>watch.log
WATCH=$PID
ok 'a server is down: deferred' wait_for 10 grep -q 'event=deferred .*bob@down' \
    watch.log
like 'mailq says why, and when next' "$(as_user mailq -c "$CONF")" \
    'alice@hamburger.edu	bob@down.example	1	1[78][0-9][0-9]	.*4\.4\.1 .*[Rr]efused'
sink 2527
sleep 1.1	# what was tried in this second is not due in it
kill -ALRM "$WATCH"
came()
{
	[ "$(counted 2527 mesg)" = 1 ]
}
ok 'it is up again: SIGALRM, and the mail goes' wait_for 10 came
ok 'nothing waits' wait_for 5 grep -q 'event=sent .*bob@down' watch.log

# ---- and not up again ----

conf smtproutes 'down.example:[127.0.0.1]:2528'
conf retry 1
conf queuelifetime 2
kill -HUP "$WATCH"
sleep 0.3
letter 'too late'
letter 'nobody to tell' nobody@hamburger.edu
printf x >"$SPOOL/trigger"
told()
{
	grep -rlq '^Subject: too late' "$ALICE" 2>/dev/null
}
ok 'past queuelifetime the sender is told' wait_for 20 told ||
    diag "$(tail -n 20 watch.log)"
bounce=$(cat "$ALICE"/*)
like 'B05 who' "$bounce" '^Final-Recipient: rfc822; *bob@down.example'
like 'B05 failed' "$bounce" '^Action: failed'
like 'B05 why' "$bounce" '[Cc]onnection refused'
like 'B05 with the header' "$bounce" '^Subject: too late'
like 'B01 from nobody' "$bounce" '^Return-Path: <>'
master()
{
	grep -rlq '^Final-Recipient: rfc822; nobody@hamb' "$MASTER" 2>/dev/null
}
ok 'a bounce that cannot be delivered ends at postmaster' wait_for 20 master ||
    diag "$(tail -n 20 watch.log)"
empty()
{
	[ "$(files "$SPOOL/new")$(files "$SPOOL/defer")" = 00 ]
}
ok 'and nothing is left' wait_for 10 empty
stop "$WATCH"
done_testing
