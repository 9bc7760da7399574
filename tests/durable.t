# what is on disk before anybody is told so, seen from outside: the order of the
# system calls
# limit: 60
. "${0%/*}/lib.sh"

command -v strace >/dev/null || skip_all 'no strace'
as_user strace -o /dev/null true 2>/dev/null || skip_all 'no ptrace here'

# LeakSanitizer cannot look under strace
ASAN_OPTIONS=${ASAN_OPTIONS-}${ASAN_OPTIONS:+:}detect_leaks=0
export ASAN_OPTIONS

mk_site
mailbox bob@hamburger.edu
mailbox copied@hamburger.edu
echo ./Maildir/ >"$MAILBOX/.qmail"
owned "$MAILBOX"
TRACE=$T/home/trace

# traced command ...: its calls that change what is on disk or tell a peer, with
# the paths of descriptors; a sync takes its time, so that others can be too early
traced()
{
	rm -f "$TRACE"
	# shellcheck disable=SC2086
	$AS_USER strace -f -y -qq -s 64 -e inject=fsync:delay_exit=5000 -o "$TRACE" -e trace=write,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,ftruncate,openat,exit_group \
	    "$@" 2>>"$T/log"
	# What another process interrupted is put together again: a sync stands
	# where it ended, all else where it began.
	awk '{ line[NR] = $0 }
		/ <unfinished \.\.\.>$/ { began[$1] = NR }
		$2 == "<..." && $1 in began {
			sub(/ <unfinished \.\.\.>$/, "", line[began[$1]])
			whole = line[began[$1]] substr($0, index($0, "resumed>") + 8)
			at = $3 ~ /sync$/ ? NR : began[$1]
			line[NR] = line[began[$1]] = ""
			line[at] = whole
			delete began[$1]
		}
		END { for (i = 1; i <= NR; i++) if (line[i] != "") print line[i] }
	' "$TRACE" >"$TRACE.whole"
	mv "$TRACE.whole" "$TRACE"
}

# steps EXPRESSION ...: each matches a line of the trace, in this order; what it
# was waiting for at the end, or nothing.  Each follows the last: a call that came
# too early does not count.
steps()
{
	for step; do
		printf '%s\n' "$step"
	done | awk 'NR == FNR { want[++n] = $0; next }
		at < n && $0 ~ want[at + 1] { at++ }
		END { if (at < n) print want[at + 1] }' - "$TRACE"
}


# before_last FIRST SECOND: no line like FIRST stands before the last SECOND
before_last()
{
	awk -v first="$1" -v second="$2" '
		$0 ~ first && !one { one = NR }
		$0 ~ second { two = NR }
		END { exit !(one && two && two < one) }' "$TRACE"
}

# ---- smtpd: before the 250 ----

{
	printf '%s\r\n' 'EHLO crepes.fr' \
	    'MAIL FROM:<alice@crepes.fr>' 'RCPT TO:<bob@hamburger.edu>' DATA \
	    'Subject: one' '' 'body' . \
	    'MAIL FROM:<alice@crepes.fr>' 'RCPT TO:<bob@hamburger.edu>' \
	    'RCPT TO:<copied@hamburger.edu>' DATA \
	    'Subject: two' '' 'body' . \
	    'MAIL FROM:<alice@crepes.fr>' 'RCPT TO:<bob@hamburger.edu>' DATA \
	    'Subject: three' ''
	yes "$(printf 'long\r')" | head -n 9000
	printf '%s\r\n' . QUIT
} >"$T/home/three.smtp"
owned "$T/home/three.smtp"
traced smtpd -c "$CONF" <"$T/home/three.smtp" >"$T/replies"
is 'three messages were queued' "$(grep -c '^250 2.0.0 queued' "$T/replies")" 3
id='/tmp/[^>,]*' message='/tmp/[^>]*,S=[0-9]+,W=[0-9]+'
write() { echo "write\\([0-9]+<[^>]*$1>, \"Return-Path"; }
size='renameat.*/tmp>, "[^",]*", .*/tmp>, "[^"]*,S=[0-9]+,W=[0-9]+"\) += 0'
data="fsync\\([0-9]+<[^>]*$message>\\) += 0"
name='fsync\([0-9]+<[^>]*/tmp>\) += 0'
seen='renameat.*/tmp>, .*/new>, .*= 0'
reply='write\(1<.*250 2\.(1|0)\.0'
is 'D07 SEC-S20 written under its size, data synced, name synced, shown; then the 250; twice' \
    "$(steps "$(write "$message")" "$data" "$name" "$seen" "$reply" \
    "$(write "$message")" "$data" "$name" "$seen" "$reply")" ''
