# local delivery: Maildir, mbox, |command and forwards, as .qmail says
# limit: 120
# shellcheck shell=sh disable=SC2016
. "${0%/*}/lib.sh"

mk_site
sh "$TESTS/deliver/build" "$BIN/drive" || exit 1
chmod 755 "$BIN/drive"
mailbox alice@hamburger.edu
M=$MAILBOX
Q=$T/home/queued
DRIVE_PATH=hamburger.edu/alice DRIVE_EXT='' DRIVE_SECONDS=5

# queued SENDER RECIPIENT ... <message: the queue file $Q
queued()
{
	{
		printf 'Return-Path: <%s>\n' "$1"
		shift
		printf 'Delivered-To: %s\n' "$@"
		echo 'Received: by hamburger.edu id test; Fri, 20 Nov 2026 09:00:00 +0000'
		cat
	} >"$Q"
	owned "$Q"
}

# qmail [LINE ...]: the instructions; a fresh mailbox
qmail()
{
	rm -rf "$M/Maildir" "$M/.qmail"
	printf '%s\n' "$@" >"$M/.qmail"
	chmod 600 "$M/.qmail"
	owned "$M"
}

# run: delivers $Q; its lines in $SAID, the log in $T/log.  $ALONE is E when the
# process may deliver nothing more
run()
{
	SAID=$(as_user drive deliver "$M" "$DRIVE_PATH" "$DRIVE_EXT" \
	    "$DRIVE_SECONDS" <"$Q" 2>"$T/log")
	ALONE=$(printf '%s\n' "$SAID" | grep -x E)
	SAID=$(printf '%s\n' "$SAID" | grep -vx E)
}

gives()
{
	run
	like "$1" "$SAID" "$2"
}

message()
{
	printf 'From: bob@crepes.fr\nSubject: ketchup\n\nDo you like ketchup?\n'
}

copy()
{
	printf 'Return-Path: <bob@crepes.fr>\nDelivered-To: alice@hamburger.edu\n'
	sed -n '/^Received/,$p' "$Q"
}

# ---- Maildir ----

message | queued bob@crepes.fr alice@hamburger.edu carol@example.net
run
like 'without .qmail it is ./Maildir/' "$SAID" '^K 2\.0\.0 [0-9]+\..*,S=[0-9]+,W=[0-9]+$'
copy >"$T/want"
same 'D16 SEC-S12 the copy has Return-Path, its own Delivered-To, nobody else'\''s' \
    "$(only "$M/Maildir/new")" "$T/want"
is 'D16 file and directories are the owner'\''s alone' "$(find "$M/Maildir" \
    -printf '%y%m%U\n' | sort -u)" "$(printf 'd700%s\nf600%s' "$TEST_UID" "$TEST_UID")"
is 'nothing is left in tmp/' "$(files "$M/Maildir/tmp")" 0

qmail
: >"$M/.qmail"
gives 'an empty .qmail is the same' '^K 2\.0\.0 .*,S='
qmail './Maildir/'
gives './Maildir/ by name' '^K 2\.0\.0 .*,S='
is 'SEC-S11 its process may deliver another message' "$ALONE" ''
qmail './Maildir/' '|true' './Maildir/'
run
is 'SEC-S11 one that has run a command may not' "$ALONE" E
qmail "$T/home/other/" './box/Maildir/'
mkdir "$M/box"
owned "$M/box"
run
is 'an absolute and a nested Maildir' \
    "$(files "$T/home/other/new") $(files "$M/box/Maildir/new")" '1 1'
qmail '# only a comment'
gives 'only a comment: taken, and dropped' '^K 2\.0\.0 done'
qmail '' './Maildir/'
gives 'a blank first line defers, as in qmail' '^Z 4\.2\.1 '
head -c 3000000 /dev/urandom | od -An -tx1 | queued '' alice@hamburger.edu
qmail './Maildir/'
run
tail -n +4 "$Q" >"$T/want"
tail -n +4 "$(only "$M/Maildir/new")" >"$T/got"
same 'D16 nine megabytes from <> arrive whole' "$T/got" "$T/want"
message | queued bob@crepes.fr alice@hamburger.edu

# ---- whose instructions ----

