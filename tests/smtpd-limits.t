# smtpd: sizes, counts, time, memory, signals, and what goes wrong around it
# limit: 120
. "${0%/*}/lib.sh"

mk_site
mailbox bob@hamburger.edu hungry

# play NAME: a session on an empty spool
play()
{
	rm -f "$SPOOL"/new/* "$SPOOL"/tmp/*
	session "smtpd/limit-$1.session" smtpd -c "$CONF" 2>>"$T/log"
}

# message FILE: a whole session around a file with CRLF line ends
message()
{
	printf 'HELO a\r\nMAIL FROM:<a@a.example>\r\n'
	printf 'RCPT TO:<bob@hamburger.edu>\r\nDATA\r\n'
	sed 's/^\./../' "$1"
	printf '.\r\nQUIT\r\n'
}

conf databytes 1000
play size
is 'E04 only the message within the limit is queued' \
    "$(files "$SPOOL/new") $(files "$SPOOL/tmp")" '1 0'
rm "$CONF/databytes"

conf maxrcpt 100
play rcpt
is 'S30 a hundred recipients are in the queue file' \
    "$(grep -c '^Delivered-To' "$SPOOL"/new/*)" 100
play unknown
{
	printf 'HELO a\r\nMAIL FROM:<a@a.example>\r\n'
	yes "RCPT TO:<a@b.example>$(printf '\r')" | head -n 3000
} | as_user smtpd -c "$CONF" 2>refused | grep -c '^550 ' >answered
is 'SEC-S27 who is refused without end does not fill the log' \
    "$(cat answered) $(grep -c event=refused refused)" '3000 1000'
play hops
is 'D12 only the message with 99 is queued' "$(files "$SPOOL/new")" 1

conf timeoutsmtpd 1
play slow
play drip
is 'SEC-S27 the dripping message is not queued' \
    "$(files "$SPOOL/new") $(files "$SPOOL/tmp")" '0 0'
rm "$CONF/timeoutsmtpd"
conf timeoutsession 1
play session
# shellcheck disable=SC2086
like 'SEC-S27 nor does that of a client that never pauses' \
    "$(yes "$(printf 'NOOP\r')" | limit 10 $AS_USER smtpd -c "$CONF" 2>>log |
    tail -n 1)" '^421 4.4.2'
rm "$CONF/timeoutsession"

# Large messages: whole, and in constant memory.
peak()
{
	message "$1" >input
	as_user sh -c 'smtpd -c "$1" <input >replies 2>&1 & pid=$!
	    wait $pid' sh "$CONF"
	cat replies
}
awk 'BEGIN { for (i = 0; i < 13000; i++)
    printf "%076d\r\n", i; print ".\r" }' >large
rm -f "$SPOOL"/new/*
chmod 777 "$T"
like 'E05 a megabyte is taken' "$(peak large)" '^250 2.0.0 queued'
sed '1,/^	.* [-+][0-9]*$/d' "$SPOOL"/new/* >got
tr -d '\r' <large >want
same 'E05 and is whole' got want
if [ -x /usr/bin/time ]; then
	awk 'BEGIN { for (i = 0; i < 600000; i++)
	    printf "%076d\r\n", i }' >huge
	printf 'Subject: x\r\n\r\nx\r\n' >small
	# Pages that were touched for the first time: exact, where the kernel's
	# count of resident ones may lag by 32 pages on each processor.
	for size in small huge; do
		message $size >input
		for _ in 1 2 3 4 5 6 7; do
			as_user /usr/bin/time -f 'pages %R' smtpd -c "$CONF" \
			    <input 2>&1 >replies | sed -n 's/^pages //p'
			rm -f "$SPOOL"/new/*
		done | sort -n | sed -n 4p >pages.$size
	done
	is 'SEC-S3 memory for 46 MB is that for 1 KB' \
	    "$(awk 'NR == 1 { a = $1 } NR == 2 { print ($1 - a) * 4 < 100 }' \
	    pages.small pages.huge)" 1
else
	skip 'SEC-S3 memory for 46 MB is that for 1 KB' 'no /usr/bin/time'
fi
rm -f huge input

# Every octet that may be in a line, and a header of a million lines.
awk 'BEGIN { for (i = 1; i < 256; i++) if (i != 10 && i != 13)
    printf "%c", i; print "\r" }' >octets
rm -f "$SPOOL"/new/*
like 'E05 D09 all octets but CR, LF, NUL are taken' "$(peak octets)" \
    '^250 2.0.0 queued'
sed '1,/^	.* [-+][0-9]*$/d' "$SPOOL"/new/* >got
tr -d '\r' <octets >want
same 'E05 D09 and are as they were' got want
is 'E05 the test sends them' "$(wc -c <want | tr -d ' ')" 254
awk 'BEGIN { for (i = 0; i < 1000000; i++) print "Received: x\r" }' >loop
rm -f "$SPOOL"/new/*
message loop >input
began=$(date +%s)
like 'SEC-S13 D12 a million Received lines are refused' \
    "$(as_user smtpd -c "$CONF" <input 2>>log)" '^554 5.4.6'
ok 'SEC-S13 within three seconds' test $(($(date +%s) - began)) -le 3
rm -f loop input

# Signals.
mkfifo hold
# shellcheck disable=SC2086
$AS_USER smtpd -c "$CONF" <hold >replies 2>>log &
pid=$!
exec 4>hold
printf 'HELO a\r\nMAIL FROM:<a@a.example>\r\nRCPT TO:<bob@hamburger.edu>\r\nDATA\r\nx\r\n' >&4
wait_for 5 grep -q '^354' replies
kill "$pid"
wait "$pid"
is 'S32 SIGTERM: exit status 0' $? 0
exec 4>&-
like 'S32 SIGTERM: 421 4.3.2' "$(cat replies)" '^421 4.3.2'
is 'S32 SIGTERM: nothing is left' \
    "$(files "$SPOOL/new") $(files "$SPOOL/tmp")" '0 0'

# What is wrong around it.
broken()
{
	printf 'EHLO a\r\nMAIL FROM:<a@a.example>\r\nRCPT TO:<bob@hamburger.edu>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n' |
	    as_user "$@" 2>>log
}
printf 'Subject: x\r\n\r\nx\r\n' >small
conf databytes many
exits 'SEC-S18 a setting that is no number: 111' 111 broken smtpd -c "$CONF"
like 'SEC-S18 ... and 421' "$(broken smtpd -c "$CONF")" '^421 '
like 'SEC-S18 ... and the log says which' "$(cat log)" \
    'event=unavailable ip=unknown text="databytes: not a number'
rm "$CONF/databytes"
conf maxrcpt 99
exits 'S30 maxrcpt below a hundred is refused' 111 broken smtpd -c "$CONF"
rm "$CONF/maxrcpt"
exits 'SEC-S18 no configuration directory: 111' 111 broken smtpd -c /nonexistent
conf mailroot /nonexistent
like 'SEC-S18 no mailroot: 421' "$(broken smtpd -c "$CONF")" '^421 '
conf mailroot "$MAILROOT"
conf spool /nonexistent
like 'D07 no spool: 421' "$(broken smtpd -c "$CONF")" '^421 '
conf spool "$SPOOL"
exits 'usage is exit status 100' 100 broken smtpd -x
like '$DATABYTES that is no number: 421' \
    "$(DATABYTES=x; export DATABYTES; broken smtpd -c "$CONF")" '^421 '
like 'E04 $DATABYTES counts' \
    "$(DATABYTES=77; export DATABYTES; broken smtpd -c "$CONF")" '^250-SIZE 77'

if [ -n "$ROOT" ]; then
	chmod 500 "$SPOOL/tmp"
	chown 0:0 "$SPOOL/tmp"
	like 'D07 a spool that cannot be written: 421 or 451' \
	    "$(broken smtpd -c "$CONF")" '^4[25]1'
	chmod 700 "$SPOOL/tmp"
	owned "$SPOOL/tmp"
else
	chmod 500 "$SPOOL/tmp"
	like 'D07 a spool that cannot be written: 421 or 451' \
	    "$(broken smtpd -c "$CONF")" '^4[25]1'
	chmod 700 "$SPOOL/tmp"
fi
rm -f "$SPOOL"/new/*
like 'D07 D15 a full disk: 451' "$(
	message large >input
	as_user sh -c 'ulimit -f 100; trap "" XFSZ; smtpd -c "$1" <input' sh \
	    "$CONF" 2>>log)" '^451 4.3.0'
is 'D07 D15 a full disk: nothing is left' \
    "$(files "$SPOOL/new") $(files "$SPOOL/tmp")" '0 0'

# Two clients at once, under a super-server.
port=$(free_port)
if serve "$port" smtpd -c "$CONF"; then
	rm -f "$SPOOL"/new/*
	session smtpd/plain-textbook.session 127.0.0.1 "$port" &
	first=$!
	session smtpd/plain-textbook.session 127.0.0.1 "$port" >/dev/null
	wait $first
	is 'S34 two sessions at once' "$(files "$SPOOL/new")" 2
	like 'D10 the client'\''s address is in Received' \
	    "$(cat "$SPOOL"/new/*)" '^Received: from crepes.fr \(.*\[127.0.0.1\]\)'
else
	skip 'S34 two sessions at once' 'no super-server'
fi

done_testing
