# limit: 90
# who can do what once setup has made the accounts: the table in README, tried
# shellcheck shell=sh
. "${0%/*}/machine.sh"
need setpriv

machine
start_remote
printf 'Subject: hello\n\nhello\n' >"$T/m"
chmod 644 "$T/m"

# by USER GROUP command ...: as an account with one group
by()
{
	user=$1 group=$2
	shift 2
	setpriv --reuid "$user" --regid "$group" --clear-groups --inh-caps=-all "$@"
}
carol() { by carol carol env HOME=/home/carol "$@"; }
smtp() { by pp-smtp pp-slot "$@"; }

# ---- an ordinary user ----

is 'no program is setuid' "$(find /usr/local -type f -perm -4000)" ''
is 'inject alone is setgid, to the slot' \
    "$(find /usr/local -type f -perm -2000 -exec stat -c '%n %U:%G %a' {} +)" \
    '/usr/local/bin/inject root:pp-slot 2755'
ok 'an ordinary user can send' carol sh -c "inject bob@hamburger.edu <$T/m"
ok 'by /usr/sbin/sendmail, too' carol sh -c "/usr/sbin/sendmail -oi alice <$T/m"
is 'and it is in new/' "$(files $SPOOL/new)" 2
FILE=$(find $SPOOL/new -type f | head -n 1)
is "a message belongs to its sender and to qrun's group" \
    "$(stat -c '%U:%G %a' "$FILE")" 'carol:pp-queue 660'
not_ok 'he cannot list the spool' carol ls $SPOOL
not_ok 'nor new/' carol ls $SPOOL/new
not_ok 'nor read a message of his own in it' carol cat "$FILE"
not_ok 'nor put a file there' carol sh -c "echo x >$SPOOL/new/x"
not_ok 'nor into tmp/' carol sh -c "echo x >$SPOOL/tmp/x"
not_ok 'nor ring the trigger' carol sh -c "echo x >$SPOOL/trigger"
not_ok 'nor see the queue by mailq' carol mailq
not_ok 'nor by inject -bp' carol sendmail -bp

mkdir -p /home/carol/evil/conf /home/carol/evil/bin /home/carol/evil/spool/tmp \
    /home/carol/evil/spool/new
echo evil.example >/home/carol/evil/conf/me
echo /home/carol/evil/spool >/home/carol/evil/conf/spool
printf '#!/bin/sh\nid -G >/home/carol/evil/ran\n' >/home/carol/evil/bin/mailq
cp /home/carol/evil/bin/mailq /home/carol/evil/bin/smtpd
cp /home/carol/evil/bin/mailq /home/carol/evil/bin/filter
echo /home/carol/evil/bin/filter >/home/carol/evil/conf/filter
chmod 755 /home/carol/evil/bin/*
chown -R carol: /home/carol/evil
ok 'setgid inject takes -c' carol sh -c \
    "inject -c /home/carol/evil/conf evil@evil.example <$T/m"
ok 'and $MAILCONF' carol env MAILCONF=/home/carol/evil/conf sh -c \
    "inject evil@evil.example <$T/m"
is 'but reads no other configuration' "$(files /home/carol/evil/spool) $(files $SPOOL/new)" '0 4'
carol env PATH=/home/carol/evil/bin /usr/local/bin/inject -bp >/dev/null 2>&1
carol env PATH=/home/carol/evil/bin /usr/local/bin/inject -bs </dev/null >/dev/null 2>&1
carol env PATH=/home/carol/evil/bin:/usr/bin:/bin /usr/local/bin/inject bob <"$T/m"
ok 'nor has a program of the caller run' test ! -e /home/carol/evil/ran
like 'inject -bs speaks SMTP as the slot, not more' \
    "$(printf 'EHLO x\r\nQUIT\r\n' | carol sendmail -bs)" '^220 hamburger.edu'

# ---- smtpd's user ----

for dir in defer bad hold info; do
	not_ok "smtpd's user cannot enter $dir/" smtp ls $SPOOL/$dir
	not_ok "nor write in $dir/" smtp sh -c "echo x >$SPOOL/$dir/x"
done
for box in $D/alice /home/bob; do
	not_ok "smtpd's user cannot enter $box" smtp ls "$box"
	not_ok "nor read its password" smtp cat "$box/.password"
done
not_ok 'nor make a mailbox' smtp mkdir $D/evil
not_ok 'nor make a domain' smtp mkdir /var/vmail/evil.example
not_ok 'nor list the spool directory itself' smtp ls $SPOOL
not_ok 'nor write in it' smtp sh -c "echo x >$SPOOL/x"
not_ok 'nor take the lock' smtp sh -c "echo x >>$SPOOL/lock"
ok 'it can put a file into tmp/' smtp sh -c "umask 077; echo mine >$SPOOL/tmp/mine"
ok 'and move it to new/' smtp mv $SPOOL/tmp/mine $SPOOL/new/mine
for what in "cat $FILE" "rm -f $FILE" "mv $FILE $SPOOL/new/other" \
    "ln $FILE $SPOOL/tmp/link" "chmod 666 $FILE" "mv $SPOOL/new/mine $FILE" \
    "truncate -s 0 $FILE" "sh -c 'echo x >>$FILE'"; do
	before=$(cksum <"$FILE")
	smtp sh -c "$what" >"$T/said" 2>&1 </dev/null
	case $what in
	cat*)	is "smtpd's user cannot: ${what%% *} another's file" \
		    "$(grep -c Subject "$T/said")" 0 ;;
	*)	is "smtpd's user cannot: ${what%% */*} another's file" \
		    "$(cksum <"$FILE") $(stat -c '%U %a %h' "$FILE")" \
		    "$before carol 660 1" ;;
	esac
