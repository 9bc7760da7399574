# the queue manager and its qsends: destinations, results, crashes
# limit: 120
# shellcheck shell=sh disable=SC2012,SC2016,SC2086,SC2034,SC3045
. "${0%/*}/lib.sh"

super_server >/dev/null || skip_all 'no super-server to receive with'

# The receiving site: five domains, each behind a port of its own.
mk_site "$T/there"
THERE=$SITE
conf me there.example
for d in 1 2 3 4 5; do
	for u in 0 1 2 3 4 5 6 7 8 9; do
		[ "$d$u" = 45 ] || mailbox "u$u@d$d.example"
	done
done
# Refuses for now whom $T/home/later names; notes which smtpd asked.
cat >"$T/home/check" <<'END'
#!/bin/sh
echo "$PPID" >>"${0%/*}/asked"
[ ! -e "${0%/*}/slow" ] || sleep 1
grep -qx "$RECIPIENT" "${0%/*}/later" || exit 0
echo 4.7.1 later, please >&2
exit 111
END
chmod 755 "$T/home/check"
echo u3@d2.example >"$T/home/later"
owned "$T/home"
conf rcptcheck "$T/home/check"
there_conf=$CONF
set --
for d in 1 2 3 4 5; do
	port=$(free_port)
	serve "$port" smtpd -c "$there_conf"
	eval "PORT$d=$port"
	set -- "$@" "d$d.example:[127.0.0.1]:$port"
done
DEAD=$(free_port)

mk_site "$T/here"
conf smtproutes "$@" "dead.example:[127.0.0.1]:$DEAD" \
    ".dead.example:[127.0.0.1]:$DEAD"
mailbox alice@hamburger.edu
ALICE=$MAILROOT/hamburger.edu/alice/Maildir/new

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

due()
{
	for f in "$SPOOL"/defer/*; do
		n=${f##*/}
		mv "$f" "$SPOOL/defer/$(date +%s).${n#*.}"
	done
}

# Everything that arrived there: delivers it, then lists mailbox and count.
arrived()
{
	as_user qrun -c "$there_conf" 2>/dev/null
	for d in 1 2 3 4 5; do
		for u in 0 1 2 3 4 5 6 7 8 9; do
			echo "u$u@d$d $(files \
			    "$THERE/mail/d$d.example/u$u/Maildir/new")"
		done
	done
}

everybody=
for d in 1 2 3 4 5; do
	for u in 0 1 2 3 4 5 6 7 8 9; do
		everybody="$everybody u$u@d$d.example"
	done
done

# ---- fifty recipients at five destinations ----

letter | queue_file alice@hamburger.edu $everybody >/dev/null
pass_over
is 'a pass with 50 recipients at 5 destinations' "$RC" 0
arrived >"$T/arrived"
is 'C06 48 have it, once' "$(grep -c ' 1$' "$T/arrived")" 48
is 'nobody has it twice' "$(grep -cv ' [01]$' "$T/arrived")" 0
is 'C06 one copy for each destination' \
    "$(sort -u "$T/home/asked" | wc -l | tr -d ' ')" 5
is 'the one who was refused for good is bounced' "$(files "$ALICE")" 1
like 'B05 by name' "$(cat "$ALICE"/*)" '^Final-Recipient: .*u5@d4.example'
like 'B05 with the reply' "$(cat "$ALICE"/*)" '^Diagnostic-Code: smtp; 550'
is 'the one who was refused for now waits' \
    "$(grep -h '^Delivered-To' "$SPOOL"/defer/*)" 'Delivered-To: u3@d2.example'
like 'mailq says who and why' "$(as_user mailq -c "$CONF")" \
    '	alice@hamburger.edu	u3@d2.example	1	[0-9]+	45[01] 4\.7\.1 '
like 'mailq -j names the host' "$(as_user mailq -c "$CONF" -j)" \
    '"last_host": "127.0.0.1"'
: >"$T/home/later"
due
pass_over
is 'then he has it, too' "$(arrived | grep -c ' 1$')" 49
is 'and the spool is empty' "$(files "$SPOOL/defer")$(files "$SPOOL/info")" 00

