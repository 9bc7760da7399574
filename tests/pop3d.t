# pop3d: TRANSACTION and UPDATE over one Maildir
# shellcheck shell=sh disable=SC2012,SC2016,SC2059,SC2317
. "${0%/*}/lib.sh"

M=$T/home/Maildir

# maildir: an empty one
maildir()
{
	rm -rf "$M"
	mkdir -p "$M/new" "$M/cur" "$M/tmp"
	owned "$M"
}

# two: the two messages that most sessions are about
two()
{
	maildir
	printf 'From: a\n\nhi\n.dot\n' >"$M/new/1.M2P3.h,S=17,W=21"
	printf 'From: b\n\nyo' >"$M/cur/2.M2P3.h:2,F"
	owned "$M"
}

# names DIR: what is there, in one line
names()
{
	ls "$M/$1" | tr '\n' ' ' | sed 's/ $//'
}

# says COMMANDS: the answers of pop3d, CR removed
says()
{
	printf "$1" | as_user pop3d "$M" 2>"$T/log" | tr -d '\r'
}

for s in keep top numbers state lines pipeline capa; do
	two
	session "pop3d/$s.session" pop3d "$M"
done
maildir
session pop3d/empty.session pop3d "$M"
session pop3d/empty.session pop3d "$T/home/Absent" 2>/dev/null

# -- as a filter --
two
is 'P07 stat and quit through a pipe' "$(says 'stat\r\nquit\r\n')" \
    '+OK maildrop ready, 2 messages
+OK 2 36
+OK bye'
is 'P07 the same with LF line ends' "$(says 'stat\nquit\n')" \
    '+OK maildrop ready, 2 messages
+OK 2 36
+OK bye'
says 'retr 1\r\nquit\r\n' >/dev/null
is 'P05 only pop3d.lock and the messages are in the Maildir' \
    "$(find "$M" -type f | wc -l | tr -d ' ')" 3

# -- UPDATE --
two
says 'dele 1\r\nretr 2\r\n' >/dev/null
is 'P10 end of input without QUIT deletes nothing' "$(names new)" \
    '1.M2P3.h,S=17,W=21'
is 'P10 and changes no flag' "$(names cur)" '2.M2P3.h:2,F'
says 'dele 1\r\nretr 2\r\nquit\r\n' >/dev/null
is 'P09 QUIT removes what is marked' "$(names new)" ''
is 'P09 what was retrieved is seen, beside its other flags' "$(names cur)" \
    '2.M2P3.h:2,FS'
two
says 'retr 1\r\ntop 2 5\r\nquit\r\n' >/dev/null
is 'P09 a retrieved message leaves new/' "$(names new)" ''
is 'P09 for cur/, seen; TOP does not count' "$(names cur)" \
    '1.M2P3.h,S=17,W=21:2,S 2.M2P3.h:2,F'
two
says 'dele 1\r\ndele 2\r\nrset\r\nquit\r\n' >/dev/null
is 'P09 RSET takes the marks away' "$(files "$M/new") $(files "$M/cur")" '1 1'

two
chmod 555 "$M/new"
like 'P09 what cannot be removed is told, once' \
    "$(says 'dele 1\r\nquit\r\n')" '^-ERR .*not removed'
chmod 755 "$M/new"
is 'P09 and is still there' "$(files "$M/new")" 1

# A client that does not read: nothing it did not get may be lost.
maildir
head -c 3000000 /dev/zero | tr '\0' 'x' | fold -w 70 >"$M/new/1.M2P3.h"
owned "$M"
printf 'retr 1\r\ndele 1\r\nquit\r\n' | as_user pop3d "$M" 2>/dev/null |
    head -c 100 >/dev/null
is 'P10 a client that is gone during RETR loses nothing' "$(names new)" 1.M2P3.h

# -- others in the Maildir --
two
printf 'From: c\n\nhi\n.dot\n' >"$M/new/3.M2P3.h,S=17,W=21"
owned "$M"
(
	sleep 0.7
	rm "$M/new/1.M2P3.h,S=17,W=21"
	mv "$M/cur/2.M2P3.h:2,F" "$M/cur/2.M2P3.h:2,FR"
	printf 'late\n' >"$M/new/4.M2P3.h,S=5,W=6"
) &
session pop3d/gone.session pop3d "$M"
wait
is 'P05 P09 a moved message is removed, a new one is not touched' \
    "$(names new) $(names cur)" '3.M2P3.h,S=17,W=21 4.M2P3.h,S=5,W=6 '
maildir
printf 'twice\n' >"$M/new/1.M2P3.h,S=6,W=7"
printf 'twice\n' >"$M/cur/1.M2P3.h,S=6,W=7:2,S"
owned "$M"
like 'P05 P11 a message met in new/ and in cur/ is one message' \
    "$(says 'stat\r\n')" '^\+OK 1 7$'

