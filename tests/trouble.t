# wrong clocks, full and read-only disks, wrong owners and modes, strange files:
# what was accepted is delivered once all is well again, and is said meanwhile
# limit: 240
# shellcheck shell=sh disable=SC2012

# Mounts of our own, which end with us.
if [ "$(id -u)" = 0 ] && [ -z "${TROUBLE_MOUNTS-}" ] && unshare -m true \
    2>/dev/null; then
	TROUBLE_MOUNTS=1
	export TROUBLE_MOUNTS
	exec unshare -m sh "$0" "$@"
fi
. "${0%/*}/lib.sh"

mk_site
for who in alice bob; do
	mailbox "$who@hamburger.edu"
done
M=$MAILROOT/hamburger.edu
conf retry 1
letter=0

# smtp RECIPIENT [NAME=VALUE ...]: a letter through smtpd; its replies are $SAID
smtp()
{
	letter=$((letter + 1))
	to=$1
	shift
	SAID=$(printf '%s\r\n' 'EHLO a' 'MAIL FROM:<alice@hamburger.edu>' \
	    "RCPT TO:<$to>" DATA "Subject: L$letter" '' body . QUIT |
	    as_user limit 10 env "$@" smtpd -c "$CONF" 2>>"$T/log")
	RC=$?
}

# pass_over [NAME=VALUE ...]: one pass of qrun; $LOG, $RC
pass_over()
{
	LOG=$(as_user limit 20 env "$@" qrun -c "$CONF" 2>&1)
	RC=$?
	printf '%s\n' "$LOG" >>"$T/log"
}

# settle: passes until nothing waits, with all well
settle()
{
	n=0
	while [ $n -lt 6 ] && [ "$(files "$SPOOL/new")$(files "$SPOOL/defer")" \
	    != 00 ]; do
		for f in "$SPOOL"/defer/*; do
			[ ! -f "$f" ] || { g=${f##*/}
			mv "$f" "$SPOOL/defer/$(($(date +%s) - 1)).${g#*.}"; }
		done
		pass_over
		n=$((n + 1))
	done
}

# copies NUMBER: how many of letter NUMBER are in bob's mailbox
copies()
{
	grep -lx "Subject: L$1" "$M/bob/Maildir/new/"* 2>/dev/null |
	    wc -l | tr -d ' '
}

# accepted: smtpd said 250 after the data, or it did not
accepted()
{
	printf '%s\n' "$SAID" | grep -c '^250 2.0.0 queued'
}

# ---- the clock ----