# ---- no qsend ----

if [ -n "$ROOT" ]; then
	letter | queue_file alice@hamburger.edu u1@d1.example >/dev/null
	LOG=$(env PATH=/usr/bin:/bin "$BIN/qrun" -c "$CONF" 2>&1)
	like 'a qsend that is not in PATH is named in the log' "$LOG" \
	    'event=trouble what="cannot start" name=qsend text="No such file'
	rm "$SPOOL"/defer/*
else
	skip 'a qsend that is not in PATH is named in the log' 'not root'
fi

# ---- a host that is down ----

i=0
while [ $i -lt 50 ]; do
	QUEUE_COUNT=$i
	letter "$i" | queue_file alice@hamburger.edu "u$i@dead.example" \
	    "v$i@mx.dead.example" >/dev/null
	i=$((i + 1))
done
pass_over
is 'Q02 a dead host costs a pass one attempt to connect' \
    "$(printf '%s\n' "$LOG" | grep -c event=down)" 1
is 'everything for it waits' "$(files "$SPOOL/defer")" 50
is 'mailq has a line for each recipient' \
    "$(as_user mailq -c "$CONF" | grep -c 'dead.example	1	[0-9]*	.* 4\.')" 100
rm -f "$SPOOL"/defer/* "$SPOOL"/info/*

# ---- smtproutes is read for a domain, not for a recipient ----

if strace -o "$T/trace" true 2>/dev/null; then
	letter | queue_file alice@hamburger.edu $(seq -f 'w%g@dead.example' 50) \
	    >/dev/null
	strace -f -o "$T/trace" $AS_USER qrun -c "$CONF" 2>/dev/null
	n=$(grep -c 'openat.*"smtproutes"' "$T/trace")
	is 'smtproutes is read once for 50 recipients, and at start' \
	    "$((n > 1 && n < 5))" 1	# qsend reads it, too
	rm -f "$SPOOL"/defer/* "$SPOOL"/info/*
else
	skip 'smtproutes is read once for 50 recipients' 'no strace'
fi

# ---- connections ----

rm -rf "$THERE"/mail/d1.example/u0/Maildir "$T/home/asked"
i=0
while [ $i -lt 200 ]; do
	QUEUE_COUNT=$i
	letter "$i" | queue_file alice@hamburger.edu u0@d1.example >/dev/null
	i=$((i + 1))
done
pass_over
is 'all of 200 messages are sent' \
    "$(printf '%s\n' "$LOG" | grep -c event=sent)" 200
n=$(sort -u "$T/home/asked" | wc -l)
is 'over at most concurrencyhost connections' "$((n >= 1 && n <= 5))" 1
is 'each is there once' "$(arrived | grep 'u0@d1 ')" 'u0@d1 200'

# ---- a slow host ----

TAR=$(free_port)
serve "$TAR" sleep 60
conf smtproutes "slow.example:[127.0.0.1]:$TAR"
i=0
while [ $i -lt 60 ]; do
	QUEUE_COUNT=$i
	letter "$i" | queue_file alice@hamburger.edu "u$i@slow.example" \
	    >/dev/null
	i=$((i + 1))
done
mailbox bob@hamburger.edu
(
	# a window of some twenty messages
	ulimit -n 174
	exec $AS_USER qrun -w -c "$CONF" 2>"$T/slow.log"
) &
SLOW=$!
PIDS="$PIDS $SLOW"
sleep 1
rm -rf "$ALICE"
letter | queue_file '' alice@hamburger.edu bob@hamburger.edu >/dev/null
printf x >"$SPOOL/trigger"
ok 'a window full of mail for a slow host is emptied for others' \
    wait_for 30 sh -c "ls '$ALICE'/* >/dev/null 2>&1"
kill -9 "$SLOW"
wait "$SLOW" 2>/dev/null
rm -rf "$SPOOL"/defer/* "$SPOOL"/info/* "$SPOOL"/new/* "$ALICE"

# a message for each of many such hosts: no list is long
cp "$BIN/qsend" "$T/qsend"
printf '#!/bin/sh\nexec sleep 30\n' >"$BIN/qsend"
conf concurrencyremote 1
conf smtproutes
i=0
while [ $i -lt 60 ]; do
	QUEUE_COUNT=$i
	letter "$i" | queue_file alice@hamburger.edu "bob@slow$i.example" \
	    >/dev/null
	i=$((i + 1))
done
(
	ulimit -n 98
	exec $AS_USER qrun -w -c "$CONF" 2>"$T/slow.log"
) &
SLOW=$!
PIDS="$PIDS $SLOW"
ok 'lists of many slow hosts are shed together' wait_for 30 \
    sh -c "[ \"\$(grep -c 4.4.5 '$T/slow.log')\" -gt 2 ]"
kill -9 "$SLOW"
wait "$SLOW" 2>/dev/null
rm -rf "$SPOOL"/defer/* "$SPOOL"/info/* "$SPOOL"/new/*

# ten thousand recipients have their outcome, one is with such a host
# shellcheck disable=SC2046
letter | queue_file alice@hamburger.edu bob@slow.example \
    $(i=0; while [ $i -lt 10000 ]; do i=$((i + 1)); \
    echo "nobody$i@hamburger.edu"; done) >/dev/null
start $AS_USER qrun -w -c "$CONF" 2>"$T/slow.log"
SLOW=$PID
wait_for 60 grep -q 'to=nobody10000@' "$T/slow.log"
letter | queue_file '' alice@hamburger.edu bob@hamburger.edu >/dev/null
poke
ok 'nor does a message wait for one recipient of another' \
    wait_for 20 sh -c "ls '$ALICE'/* >/dev/null 2>&1"
kill -9 "$SLOW"
wait "$SLOW" 2>/dev/null
rm -rf "$SPOOL"/defer/* "$SPOOL"/info/* "$SPOOL"/new/* "$ALICE"
mv "$T/qsend" "$BIN/qsend"
rm "$CONF/concurrencyremote"
conf smtproutes "$@" "dead.example:[127.0.0.1]:$DEAD"

# ---- storms ----

rm -rf "$THERE"/mail/d1.example/u0/Maildir
conf retry 1
: >"$T/home/slow"
letter | queue_file alice@hamburger.edu u0@d1.example >/dev/null
start $AS_USER qrun -w -c "$CONF" 2>"$T/watch.log"
WATCH=$PID
sleep 0.5
i=0
while [ $i -lt 60 ]; do
	kill -ALRM "$WATCH"
	printf x >"$SPOOL/trigger"
	sleep 0.05
	i=$((i + 1))
done
wait_for 10 grep -q event=done "$T/watch.log"
rm "$T/home/slow" "$CONF/retry"
kill -TERM "$WATCH"
wait "$WATCH"
is 'SEC-S12 a storm and retry 1 never send a message twice' \
    "$(arrived | grep 'u0@d1 ')" 'u0@d1 1'

# ---- kill -9 ----

rm -rf "$THERE"/mail/d?.example/u?/Maildir "$ALICE"
echo u3@d2.example >"$T/home/later"
letter | queue_file alice@hamburger.edu $everybody >/dev/null
kills=0
while [ $kills -lt 25 ]; do
	start $AS_USER qrun -c "$CONF" 2>/dev/null
	sleep "0.0$((kills * 7 % 10))$((kills * 3 % 10))"
	kill -9 "$PID" 2>/dev/null
	wait "$PID" 2>/dev/null
	kills=$((kills + 1))
	[ -z "$(ls "$SPOOL/defer")" ] || due
done
sleep 0.5
pass_over
due
pass_over
arrived >"$T/arrived"
is 'after 25 kills 48 have it' "$(grep -c ' [1-9][0-9]*$' "$T/arrived")" 48
is 'one is bounced' "$(($(files "$ALICE") >= 1))" 1
is 'one waits' "$(grep -h '^Delivered-To' "$SPOOL"/defer/* |
    grep -v alice)" 'Delivered-To: u3@d2.example'
is 'nothing is lost in tmp/ or bad/' \
    "$(files "$SPOOL/bad")$(files "$SPOOL/new")" 00
diag "copies: $(awk '{ n += $2 } END { print n }' "$T/arrived") for 48"

done_testing