qmail './Maildir/'
chmod 620 "$M/.qmail"
gives 'SEC-S10 a .qmail that others can write defers' '^Z 4\.3\.5 .*writable'
qmail './Maildir/'
chmod 770 "$M"
gives 'SEC-S10 a mailbox that others can write defers' '^Z 4\.3\.5 .*writable'
chmod 700 "$M"
qmail './Maildir/'
mv "$M/.qmail" "$M/real"
ln -s real "$M/.qmail"
gives 'SEC-S10 a .qmail that is a symbolic link defers' '^Z 4\.3\.5 .*symbolic'
rm "$M/.qmail"
mkfifo "$M/.qmail"
owned "$M"
gives 'SEC-S10 a FIFO as .qmail defers at once' '^Z 4\.3\.5 .*regular'
rm "$M/.qmail"
if [ -n "$ROOT" ]; then
	qmail './Maildir/'
	chmod 644 "$M/.qmail"
	chown 12345 "$M/.qmail"
	gives 'SEC-S10 a .qmail of somebody else defers' '^Z 4\.3\.5 .*somebody'
	chown 0 "$M/.qmail"
	gives 'SEC-S10 a .qmail of root counts' '^K 2\.0\.0'
	chown 12345 "$M"
	chmod 755 "$M"
	gives 'SEC-S10 a mailbox of somebody else defers' '^Z 4\.3\.5 .*somebody'
	chmod 700 "$M"
	owned "$M"
else
	skip 'SEC-S10 a .qmail of somebody else defers' 'needs root'
	skip 'SEC-S10 a .qmail of root counts' 'needs root'
	skip 'SEC-S10 a mailbox of somebody else defers' 'needs root'
fi
qmail './Maildir/'
mkdir "$T/home/elsewhere"
owned "$T/home/elsewhere"
ln -s "$T/home/elsewhere" "$M/Maildir"
gives 'SEC-S10 a Maildir that is a symbolic link is not followed' '^Z 4\.2\.0 '
is 'SEC-S10 and nothing was made elsewhere' "$(find "$T/home/elsewhere" | wc -l | tr -d ' ')" 1
qmail './Mailbox'
rm -f "$M/Mailbox"
ln -s "$T/home/elsewhere/x" "$M/Mailbox"
gives 'SEC-S10 nor an mbox' '^Z 4\.2\.0 '
rm "$M/Mailbox"
qmail './Maildir/'
chmod 500 "$M"
gives 'a mailbox that cannot be written defers' '^Z 4\.2\.0 '
chmod 700 "$M"

# ---- quota ----

qmail './Maildir/'
echo 1000 >"$M/.quota"
owned "$M"
gives 'below the quota: delivered' '^K 2\.0\.0 '
head -c 2000 /dev/zero >"$M/Maildir/cur/x,S=2000:2,S"
gives 'a mailbox that is full defers' '^Z 4\.2\.2 '
echo much >"$M/.quota"
gives 'a quota that is no number defers' '^Z 4\.3\.5 '
rm "$M/.quota"

# ---- mbox ----

printf 'Subject: a\n\nFrom here on\n>From there\n>>From x\nFromage\nFrom\n> From y\nno newline' |
    queued '"bob smith"@crepes.fr' alice@hamburger.edu
qmail './Mailbox'
run
like 'SEC-S23 mbox delivery' "$SAID" '^K 2\.0\.0 '
like 'SEC-S23 the From_ line has no blank in the sender, and asctime' \
    "$(head -n 1 "$M/Mailbox")" \
    '^From "bob-smith"@crepes.fr [A-Z][a-z]{2} [A-Z][a-z]{2} [ 123][0-9] [0-9:]{8} [0-9]{4}$'
sed -n '/^$/,$p' "$M/Mailbox" >"$T/got"
printf '\n>From here on\n>>From there\n>>>From x\nFromage\nFrom\n> From y\nno newline\n\n' >"$T/want"
same 'SEC-S23 lines are quoted as in mboxrd, a blank line ends it' "$T/got" "$T/want"
sed -n '2,$s/^>\(>*From \)/\1/; 2,$p' "$M/Mailbox" | sed '$d' >"$T/got"
{
	printf 'Return-Path: <"bob smith"@crepes.fr>\nDelivered-To: alice@hamburger.edu\n'
	tail -n +3 "$Q"
	echo
} >"$T/want"
same 'SEC-S23 the message can be had back exactly' "$T/got" "$T/want"
run
is 'SEC-S23 a second one is appended' "$(grep -c '^From ' "$M/Mailbox")" 2
is 'SEC-S23 the file is 0600' "$(find "$M/Mailbox" -printf %m)" 600
printf 'broken' >>"$M/Mailbox"
run
is 'SEC-S23 behind a broken end it begins on a line of its own' \
    "$(grep -c '^From ' "$M/Mailbox")" 3