for lib in /usr/lib/*/faketime/libfaketime.so.1 /usr/lib/faketime/*.so.1; do
	# which AddressSanitizer will not be second to
	[ ! -f "$lib" ] || [ -n "${SAN-}" ] || FAKE=$lib
done
if [ -n "${FAKE-}" ] && as_user env LD_PRELOAD="$FAKE" FAKETIME=+1d \
    DONT_FAKE_MONOTONIC=1 date >/dev/null 2>&1; then
	while_wrong()
	{
		mkdir -p "$M/bob/Maildir/new"
		owned "$M/bob"
		smtp bob@hamburger.edu LD_PRELOAD="$FAKE" FAKETIME="$1" \
		    DONT_FAKE_MONOTONIC=1
		is "SEC-S20 clock $1: accepted" "$(accepted)" 1
		chmod 500 "$M/bob/Maildir" "$M/bob/Maildir/new"
		pass_over LD_PRELOAD="$FAKE" FAKETIME="$1" DONT_FAKE_MONOTONIC=1
		is "SEC-S20 clock $1: deferred, not given up" \
		    "$RC $(files "$SPOOL/defer") $(files "$SPOOL/bad")" '0 1 0'
		pass_over
		chmod 700 "$M/bob/Maildir" "$M/bob/Maildir/new"
		settle
		is "SEC-S20 clock $1: delivered once it is right" \
		    "$(copies $letter)" 1
	}
	while_wrong +10d
	while_wrong -10d
	while_wrong '@1970-01-02 00:00:00'
	while_wrong '@2106-02-08 00:00:00'
	like 'D10 the year 2106 is written out' \
	    "$(cat "$M/bob/Maildir/new/"*)" 'Mon, 8 Feb 2106 00:00:'
	smtp bob@hamburger.edu
	chmod 500 "$M/bob/Maildir" "$M/bob/Maildir/new"
	pass_over
	pass_over LD_PRELOAD="$FAKE" FAKETIME=+10d DONT_FAKE_MONOTONIC=1
	pass_over LD_PRELOAD="$FAKE" FAKETIME=+20d DONT_FAKE_MONOTONIC=1
	pass_over LD_PRELOAD="$FAKE" FAKETIME=-20d DONT_FAKE_MONOTONIC=1
	is 'Q01 a clock set forward and back expires nothing' \
	    "$(files "$SPOOL/defer") $(files "$SPOOL/new")" '1 0'
	chmod 700 "$M/bob/Maildir" "$M/bob/Maildir/new"
	settle
	is 'Q01 and it is delivered' "$(copies $letter)" 1
else
	skip 'SEC-S20 wrong clocks' 'no libfaketime'
fi

# ---- owners and modes of everything ----

# judge WHAT: a letter came while it is so; now qrun passes
judge()
{
	what=$1
	taken=$(accepted) status=$RC
	pass_over
	[ "$status" -lt 124 ] && [ "$RC" -lt 124 ] ||
		fail "SEC-S20 $what: nothing crashes or hangs" "$status $RC
$SAID
$LOG"
}

# repaired: what was accepted, and nothing else, is delivered once
repaired()
{
	settle
	if [ "$(copies $letter)" != "$taken" ] ||
	    [ "$(files "$SPOOL/bad")$(files "$SPOOL/tmp")" != 00 ]; then
		fail "SEC-S20 $what: accepted $taken, delivered $(copies $letter)" \
		    "$SAID
$(find "$SPOOL" -type f)
$(tail -n 5 "$T/log")"
	elif printf '%s\n' "$SAID" | grep '^[45]' | sed 1q |
	    grep -q '^5'; then
		fail "D15 $what: trouble of ours is no 5yz" "$SAID"
	else
		pass "SEC-S20 $what: accepted $taken, delivered $taken"
	fi
	rm -f "$M"/*/Maildir/new/* "$SPOOL"/bad/* "$SPOOL"/info/*
}

tree='spool spool/tmp spool/new spool/defer spool/info spool/bad spool/lock
spool/trigger conf conf/me conf/spool mail mail/hamburger.edu
mail/hamburger.edu/bob mail/hamburger.edu/bob/Maildir
mail/hamburger.edu/bob/Maildir/new mail/hamburger.edu/bob/Maildir/tmp'
smtp bob@hamburger.edu
settle
for part in $tree; do
	mode=$(stat -c %a "$SITE/$part")
	chmod 000 "$SITE/$part"
	smtp bob@hamburger.edu
	judge "$part with mode 000"
	chmod "$mode" "$SITE/$part"
	repaired
done
for part in spool/tmp spool/new spool/defer spool/info mail/hamburger.edu/bob/Maildir/new; do
	mode=$(stat -c %a "$SITE/$part")
	chmod 555 "$SITE/$part"
	smtp bob@hamburger.edu
	judge "$part that cannot be written"
	chmod "$mode" "$SITE/$part"
	repaired
done
for part in spool/tmp spool/defer spool/lock spool/trigger conf/me mail/hamburger.edu/bob mail/hamburger.edu/bob/Maildir; do
	for kind in 'a dangling link' 'a link to itself' 'a FIFO' 'not there'; do
		# what is not there may be a setting's default, or no mailbox
		case "$part $kind" in
		conf/me*there | *bob*there | spool/[lt]r*FIFO | *conf/me*FIFO |\
		*there)	continue ;;
		esac
		mv "$SITE/$part" "$T/aside"
		case $kind in
		*dangling*)	ln -s "$T/nowhere" "$SITE/$part" ;;
		*itself*)	ln -s "${part##*/}" "$SITE/$part" ;;
		*FIFO*)		mkfifo "$SITE/$part" ;;
		esac
		owned "$SITE/${part%/*}" 2>/dev/null
		smtp bob@hamburger.edu
		judge "$part is $kind"
		rm -rf "${SITE:?}/$part"
		mv "$T/aside" "$SITE/$part"
		repaired
	done
done
if [ -n "$ROOT" ]; then
	for part in $tree; do
		chown 0:0 "$SITE/$part"
		smtp bob@hamburger.edu
		judge "$part is root's"
		chown "$TEST_UID:$TEST_GID" "$SITE/$part"
		repaired
	done
else
	skip 'SEC-S20 things of the tree are root'\''s' 'not root'
fi

# ---- mailboxes that are none, already in the queue ----