# -- the lock --
two
mkfifo "$T/hold"
as_user pop3d "$M" <"$T/hold" >"$T/first" 2>/dev/null &
exec 9>"$T/hold"
wait_for 5 grep -q OK "$T/first"
like 'P05 P14 a second session gets [IN-USE]' "$(says 'quit\r\n')" \
    '^-ERR \[IN-USE\] '
printf 'dele 1\r\nquit\r\n' >&9
exec 9>&-
wait
like 'P05 the lock goes with the first session' "$(says 'stat\r\n')" \
    '^\+OK 1 15$'
as_user sh -c 'pop3d "$1" <"$2" 2>/dev/null' sh "$M" "$T/hold" \
    >"$T/first" &
exec 9>"$T/hold"
wait_for 5 grep -q OK "$T/first"
( sleep 0.5; echo quit ) >&9 &
exec 9>&-
like 'P05 it is waited for, up to a second' "$(says 'stat\r\n')" \
    '^\+OK 1 15$'
wait

# -- sizes --
# octets N: of the message as RETR sends it, stuffed dots and the end removed
octets()
{
	printf 'retr %d\r\n' "$1" | as_user pop3d "$M" 2>/dev/null |
	    sed -e 1,2d -e '$d' -e 's/^\.\././' | wc -c | tr -d ' '
}
maildir
printf 'A: 1\n\n.\n..\n...dots\n.' >"$M/new/1.a"
printf 'A: 1\r\n\r\ncrlf\r\n.\r\n' >"$M/new/2.a"
printf 'A: 1\n\ncr\ralone\r.\n\r' >"$M/new/3.a"
: >"$M/new/4.a"
printf '\n' >"$M/new/5.a"
printf 'A: no body' >"$M/new/6.a"
printf 'A: \353\260\225\n\n8\377bit\n' >"$M/new/7.a"
seq 1 20000 >"$M/new/8.a"
printf 'A: 1\n\nsize in its name\n' >"$M/new/9.a,S=23,W=26"
owned "$M"
i=1
while [ $i -le 9 ]; do
	is "P06 P08 the size of message $i is what RETR sends" \
	    "$(says "list $i\r\n" | sed -n 's/^+OK [0-9]* \([0-9]*\)$/\1/p')" \
	    "$(octets $i)"
	i=$((i + 1))
done
printf 'retr 3\r\n' | as_user pop3d "$M" 2>/dev/null | sed 1,2d >"$T/sent"
printf 'A: 1\r\n\r\ncr\r\nalone\r\n..\r\n\r\n.\r\n' >"$T/want"
same 'P08 SEC-S1 a CR alone cannot hide a dot, no line is invented' \
    "$T/sent" "$T/want"
printf 'retr 6\r\n' | as_user pop3d "$M" 2>/dev/null | sed 1,2d >"$T/sent"
printf 'A: no body\r\n.\r\n' >"$T/want"
same 'P08 an unfinished last line is completed, nothing added' \
    "$T/sent" "$T/want"

# -- what is in the Maildir and is no message --
maildir
mkdir "$M/new/1.directory"
mkfifo "$M/new/2.fifo"
ln -s /etc/passwd "$M/new/3.link"
ln -s /etc/passwd "$M/new/4.link,S=1,W=1"
echo hidden >"$M/new/.5.hidden"
echo mail >"$M/new/6.mail"
owned "$M/new/6.mail"
chmod 777 "$M/new"
like 'P05 SEC-S10 only regular files are messages' "$(says 'stat\r\n')" \
    '^\+OK 2 7$'
like 'SEC-S10 no link is followed' "$(says 'retr 1\r\n')" '^-ERR '

# -- unique-ids --
maildir
long=$(printf '%090d' 7)
for n in 10.M1P1.h,S=2,W=3 11.M1P1.h:2,S "$long.h" "12.with blank" 13.뷁 ,S=2; do
	echo x >"$M/cur/$n"
done
owned "$M"
says 'uidl\r\nquit\r\n' | sed -e 1,2d -e '/^\./,$d' -e 's/^[0-9]* //' >"$T/uids"
is 'P11 every message has a unique-id' "$(wc -l <"$T/uids" | tr -d ' ')" 6
is 'P11 of 1 to 70 octets, 0x21 to 0x7E' \
    "$(grep -c '^[!-~]\{1,70\}$' "$T/uids")" 6
is 'P11 all different' "$(sort -u "$T/uids" | wc -l | tr -d ' ')" 6
like 'P11 it is the name without size and flags' "$(cat "$T/uids")" \
    '^10\.M1P1\.h$'
says 'retr 1\r\nretr 2\r\nretr 3\r\nretr 4\r\nretr 5\r\nretr 6\r\nquit\r\n' \
    >/dev/null
says 'uidl\r\nquit\r\n' | sed -e 1,2d -e '/^\./,$d' -e 's/^[0-9]* //' >"$T/again"
same 'P11 it stays when the flags change' "$T/again" "$T/uids"
maildir
echo x >"$M/new/9.M900000P1.h,S=2,W=3"
echo xx >"$M/new/10.M1P1.h,S=3,W=4"
echo xxx >"$M/cur/10.M000000P1.h,S=4,W=5:2,"
owned "$M"
is 'P05 messages are numbered by their names'"'"' times' \
    "$(says 'list\r\n' | sed -e 1,2d | tr '\n' ' ')" '1 3 2 5 3 4 . '

