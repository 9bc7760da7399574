# deliveries through spawn: without root into our own mailboxes, with root as
# each mailbox's owner; qsend as qsenduser
# limit: 60
# shellcheck shell=sh disable=SC2016
. "${0%/*}/lib.sh"

mk_site
sh "$TESTS/deliver/build" "$BIN/drive" || exit 1
cp "$BIN/drive" "$BIN/qsend"
chmod 755 "$BIN/drive" "$BIN/qsend"
D=$MAILROOT/hamburger.edu
Q=$T/home/queued
{
	printf 'Return-Path: <bob@crepes.fr>\nDelivered-To: alice@hamburger.edu\n'
	echo 'Received: by hamburger.edu id test; Fri, 20 Nov 2026 09:00:00 +0000'
	printf 'Subject: x\n\nbody\n'
} >"$Q"
owned "$Q"

# ---- without root ----

mailbox alice@hamburger.edu
SAID=$(as_user drive spawn "$MAILROOT" 0 0 hamburger.edu/alice "$Q" 2>&1)
like 'without root: into a mailbox of our own' "$SAID" '^K 2\.0\.0 '
is 'and it is there' "$(files "$D/alice/Maildir/new")" 1
ln -s alice "$D/alias"
SAID=$(as_user drive spawn "$MAILROOT" 0 0 hamburger.edu/alias "$Q" 2>&1)
like 'through the administrator'\''s symbolic link' "$SAID" '^K 2\.0\.0 '
ln -s / "$D/rootdir"
SAID=$(as_user drive spawn "$MAILROOT" 0 0 hamburger.edu/rootdir "$Q" 2>&1)
like 'SEC-S11 without root: not into a directory of another uid' "$SAID" \
    '^Z 4\.3\.5 .*not ours'
SAID=$(as_user drive spawn "$MAILROOT" 0 0 hamburger.edu/nobody "$Q" 2>&1)
like 'a mailbox that went away defers' "$SAID" '^Z 4\.3\.0 '
SAID=$(as_user drive spawn "$MAILROOT/none" 0 0 hamburger.edu/alice "$Q" 2>&1)
like 'so does a missing mailroot' "$SAID" '^Z 4\.3\.0 '
SAID=$(as_user drive qsend /conf '' 0 0 example.org 0 "$Q" 2>&1)
is 'SEC-S4 qsend gets its arguments, the open message and its end' "$SAID" \
    "uid $TEST_UID gid $TEST_GID args -c /conf example.org
record label 17
first Return-Path: <bob@crepes.fr>
access 0
end"
SAID=$(as_user drive qsend /conf '' 0 0 '[192.0.2.1]' 2525 "$Q" 2>&1)
like 'SEC-S4 and a port' "$SAID" 'args -c /conf -p 2525 \[192\.0\.2\.1\]$'
for host in '-oX' 'a;b' 'a b' 'a/b' '$(x)' '' "$(printf 'a\nb')"; do
	SAID=$(as_user drive qsend /conf '' 0 0 "$host" 0 "$Q" 2>&1)
	like "SEC-S4 a host of '$(printf %s "$host" | tr '\n' '?')' is no host" "$SAID" 'spawn_qsend: Invalid'
done

if [ -z "$ROOT" ]; then
	skip 'SEC-S11 deliveries as each owner' 'needs root'
	done_testing
fi

# ---- with root: the manager is 65534 ----

# give UID GID MAILBOX
give()
{
	mkdir -p "$D/$3"
	chmod 700 "$D/$3"
	chown -R "$1:$2" "$D/$3"
}
chmod 755 "$D" "$MAILROOT" "$SITE" "$T/home"
chown 0:0 "$D" "$MAILROOT"

# by_root PATH ...: deliveries of one qrun
by_root()
{
	set_words=
	for p in "$@"; do
		set_words="$set_words $p $Q"
	done
	# shellcheck disable=SC2086
	drive spawn "$MAILROOT" 65534 65534 $set_words 2>&1
}

games=$(id -u games 2>/dev/null || echo 5)
give "$games" 12 games
echo '|{ id -u; id -g; id -G; cat /proc/self/status | grep CapEff; } >id' >"$D/games/.qmail"
echo './Maildir/' >>"$D/games/.qmail"
chown "$games" "$D/games/.qmail"
SAID=$(by_root hamburger.edu/games)
status=$?
like 'SEC-S11 with root: delivered' "$SAID" '^K 2\.0\.0 '
is 'SEC-S11 the parent hands the manager'\''s exit status on' "$status" 3
is 'SEC-S11 a command has the owner'\''s uid, his account'\''s gid and groups, no capability' \
    "$(tr '\n' ' ' <"$D/games/id")" \
    "$games $(id -g games) $(id -G games) CapEff:	0000000000000000 "
is 'SEC-S11 the file is the owner'\''s' \
    "$(find "$D/games/Maildir/new" -type f -printf '%U:%G %m')" \
    "$games:$(id -g games) 600"
give 54321 54322 none
echo '|id -u >id; id -G >>id' >"$D/none/.qmail"
chown 54321 "$D/none/.qmail"
SAID=$(by_root hamburger.edu/none)
is 'SEC-S11 without an account: the directory'\''s gid, no groups' \
    "$(tr '\n' ' ' <"$D/none/id")" '54321 54322 '
give 54321 0 grouproot
like 'SEC-S11 group 0 is not for owners without an account' \
    "$(by_root hamburger.edu/grouproot)" '^Z 4\.3\.5 .*group 0'