ln -s nowhere "$M/dangling"
mkfifo "$M/fifo"
: >"$M/file"
ln -s loop "$M/loop"
for what in dangling fifo file loop; do
	echo | queue_file alice@hamburger.edu "$what@hamburger.edu" \
	    bob@hamburger.edu >/dev/null
	pass_over
	is "SEC-S10 SEC-S24 mailbox is $what: the others get theirs" \
	    "$RC $(files "$M/bob/Maildir/new")" '0 1'
	like "mailbox is $what: the log says so" "$LOG" \
	    "event=(deferred|bounced|failed).*to=$what@hamburger.edu.*text="
	rm -f "$SPOOL"/*/[0-9]* "$M"/*/Maildir/new/*
done
rm -f "$M/dangling" "$M/fifo" "$M/file" "$M/loop"

# ---- disks ----

if [ -z "${TROUBLE_MOUNTS-}" ] || ! mount -t tmpfs -o size=64k none "$T/home" \
    2>/dev/null; then
	skip 'D07 D15 SEC-S20 full and read-only disks' 'cannot mount'
	done_testing
fi
umount "$T/home"

# on_disk DIR OPTIONS: DIR on a file system of its own
on_disk()
{
	cp -a "$1" "$T/was"
	mount -t tmpfs -o "$2,mode=755" none "$1"
	cp -a "$T/was/." "$1"
	chown "$TEST_UID:$TEST_GID" "$1"
	rm -rf "$T/was"
}

fill()
{
	dd if=/dev/zero of="$1/filler" bs=4k 2>/dev/null
	owned "$1/filler"
}

on_disk "$SPOOL" size=400k
echo hello | queue_file alice@hamburger.edu bob@hamburger.edu \
    nobody@hamburger.edu >/dev/null
fill "$SPOOL"
smtp bob@hamburger.edu
like 'D15 the spool is full: 4yz' "$SAID" '^45[12] '
is 'D15 the spool is full: nothing is left of it' "$(files "$SPOOL/tmp")" 0
echo x | as_user inject -c "$CONF" -f alice@hamburger.edu bob@hamburger.edu \
    2>>"$T/log"
like 'I12 the spool is full: inject says temporary' $? '^7[145]$'
pass_over
is 'B01 the spool is full: who cannot be told is not forgotten' \
    "$(grep -c '^Delivered-To: nobody' "$SPOOL"/*/[0-9]*)" 1
is 'the spool is full: the rest is delivered' "$(files "$M/bob/Maildir/new")" 1
rm -f "$SPOOL/filler"
settle
is 'B01 with room again the sender is told' "$(files "$M/alice/Maildir/new")" 1
is 'and nobody got anything twice' "$(files "$M/bob/Maildir/new")" 1
rm -f "$M"/*/Maildir/new/*

smtp bob@hamburger.edu
mount -o remount,ro "$SPOOL"
smtp bob@hamburger.edu
like 'D15 the spool is read-only: 4yz' "$SAID" '^4[25]1 '
pass_over
like 'the spool is read-only: qrun says so' "$RC $LOG" '^111 .*[Rr]ead-only'
is 'and delivers nothing that it could not mark' "$(files "$M/bob/Maildir/new")" 0
mount -o remount,rw "$SPOOL"
settle
is 'SEC-S20 writable again: delivered' "$(files "$M/bob/Maildir/new")" 1
rm -f "$M"/*/Maildir/new/*
umount "$SPOOL"

on_disk "$SPOOL" nr_inodes=30
while touch "$SPOOL/tmp/f$letter" 2>/dev/null; do
	letter=$((letter + 1))
done
smtp bob@hamburger.edu
like 'D15 the spool has no inode left: 4yz' "$SAID" '^45[12] '
umount "$SPOOL"

on_disk "$MAILROOT" size=400k
fill "$MAILROOT"
smtp bob@hamburger.edu
is 'the mailboxes are full: accepted' "$(accepted)" 1
pass_over
like 'the mailboxes are full: deferred, and why' "$RC $LOG" \
    'event=deferred.*[Nn]o space'
is 'nothing partial is visible' "$(files "$M/bob/Maildir/new")" 0
rm -f "$MAILROOT/filler"
settle
is 'SEC-S20 with room again: delivered once' "$(files "$M/bob/Maildir/new")" 1
rm -f "$M"/*/Maildir/new/*
smtp bob@hamburger.edu
mount -o remount,ro "$MAILROOT"
pass_over
like 'the mailboxes are read-only: deferred, and why' "$LOG" \
    'event=deferred.*[Rr]ead-only'
mount -o remount,rw "$MAILROOT"
settle
is 'SEC-S20 writable again: delivered once' "$(files "$M/bob/Maildir/new")" 1
umount "$MAILROOT"

# ---- another user's files ----

if [ "$(id -u)" = 0 ]; then
	chmod 711 "$SITE" "$SPOOL"
	asuser 12345 12345 sh -c 'umask 077; cd "$1" && i=0
	    while [ $i -lt 300 ]; do echo x >"tmp/flood$i"
	    echo x >"new/1600000000.M${i}P1R1.x,S=2,W=3"; i=$((i + 1)); done
	    echo secret >new/1600000000.M1P2R3.x,S=7,W=8
	    chmod 0 new/1600000000.M1P2R3.x,S=7,W=8
	    mkdir new/directory && : >new/directory/file' - "$SPOOL"
	rm -f "$M"/*/Maildir/new/*
	smtp bob@hamburger.edu
	pass_over
	is 'SEC-S10 a hostile user fills new/: mail is delivered' \
	    "$RC $(files "$M/bob/Maildir/new")" '0 1'
	settle
	is 'SEC-S10 what he planted is not delivered' \
	    "$(files "$M/bob/Maildir/new")" 1
fi
unlike 'SEC-S22 the log of all this is printable' \
    "$(tr -d '\n -~' <"$T/log")" .
done_testing