before=$(wc -c <"$M/Mailbox")
head -c 200000 /dev/zero | tr '\0' 'x' | queued bob@crepes.fr alice@hamburger.edu
SAID=$(ulimit -f 100; trap '' XFSZ; as_user drive deliver "$M" "$DRIVE_PATH" '' 5 <"$Q" 2>/dev/null)
like 'SEC-S23 a full disk defers' "$SAID" '^Z 4\.2\.0 '
is 'SEC-S23 and the mbox is as long as before' "$(wc -c <"$M/Mailbox")" "$before"
message | queued bob@crepes.fr alice@hamburger.edu
# shellcheck disable=SC2086
$AS_USER drive lock "$M/Mailbox" 20 >"$T/locked" &
PIDS="$PIDS $!"
wait_for 5 grep -q locked "$T/locked"
began=$(date +%s)
SAID=$(as_user drive orphan "$M" hamburger.edu/alice <"$Q" 2>/dev/null)
like 'SEC-S23 another'\''s lock is waited for, and not when qrun is gone' "$SAID" '^Z 4\.2\.0 '
ok 'SEC-S20 a delivery that waits for a lock ends when qrun does' \
    test $(($(date +%s) - began)) -lt 10
stop "$!"
rm "$T/locked"
# shellcheck disable=SC2086
$AS_USER drive lock "$M/Mailbox" 2 >"$T/locked" &
PIDS="$PIDS $!"
wait_for 5 grep -q locked "$T/locked"
began=$(date +%s)
gives 'SEC-S23 when the lock is given up it goes on' '^K '
ok 'SEC-S23 and not before' test $(($(date +%s) - began)) -ge 1
wait "$!"
head -c 200000 /dev/zero | tr '\0' 'x' | queued bob@crepes.fr alice@hamburger.edu
qmail './Maildir/'
SAID=$(ulimit -f 100; trap '' XFSZ; as_user drive deliver "$M" "$DRIVE_PATH" '' 5 <"$Q" 2>/dev/null)
like 'SEC-S20 a full disk defers for a Maildir' "$SAID" '^Z 4\.2\.0 '
is 'SEC-S20 and leaves nothing there' "$(files "$M/Maildir")" 0
message | queued bob@crepes.fr alice@hamburger.edu

# ---- |command ----

qmail '|cat >message; env | sort >environment; pwd >where; ls -l /proc/self/fd | sed 1d | wc -l >fds; echo hello; echo world >&2'
mkdir -p "$M/c"
DRIVE_EXT=list-a-b
run
DRIVE_EXT=''
like 'SEC-S4 a command runs' "$SAID" '^K 2\.0\.0 command: hello'
copy >"$T/want"
same 'SEC-S4 it gets the copy on descriptor 0, from its start' "$M/message" "$T/want"
is 'SEC-S11 in the mailbox' "$(cat "$M/where")" "$(cd "$M" && pwd -P)"
like 'SEC-S11 its output is logged, printable' "$(cat "$T/log")" \
    'event=command to=alice@hamburger.edu code=0 text=hello\\x0Aworld$'
is 'SEC-S11 its environment is a list of ours and nothing else' \
    "$(sed -n 's/^\([A-Z0-9]*\)=.*/\1/p' "$M/environment" | sort | grep -v -x -e PWD -e OLDPWD -e SHLVL -e _ | tr '\n' ' ')" \
    'DEFAULT DTLINE EXT EXT2 EXT3 EXT4 HOME HOST HOST2 HOST3 HOST4 LOCAL NEWSENDER PATH RECIPIENT RPLINE SENDER SHELL UFLINE USER '
like 'SEC-S11 SENDER' "$(cat "$M/environment")" '^SENDER=bob@crepes.fr$'
like 'SEC-S11 RECIPIENT' "$(cat "$M/environment")" '^RECIPIENT=alice@hamburger.edu$'
like 'SEC-S11 LOCAL' "$(cat "$M/environment")" '^LOCAL=alice$'
like 'SEC-S11 HOST2' "$(cat "$M/environment")" '^HOST2=hamburger$'
like 'SEC-S11 EXT3' "$(cat "$M/environment")" '^EXT3=b$'
like 'SEC-S11 USER' "$(cat "$M/environment")" '^USER=alice$'
like 'SEC-S11 RPLINE' "$(cat "$M/environment")" '^RPLINE=Return-Path: <bob@crepes.fr>$'
like 'SEC-S11 UFLINE' "$(cat "$M/environment")" '^UFLINE=From bob@crepes.fr [A-Z]'
# 0, 1, 2 and the directory that ls itself has open
is 'SEC-S11 it has descriptors 0, 1 and 2 and no other' "$(cat "$M/fds")" 4
is 'SEC-S11 the copy has no name' "$(find "$M" -name '.qmail-copy*')" ''