give 0 0 root
like 'SEC-S11 never as uid 0' "$(by_root hamburger.edu/root)" '^Z 4\.3\.5 .*root'
is 'SEC-S11 and nothing was made' "$(find "$D/root" | wc -l | tr -d ' ')" 1
for path in ../mail/hamburger.edu/games hamburger.edu/../../etc games \
    hamburger.edu/ hamburger.edu/.ssh .x/games /etc/skel hamburger.edu//games; do
	is "SEC-S11 a request for $path is not obeyed" "$(by_root "$path")" ''
done
is 'SEC-S11 several deliveries through one parent' \
    "$(by_root hamburger.edu/none hamburger.edu/games hamburger.edu/none | sed -n 's/^K.*/K/p' | tr -d '\n')" KKK
is 'SEC-S10 a Maildir link planted by its owner leads nowhere' "$(
	mkdir "$T/target"
	chown 54321 "$T/target"
	give 54321 54322 planter
	ln -s "$T/target" "$D/planter/Maildir"
	by_root hamburger.edu/planter | cut -c 1
	find "$T/target" | wc -l | tr -d ' ')" 'Z
1'
SAID=$(drive spawn "$MAILROOT" 0 0 hamburger.edu/none "$Q" 2>&1)
is 'SEC-S11 a spool of root: refused' "$?" 111
SAID=$(drive qsend /conf games 65534 65534 example.org 0 "$Q" 2>&1)
is 'SEC-S11 qsend runs as qsenduser, with the open message' "$SAID" \
    "uid $games gid $(id -g games) args -c /conf example.org
record label 17
first Return-Path: <bob@crepes.fr>
access 0
end"
SAID=$(drive qsend /conf '' 65534 65534 example.org 0 "$Q" 2>&1)
like 'SEC-S11 without qsenduser as the spool'\''s owner' "$SAID" '^uid 65534 '
SAID=$(drive qsend /conf root 65534 65534 example.org 0 "$Q" 2>&1)
like 'SEC-S11 qsenduser cannot be root' "$SAID" 'no such account, or root'

# a signal to the parent is for the manager; the parent ends with it
echo '|sleep 30' >"$D/none/.qmail"
chown 54321 "$D/none/.qmail"
start drive spawn "$MAILROOT" 65534 65534 hamburger.edu/none "$Q" >"$T/out" 2>&1
parent=$PID
ok 'SEC-S20 a delivery is under way' wait_for 5 pgrep -U 54321 -x sleep
kill -TERM "$parent"
wait "$parent"
is 'SEC-S20 SIGTERM for the parent ends the manager, and both are gone' "$?" 111
# shellcheck disable=SC2016
ok 'SEC-S20 and the command with them' wait_for 5 sh -c '! pgrep -U 54321 -x sleep'

# a manager whose parent is gone can do nothing: it leaves, and the lock is free
conf qsenduser games
chmod 755 "$CONF"
start qrun -w -c "$CONF" 2>"$T/log"
parent=$PID
# the manager has a name of its own only in its parent's eyes
manager_of()
{
	manager=$(pgrep -P "$parent" -o -x qrun)
	[ -n "$manager" ]
}
rm -f "$BIN/qsend"
echo './Maildir/' >"$D/none/.qmail"
chown 54321 "$D/none/.qmail"
ok 'SEC-S11 qrun -w as root has a parent and a manager' wait_for 5 manager_of
manager_of
like 'SEC-S11 which is the spool'\''s owner' \
    "$(grep '^Uid:' "/proc/$manager/status" | tr '\t' ' ')" '^Uid: 65534 65534 65534 65534$'
before=$(files "$D/none/Maildir/new")
queue_file bob@crepes.fr none@hamburger.edu <"$Q" >/dev/null
echo >"$SPOOL/trigger"
arrived()
{
	[ "$(files "$D/none/Maildir/new")" -gt "$before" ]
}
ok 'it delivers as the owner' wait_for 5 arrived
kill -9 "$parent"
wait "$parent" 2>/dev/null
queue_file bob@crepes.fr none@hamburger.edu <"$Q" >/dev/null
poke
left()
{
	! kill -0 "$manager" 2>/dev/null ||
	    grep -q '^State:.[ZX]' "/proc/$manager/status" 2>/dev/null
}
ok 'SEC-S20 a manager without its parent leaves when there is work' \
    wait_for 10 left
left || kill -9 "$manager"
is 'SEC-S20 and the message stays' \
    $(($(files "$SPOOL/new") + $(files "$SPOOL/defer"))) 1

# ---- what was stopped is killed when the manager is gone ----

rm -f "$SPOOL"/new/* "$SPOOL"/defer/*
echo '|echo $PPID >$HOME/pid; kill -STOP $PPID' >"$D/none/.qmail"
chown 54321 "$D/none/.qmail"
queue_file bob@crepes.fr none@hamburger.edu <"$Q" >/dev/null
start qrun -w -c "$CONF" 2>"$T/log"
parent=$PID
stopped()
{
	grep -q '^State:.T' "/proc/$(cat "$D/none/pid" 2>/dev/null)/status" \
	    2>/dev/null
}
ended()
{
	! stopped
}
ok 'SEC-S21 an owner can stop his delivery' wait_for 5 stopped
manager_of
kill -9 "$manager"
ok 'SEC-S21 without a manager it is killed' wait_for 10 ended
wait "$parent" 2>/dev/null
is 'SEC-S20 and the message stays' "$(files "$SPOOL/defer")" 1

done_testing