done
rm -f $SPOOL/new/mine
for who in pp-send pp-pop3; do
	not_ok "$who cannot enter the spool" by $who $who ls $SPOOL/new
	not_ok "$who cannot enter a mailbox" by $who $who ls $D/alice
done

# ---- qrun as root: parent, manager, qsend ----

usermod -a -G games bob
cat >/home/bob/.qmail <<'END'
./Maildir/
|id -un >who; id -Gn >groups; ls /proc/self/fd | tr '\n' ' ' >fds
|readlink /proc/self/fd/3 >three; grep Cap /proc/self/status >caps; umask >umask
|cat >/dev/null; env | sort >env
./Mailbox
END
chown bob: /home/bob/.qmail
printf 'GREETING !hang\n' >"$T/hang"
fakesmtp 2526 "$T/hang.log" "$T/hang" &
echo 'slow.example:[127.0.0.1]:2526' >>/etc/pennypost/smtproutes
inject a@slow.example <"$T/m"
start_qrun
of_command() { ps -e -o user:20=,comm= | awk -v c="$1" '$2 == c { print $1 }' | sort | tr '\n' ' '; }
qsend_runs() { of_command qsend | grep -q .; }
wait_for 10 qsend_runs
arrives 2 "$BOB"
arrives 1 "$ALICE"
wait_for 10 test -s /home/bob/Mailbox
at_rest() { ! of_command qrun | grep -q 'bob\|vmail'; }
wait_for 10 at_rest
is 'qrun has one parent that is root, and its manager is not' \
    "$(of_command qrun)" 'pp-queue root '
is 'qsend is neither' "$(of_command qsend)" 'pp-send '
QSEND=$(ps -e -o pid=,comm= | awk '$2 == "qsend" { print $1 }')
like 'qsend has no groups and no capabilities' "$(cat "/proc/$QSEND/status")" \
    '^CapEff:.0*$'
is 'but its own' "$(sed -n 's/^Groups:[[:blank:]]*//p' "/proc/$QSEND/status" | tr -d ' ')" "$(id -g pp-send)"
unlike 'qsend has open what it is handed: sockets, pipes, the messages' \
    "$(find "/proc/$QSEND/fd" -type l -exec readlink {} + |
    grep -Ev '^(socket|pipe):|^/dev/null$|/qrun.log$|^anon_inode|^/etc/pennypost$|^/var/spool/pennypost/defer/')" .
stop "$QRUN"

is 'bob gets his mail as bob' "$(find "$BOB/new" -type f -exec stat -c '%U:%G %a' {} + | sort -u)" \
    'bob:bob 600'
is 'alice hers as vmail' "$(find "$ALICE/new" -type f -exec stat -c '%U:%G %a' {} + | sort -u)" \
    'vmail:vmail 600'
is 'and the Maildirs are private' "$(stat -c '%U %a' "$BOB" "$BOB/new" "$ALICE" "$ALICE/tmp" | sort -u)" \
    'bob 700