for code in 100 64 65 70 76 77 78 112; do
	qmail "|echo because; exit $code"
	gives "B01 exit $code of a command fails for good" "^D 5\\.3\\.0 command exited $code: because"
done
for code in 1 75 111 127; do
	qmail "|exit $code" './Maildir/'
	gives "B01 exit $code defers" "^Z 4\\.3\\.0 command exited $code"
done
is 'B01 and the line below it was not obeyed' "$(files "$M/Maildir/new")" 0
qmail '|exit 99' './Maildir/' '&x@y.example'
run
is 'B01 exit 99: done, and nothing below counts' "$SAID $(files "$M/Maildir")" 'K 2.0.0 command 0'
qmail '&x@y.example' '|exit 99' '&z@y.example'
run
is 'B01 but what stands above does' "$SAID" 'F x@y.example
K 2.0.0 command'
qmail './Maildir/' '|exit 111'
run
is 'SEC-S20 a later failure defers, with the earlier delivery done' \
    "${SAID%% *} $(files "$M/Maildir/new")" 'Z 1'
qmail '|kill -9 $$'
gives 'B01 a command that is killed defers' '^Z 4\.3\.0 '
DRIVE_SECONDS=1
qmail '|echo $$ >shell; sleep 60 & echo $! >sleeper; sleep 60'
began=$(date +%s)
run
like 'SEC-S11 a command has a deadline' "$SAID" '^Z 4\.3\.0 .*killed'
ok 'SEC-S11 and it is kept' test $(($(date +%s) - began)) -lt 10
# a process that was killed may still wait to be collected
gone()
{
	! kill -0 "$1" 2>/dev/null ||
	    grep -q '^State:.[ZX]' "/proc/$1/status" 2>/dev/null
}
ok 'SEC-S11 its whole process group is gone' \
    wait_for 5 gone "$(cat "$M/sleeper")"
DRIVE_SECONDS=5
qmail '|sleep 30 & echo $! >sleeper; exit 0'
began=$(date +%s)
run
like 'SEC-S11 a process left behind does not hold the delivery' "$SAID" '^K '
ok 'SEC-S11 which is over at once' test $(($(date +%s) - began)) -lt 4
kill "$(cat "$M/sleeper")"
qmail '|exec sleep 60'
began=$(date +%s)
SAID=$(as_user drive orphan "$M" hamburger.edu/alice <"$Q" 2>/dev/null)
like 'SEC-S20 when qrun is gone the command is killed' "$SAID" '^Z '
ok 'SEC-S20 without waiting for it' test $(($(date +%s) - began)) -lt 10
qmail '|printf "a\033[31m\000b\nc"; exit 100'
gives 'B10 what a command prints is made printable' '^D 5\.3\.0 command exited 100: a\\x1B\[31m\?b\\x0Ac$'
qmail '|head -c 5000000 /dev/zero | tr "\0" x; exit 100'
gives 'B10 and cut' '^D 5\.3\.0 command exited 100: x{100,}$'

# addresses never reach the shell
for address in '-oQ/tmp' ';touch canary;' '`touch canary`' '$(touch canary)' \
    '|touch canary' '() { :;}; touch canary'; do
	case $address in
	-o*)	quoted=$address@crepes.fr ;;
	*)	quoted="\"$address\"@crepes.fr" ;;
	esac
	message | queued "$quoted" alice@hamburger.edu
	qmail '|printf %s "$SENDER" >sender; bash -c : 2>/dev/null; exit 0'
	run
	is "SEC-S4 a sender of $address is only a value" \
	    "$(cat "$M/sender") $(find "$M" -name canary)" "$quoted "
done
message | queued bob@crepes.fr alice@hamburger.edu
DRIVE_EXT='() { :;}; touch canary'
gives 'SEC-S4 a value that begins with () is refused' '^D 5\.1\.7 '
DRIVE_EXT=''
DRIVE_EXT=$(printf 'a\001b')
gives 'SEC-S4 a value with a control octet is refused' '^D 5\.1\.7 '
DRIVE_EXT=''

# ---- forwards ----

qmail '&bob@example.net' 'carol@example.net' './Maildir/' '&"a b"@example.net' '&dave'
run
is 'R02 forwards are reported behind the deliveries, each once, sender kept' \
    "$(echo "$SAID" | sed 's/^K .*/K/')" 'F bob@example.net
