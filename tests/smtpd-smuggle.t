# smtpd: what is around the dot never ends the mail data unless it is CRLF on
# both sides; every combination of line ends, of their parts, and NUL
# limit: 120
. "${0%/*}/lib.sh"

mk_site
mailbox bob@hamburger.edu hungry

# vector BEFORE AFTER: a message with that around a dot, and forged commands
vector()
{
	rm -f "$SPOOL"/new/*
	{
		printf 'EHLO a.example\r\nMAIL FROM:<a@a.example>\r\n'
		printf 'RCPT TO:<bob@hamburger.edu>\r\nDATA\r\nfirst'
		# shellcheck disable=SC2059
		printf "$1.$2"
		printf 'MAIL FROM:<admin@hamburger.edu>\r\n'
		printf 'RCPT TO:<bob@hamburger.edu>\r\nDATA\r\nforged\r\n.\r\n'
		printf 'QUIT\r\n'
	} | as_user smtpd -c "$CONF" >replies 2>>log
	senders=$(grep -c '^250 2.1.0' replies)
	taken=$(grep -c '^250 2.0.0 queued' replies)
	in_queue=$(files "$SPOOL/new")
}

for before in '\r\n' '\n' '\r' '\r\r\n' '\n\r' '\r\n\000' '\000\r\n' '\r\n\r'; do
	for after in '\r\n' '\n' '\r' '\r\r\n' '\n\r' '\000\r\n' '\r\000\n' \
	    '\r\n\000'; do
		[ "$before$after" != '\r\n\r\n' ] || continue
		name=$(printf '%s' "$before.$after" |
		    sed 's/\\r/<CR>/g; s/\\n/<LF>/g; s/\\000/<NUL>/g')
		# With CRLF on both sides it is the end, whatever stands
		# before and behind.
		strict='1 0 0' normalized='1 1 1'
		case $before:$after in
		'\r\n:\r\n\000')	strict='1 1 1' ;;
		'\r\r\n:\r\n')	strict='2 1 1' normalized='2 2 2' ;;
		'\000\r\n:\r\n')	strict='2 1 1' normalized='2 1 1' ;;
		'\r\r\n:\r\n\000')	;;
		*000*)			normalized='1 0 0' ;;
		esac
		vector "$before" "$after"
		is "D01 D05 SEC-S1 strict $name" \
		    "$senders $taken $in_queue" "$strict"
		is "D04 S30 one answer to the data $name" \
		    "$(grep -c '^550 5.6.0\|^250 2.0.0 q' replies)" "${strict%% *}"
		BARELF=normalize
		export BARELF
		vector "$before" "$after"
		unset BARELF
		is "D05 SEC-S1 normalized $name" \
		    "$senders $taken $in_queue" "$normalized"
	done
done

vector '\r\n' '\r\n'
is 'D02 D05 the true end, and two messages' "$senders $taken $in_queue" '2 2 2'

# A NUL at each place of each command: one refusal, nothing done.  Behind BDAT it
# ends the session.
for command in 'EHLO a' 'HELO a.example' 'MAIL FROM:<a@b>' 'NOOP' 'RSET' \
    'VRFY bob' 'HELP' 'EXPN x' 'DATA' 'QUIT' 'BDAT 0 LAST' 'AUTH PLAIN =' \
    'STARTTLS'; do
	length=${#command} n=0 refused=$((${#command} + 1))
	[ "$command" = "${command#BDAT}" ] || refused=5
	while [ "$n" -le "$length" ]; do
		printf '%s' "$command" | head -c "$n"
		printf '\000'
		printf '%s\r\n' "$command" | tail -c +"$((n + 1))"
		n=$((n + 1))
	done | as_user smtpd -c "$CONF" >replies 2>>log
	is "SEC-S7 a NUL anywhere in $command" \
	    "$(sed 's/\r//; s/ NUL.*//' replies | sort | uniq -c | tr -s ' ' | tr '\n' ',')" \
	    " 1 220 hamburger.edu ESMTP, $refused 500 5.5.2 a,"
done

# The client goes away behind every octet of a session: nothing is queued before
# the last octet of the end.
{
	printf 'EHLO a\r\nMAIL FROM:<a@a.example>\r\nRCPT TO:<bob@hamburger.edu>\r\n'
	printf 'DATA\r\nSubject: x\r\n\r\n..\r\n.\r\n'
} >whole
total=$(wc -c <whole)
rm -f "$SPOOL"/new/*
n=1 wrong=0
while [ "$n" -lt "$total" ]; do
	head -c "$n" whole | as_user smtpd -c "$CONF" >/dev/null 2>>log || wrong=$n
	n=$((n + 1))
done
is 'S18 SEC-S19 cut at every octet: nothing queued, no bad exit' \
    "$wrong $(files "$SPOOL/new") $(files "$SPOOL/tmp")" '0 0 0'
as_user smtpd -c "$CONF" <whole >/dev/null 2>>log
is 'S18 SEC-S19 uncut it is queued' "$(files "$SPOOL/new")" 1

done_testing