vmail 700'
is 'a |command runs as the owner' "$(cat /home/bob/who)" bob
is 'with his groups' "$(tr ' ' '\n' </home/bob/groups | sort | tr '\n' ' ')" 'bob games '
is 'with 0, 1 and 2 open (3 is what ls opened)' "$(cat /home/bob/fds)" '0 1 2 3 '
is 'and nothing else' "$(cat /home/bob/three)" ''
unlike 'without capabilities' "$(grep -E 'CapEff|CapPrm|CapInh|CapAmb' /home/bob/caps)" '[1-9a-f]$|[1-9a-f]0*$'
unlike 'and nothing of the configuration or the spool in its environment' \
    "$(cat /home/bob/env)" 'MAILCONF|spool|SSL|TLS'
is 'an mbox is its too' "$(stat -c '%U:%G %a' /home/bob/Mailbox)" 'bob:bob 600'

# ---- what a user plants ----

mkdir /root/prize /var/prize
chmod 777 /var/prize
echo untouched >/root/prize/file
echo untouched >/etc/prize
chmod 666 /etc/prize
state() { find /root/prize /var/prize /etc/prize "$ALICE" | sort; cat /etc/prize /root/prize/file; }
before=$(state)
# plant WHAT COMMAND: bob does this in his home, mail comes, nothing happens
# elsewhere and the message is not lost
plant()
{
	rm -rf "$BOB" /home/bob/Mailbox /home/bob/.qmail $SPOOL/defer/* $SPOOL/new/*
	by bob bob sh -c "cd /home/bob && $2"
	inject bob <"$T/m"
	qrun 2>"$T/plant.log"
	is "planted: $1" "$(state)" "$before"
	is "$1: the message waits, or is bob's" "$(($(files $SPOOL/defer) + \
	    $(find /home/bob/Maildir /home/bob/real -type f -user bob -path '*/new/*' 2>/dev/null | wc -l)))" 1
}
plant 'Maildir is a link to a directory that all can write' 'ln -s /var/prize Maildir'
plant "Maildir is a link to root's" 'ln -s /root/prize Maildir'
plant "Maildir is a link to another's" "ln -s $ALICE Maildir"
plant 'new/ is a link' 'mkdir -p Maildir/tmp Maildir/cur; ln -s /var/prize Maildir/new'
plant 'tmp/ is a link' 'mkdir -p Maildir/new Maildir/cur; ln -s /var/prize Maildir/tmp'
plant 'an mbox that is a link' 'echo ./Mailbox >.qmail; ln -s /etc/prize Mailbox'
plant 'an mbox that is a FIFO' 'echo ./Mailbox >.qmail; mkfifo Mailbox'
plant '.qmail is a link' 'ln -s /etc/prize .qmail'
plant '.qmail is a FIFO' 'mkfifo .qmail'
plant "a path into another's" "echo $ALICE/ >.qmail"
plant "a path into root's" 'echo /root/prize/file >.qmail'
rm -f /home/bob/Mailbox /home/bob/.qmail

# ---- pop3auth and smtpd with a checkpassword program ----

mkfifo "$T/in"
env UID="$(id -u pp-pop3)" GID="$(id -g pp-pop3)" pop3auth checkpw pop3d Maildir \
    <"$T/in" >"$T/out" 2>/dev/null &
exec 3>"$T/in"
wait_for 5 test -s "$T/out"
is 'pop3auth: the conversation is not held by root' "$(of_command pop3auth)" \
    'pp-pop3 root '
TALKER=$(ps -e -o pid=,user:20=,comm= | awk '$2 == "pp-pop3" { print $1 }')
is 'it has no group but its own' "$(sed -n 's/^Groups:[[:blank:]]*//p' "/proc/$TALKER/status" | tr -d ' ')" "$(id -g pp-pop3)"
like 'and no capabilities' "$(cat "/proc/$TALKER/status")" '^CapEff:.0*$'
printf 'user bob\r\npass hungry\r\n' >&3
wait_for 5 grep -q 'OK.*' "$T/out"
pop3d_runs() { of_command pop3d | grep -q .; }
wait_for 5 pop3d_runs
is 'pop3d is the owner of the mailbox' "$(of_command pop3d)" 'bob '
exec 3>&-
for program in smtpd pop3d qsend; do
	case $program in
	qsend)	said=$(qsend '[127.0.0.1]' a@b.example c@d.example <"$T/m" 2>&1) ;;
	*)	said=$($program </dev/null 2>&1) ;;
	esac
	like "$program refuses to be root" "$said" 'root|^421|^-ERR'
done
is 'conf/check finds nothing at the end' "$(sh $SHARE/check | grep -v '^note')" ''
done_testing