F carol@example.net
F "a b"@example.net
F dave@hamburger.edu
K'
is 'R02 and the Maildir has its copy' "$(files "$M/Maildir/new")" 1
qmail '&not an address'
gives 'R02 a forward that is no address defers' '^Z 4\.2\.1 .*not an address'
: >"$M/.qmail-owner"
qmail '&bob@example.net'
run
is 'R02 .qmail-owner: forwards come from LOCAL-owner@HOST' "$SAID" \
    'S alice-owner@hamburger.edu
F bob@example.net
K 2.0.0 done'
message | queued '' alice@hamburger.edu
run
is 'R02 a null sender stays null' "$SAID" 'F bob@example.net
K 2.0.0 done'
message | queued bob@crepes.fr alice-owner@hamburger.edu
echo '&owner@example.net' >"$M/.qmail-owner"
chmod 600 "$M/.qmail-owner"
owned "$M"
DRIVE_PATH=hamburger.edu/alice-owner
run
is 'R02 a mailbox found as NAME-owner reads .qmail-owner' "$SAID" \
    'F owner@example.net
K 2.0.0 done'
DRIVE_PATH=hamburger.edu/alice
rm "$M/.qmail-owner"
message | queued bob@crepes.fr alice+Tag.x@hamburger.edu
DRIVE_EXT=tag.x
echo '&tagged@example.net' >"$M/.qmail-tag:x"
chmod 600 "$M/.qmail-tag:x"
owned "$M"
run
is 'R02 +tag reads .qmail-tag' "$SAID" 'F tagged@example.net
K 2.0.0 done'
DRIVE_EXT=other
run
is 'R02 or .qmail when that is not there' "$SAID" 'F bob@example.net
K 2.0.0 done'
DRIVE_EXT=../../etc
run
is 'R02 a tag that is no plain name reads .qmail' "$SAID" 'F bob@example.net
K 2.0.0 done'
DRIVE_EXT=''

# ---- loops ----

# had LINE ...: the message has these lines in its header already
had()
{
	{ printf '%s\n' "$@"; message; } |
	    queued bob@crepes.fr alice@hamburger.edu
}
OURS='Received: by hamburger.edu id 7; Fri, 20 Nov 2026 08:00:00 +0000'
OWN='delivered-to:  ALICE@hamburger.edu'
FOLDED=$(printf '%s\n\t%s' 'Received: from crepes.fr (crepes.fr [192.0.2.7])' \
    'by Hamburger.edu with ESMTP id 7;')
qmail '&bob@example.net'
had 'Subject: x' "$OWN" "$OURS"
gives 'D12 an own Delivered-To above our own Received is a loop' '^D 5\.4\.6 '
had 'Received: by example.net id 8' "$OWN" 'X-Filter: yes' "$FOLDED"
gives 'D12 folded, behind other hosts, with something between' '^D 5\.4\.6 '
had "$OWN"
gives 'SEC-S17 a stranger'\''s Delivered-To bounces nothing' '^K '
had "$OURS" "$OWN" 'Received: by example.net id 7; Fri, 20 Nov 2026' "$OURS"
gives 'SEC-S17 nor does one above a Received that is not ours' '^K '
had "$OWN" 'Received: by hamburger.edu.example id 7' \
    'Received: from x by nohamburger.edu id 7'
gives 'SEC-S17 which looks like ours' '^K '
had "$OWN" "$(printf 'X-Long: x\n\tby hamburger.edu')"
gives 'SEC-S17 and by is a word of Received' '^K '
{ message; printf '%s\n' "$OWN" "$OURS"; } |
    queued bob@crepes.fr alice@hamburger.edu
gives 'D12 in the body it is no loop' '^K '
had 'Delivered-To: alice@hamburger.edu.example' "$OURS"
gives 'D12 nor is another one' '^K '
# twenty forwards of ours may be, each with a Received of its own
passed=$(i=0; while [ $i -lt 20 ]; do
	i=$((i + 1)); echo "Delivered-To: a$i@hamburger.edu"; echo "$OURS"; done)
had "$passed"
gives 'D12 twenty forwards are not many' '^K '
had 'Delivered-To: a0@hamburger.edu' "$OURS" "$passed"
gives 'D12 twenty-one are' '^D 5\.4\.6 '
had 'Subject: x' "$OWN" "$OURS"
qmail '|true'
gives 'D12 a command may send it on' '^D 5\.4\.6 '
qmail './Maildir/' './Mailbox'
gives 'SEC-S17 what stays here cannot loop' '^K 2\.0\.0 '
qmail
rm "$M/.qmail"
gives 'SEC-S17 nor without .qmail' '^K 2\.0\.0 '

done_testing