# Many, in no order: close together and far apart, some at the same time.
maildir
awk 'BEGIN {
	x = 1
	for (i = 1; i <= 500; i++) {
		x = (x * 16807) % 2147483647
		sec = i % 5 == 0 ? 7 : i % 7 == 0 ? x * 1024 : 1700000000 + x % 9
		us = i % 3 == 0 ? 5 : x % 1000000
		if (i % 11 == 0)
			sec = us = 0
		printf "%.0f %06d P%dR.h %d\n", sec, us, x % 1000, i
	}
}' >"$T/times"
while read -r sec us unique i; do
	: >"$M/$([ $((i % 2)) = 0 ] && echo new || echo cur)/$sec.M$us$unique$i,S=0,W=$i"
done <"$T/times"
owned "$M"
LC_ALL=C sort -k1,1n -k2,2 -k3 "$T/times" | sed 's/^\([0-9]*\) \([0-9]*\) \(P[^ ]*\) \([0-9]*\)$/\1.M\2\3\4/' >"$T/want"
says 'uidl\r\nquit\r\n' | sed -e 1,2d -e '/^\./,$d' -e 's/^[0-9]* //' >"$T/uids"
same 'P05 five hundred of them, too; at the same time by their names' \
    "$T/uids" "$T/want"
is 'P06 each with its own size' "$(says 'list\r\nuidl\r\n' | awk '
	NF == 2 && $2 ~ /^[0-9]+$/ { size[$1] = $2 }
	NF == 2 && sub(/.*h/, "", $2) { right += size[$1] == $2 }
	END { print right }')" 500

# -- tmp/ --
maildir
echo old >"$M/tmp/1.old"
echo new >"$M/tmp/2.new"
touch -t 202001010000 "$M/tmp/1.old"
owned "$M"
says 'quit\r\n' >/dev/null
is 'P09 files of tmp/ older than 36 hours go, others stay' "$(names tmp)" 2.new

# -- memory, and large messages --
# peak FILE: KiB that were touched for the first time, the median of some runs: the
# kernel counts that exactly, and resident pages only within 32 pages on each
# processor; the message goes back to new/ each time
peak()
{
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13; do
		printf 'retr 1\r\nquit\r\n' | as_user /usr/bin/time -f %R \
		    -o "$T/home/peak" pop3d "$M" >"$T/out"
		echo $((4 * $(tail -n 1 "$T/home/peak")))
		mv "$M/cur/$1:2,S" "$M/new/$1"
	done | sort -n | sed -n 7p
}
maildir
seq 1 200 | head -c 1024 >"$M/new/1.small"
owned "$M"
if [ -x /usr/bin/time ]; then
	small=$(peak 1.small)
	maildir
	yes 'fifty million octets of this' | head -c 50000000 >"$M/new/1.large"
	owned "$M"
	large=$(peak 1.large)
	ok "P06 memory does not depend on size: $small and $large KiB" \
	    test $((large - small)) -le 100
	tr -d '\r' <"$T/out" | sed -e 1,2d -e '/^\.$/,$d' |
	    head -c 50000000 >"$T/home/got"
	same 'P08 50 MB arrive as they are' "$T/home/got" "$M/new/1.large"
else
	skip 'P06 memory does not depend on size' 'no /usr/bin/time'
fi

# -- starting --
two
exits 'P14 a bad option: 100' 100 as_user pop3d -x
exits 'P14 too many arguments: 100' 100 as_user pop3d a b
mkdir "$T/home/conf"
echo 30 >"$T/home/conf/timeoutpop3d"
owned "$T/home/conf"
said=$(as_user pop3d -c "$T/home/conf" "$M" 2>"$T/log" </dev/null | tr -d '\r')
like 'P03 P14 less than ten minutes is refused: [SYS/PERM]' "$said" \
    '^-ERR \[SYS/PERM\] '
like 'P03 and the log says what is wrong' "$(cat "$T/log")" 'timeoutpop3d: '
not_ok 'P14 a configuration directory that is not there is an error' \
    as_user pop3d -c "$T/absent" "$M" </dev/null
if [ -n "$ROOT" ]; then
	not_ok 'SEC-S11 pop3d refuses to run as root' pop3d "$M" </dev/null
else
	skip 'SEC-S11 pop3d refuses to run as root' 'not root'
fi
printf 'x' >"$T/home/file"
like 'P14 a maildrop that cannot be opened: [SYS/TEMP]' \
    "$(as_user pop3d "$T/home/file" 2>/dev/null </dev/null)" \
    '^-ERR \[SYS/TEMP\] '
exits 'P14 and 0, since the client has its answer' 0 \
    as_user pop3d "$T/home/file" </dev/null
done_testing