is 'D07 SEC-S20 a long one: written, named, data synced, name synced, shown; then the 250' \
    "$(steps "$(write "$id")" "$size" "$data" "$name" "$seen" "$reply")" ''
is 'D07 two fsyncs a message, no more' "$(grep -c 'fsync(' "$TRACE")" 6
ok 'and one name in tmp/, but for the long one' test \
    "$(grep -c 'O_CREAT.*= [0-9]' "$TRACE") $(grep -c 'renameat.*= 0' "$TRACE")" = '3 4'

# ---- inject: before it ends ----

rm -f "$SPOOL"/new/*
printf 'Subject: three\n\nbody\n' | traced inject -c "$CONF" \
    -f alice@crepes.fr bob@hamburger.edu
is 'one more is queued' "$(files "$SPOOL/new")" 1
is 'I12 inject: the same, before exit 0' "$(steps "$(write "$message")" "$data" \
    "$name" "$seen" 'exit_group\(0\)')" ''

# ---- qrun: before the spool forgets it ----

queue_file alice@crepes.fr copied@hamburger.edu <<'END' >/dev/null
Subject: four

body
END
traced qrun -c "$CONF"
box=$MAILROOT/hamburger.edu
is 'both are in their mailboxes' "$(files "$box/bob/Maildir/new") \
$(files "$box/copied/Maildir/new") $(files "$SPOOL/new") $(files "$SPOOL/defer")" '1 1 0 0'
is 'SEC-S20 a copy: data synced, moved to new/, its name synced, then removed here' \
    "$(steps 'write\([0-9]+<[^>]*/copied/Maildir/tmp/' \
    'fsync\([0-9]+<[^>]*/copied/Maildir/tmp/[^>]*>\) += 0' \
    'renameat.*"tmp/.*"new/.*= 0' \
    'fsync\([0-9]+<[^>]*/copied/Maildir/new>\) += 0' \
    'unlinkat\([0-9]+<[^>]*/defer>')" ''
ok 'SEC-S20 nothing was removed before' before_last 'unlinkat\([0-9]+<[^>]*/defer>' \
    'fsync\([0-9]+<[^>]*/copied/Maildir/new>'
is 'SEC-S20 a move: the name in new/ is synced' \
    "$(steps 'renameat.*/spool/new>, .*/bob/Maildir/new>, .*= 0' \
    'fsync\([0-9]+<[^>]*/bob/Maildir/new>\) += 0')" ''

# ---- a mailbox that cannot be synced ----

BOB=$MAILROOT/hamburger.edu/bob/Maildir/new
rm -f "$BOB"/*
printf 'Subject: x\n\nbody\n' | queue_file alice@crepes.fr bob@hamburger.edu \
    >/dev/null
# shellcheck disable=SC2086
LOG=$($AS_USER strace -f -qq -o "$T/home/injected" -P "$BOB" -e trace=fsync \
    -e inject=fsync:error=EIO qrun -c "$CONF" 2>&1)
if grep -q INJECTED "$T/home/injected"; then
	unlike 'SEC-S20 what may not be on disk is not called delivered' "$LOG" \
	    'event=(delivered|done)'
	like 'SEC-S20 it is deferred, and why' "$LOG" \
	    'event=deferred .*to=bob@.*sync'
	is 'SEC-S20 the spool has it again' \
	    "$(files "$BOB")$(files "$SPOOL/defer")" 01
	f=$(only "$SPOOL/defer")
	mv "$f" "$SPOOL/new/${f#*/defer/*.}"
	as_user qrun -c "$CONF" 2>/dev/null
	is 'SEC-S20 and delivers it later' \
	    "$(files "$BOB")$(files "$SPOOL/defer")" 10
else
	skip 'SEC-S20 a mailbox that cannot be synced' 'strace injects nothing'
fi

done_testing
