# smtpd: who may relay, hooks, quota, -l and -n
. "${0%/*}/lib.sh"

mk_site
mailbox bob@hamburger.edu hungry

# play NAME [OPTION]: a session on an empty spool
play()
{
	rm -f "$SPOOL"/new/* "$SPOOL"/tmp/*
	session "smtpd/policy-$1.session" smtpd -c "$CONF" ${2:+"$2"} 2>>"$T/log"
}

conf greetdelay 1
play early
play patient
rm "$CONF/greetdelay"

# Who may relay.
play relayclient
like 'SEC-S18 the recipient got its domain' "$(cat "$SPOOL"/new/*)" \
    '^Delivered-To: bob@hamburger.edu$'
play stranger
conf relayclients '# the office' 192.0.2.0/24
play relayclients
play stranger
like 'SEC-S18 -n says who may relay' \
    "$(PROTO=TCP TCPREMOTEIP=192.0.2.1 as_user smtpd -nc "$CONF")" \
    '^client 192.0.2.1: may relay$'
like 'SEC-S18 -n says who may not' \
    "$(PROTO=TCP TCPREMOTEIP=192.0.3.1 as_user smtpd -nc "$CONF")" \
    '^client 192.0.3.1: may not relay$'
conf rcpthosts backup.example
like 'SEC-S18 -n lists rcpthosts' "$(as_user smtpd -nc "$CONF")" \
    '^  backup.example$'
conf relayclients 192.0.2.0/64
play unreadable
exits 'SEC-S18 -n fails when a list is wrong' 111 as_user smtpd -nc "$CONF"
rm "$CONF/relayclients" "$CONF/rcpthosts"
mkdir "$CONF/rcpthosts"
play unreadable
rmdir "$CONF/rcpthosts"
for name in relayclients rcpthosts badmailfrom; do
	if [ -n "$ROOT" ]; then
		printf 'elsewhere.example\n' >"$CONF/$name"
		chmod 600 "$CONF/$name"
		chown 0:0 "$CONF/$name"
		like "SEC-S18 unreadable $name: 451" "$(printf \
		    'EHLO a\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<x@elsewhere.example>\r\n' |
		    as_user smtpd -c "$CONF" 2>>log)" '^451 4.3.0'
		rm -f "$CONF/$name"
	fi
	play stranger
done
# Each setting taken away: nobody may relay.
conf rcpthosts backup.example
conf relayclients 192.0.2.0/24
for file in "$CONF"/*; do
	mv "$file" "$T/aside"
	unlike "SEC-S18 without ${file##*/} nobody relays" "$(printf \
	    'EHLO a\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<x@elsewhere.example>\r\n' |
	    as_user smtpd -c "$CONF" 2>>log)" '^250 2.1.5'
	mv "$T/aside" "$file"
done
rm "$CONF/rcpthosts" "$CONF/relayclients"

conf badmailfrom '# nobody likes them' spam@spammer.example @bulk.example
play badfrom
rm "$CONF/badmailfrom"
play rbl
play rbl4

# rcptcheck
conf rcpthosts relay.example
cat >"$BIN/rcptcheck" <<'END'
#!/bin/sh
echo "$MAILSTAGE:$REMOTEIP:$HELO:$SENDER:$RECIPIENT" >>"${0%/*}/../asked"
case $RECIPIENT in
no@*)	echo '5.7.27 not this one' >&2; exit 100 ;;
later@*) echo 'greylisted, come back' >&2; exit 111 ;;
crash@*) kill -9 $$ ;;
drop@*)	exit 99 ;;
esac
END
chmod 755 "$BIN/rcptcheck"
: >"$BIN/../asked" && chmod 666 "$BIN/../asked"
conf rcptcheck rcptcheck
play rcptcheck
is 'SEC-S4 the message with a kept recipient is queued' \
    "$(files "$SPOOL/new")" 1
unlike 'SEC-S4 a dropped recipient is not in it' "$(cat "$SPOOL"/new/*)" drop
like 'SEC-S4 the program knows what is known' "$(cat "$BIN/../asked")" \
    '^rcpt:unknown:crepes.fr:alice@crepes.fr:later@relay.example$'
not_ok 'SEC-S4 no shell has read an address' test -e "$T/canary"
rm "$CONF/rcptcheck" "$BIN/../asked"

# filter
cat >"$BIN/filter" <<'END'
#!/bin/sh
message=$(cat)
case $message in
*'Subject: bad'*)	echo 'virus found' >&2; exit 100 ;;
*'Subject: later'*)	echo 'busy' >&2; exit 111 ;;
*'Subject: drop'*)	exit 99 ;;
*'Subject: nothing'*)	exit 0 ;;
*'Subject: forge'*)	printf 'Delivered-To: evil@x.example\n'; exit 0 ;;
esac
printf 'X-Filtered: %s\n%s\n' "$ID" "$message"
END
chmod 755 "$BIN/filter"
conf filter filter
play filter
is 'D15 only what the filter accepted is queued' \
    "$(files "$SPOOL/new") $(files "$SPOOL/tmp")" '1 0'
file=$(cat "$SPOOL"/new/*)
like 'D09 the filter sees our Received line' \
    "$(echo "$file" | sed -n 3,4p | tr '\n' ' ')" \
    '^X-Filtered: .* Received: from crepes.fr '
id=$(echo "$file" | sed -n 's/^X-Filtered: //p')
like 'D10 one id: in the name and in Received' "$(ls "$SPOOL/new") $file" \
    "id $id"
like 'D10 ... and in the name' "$(ls "$SPOOL/new")" "^$id\\."
conf filter /not/there
like 'a filter that is not there is named in the log' \
    "$(printf '%s\n' 'HELO a' 'MAIL FROM:<a@crepes.fr>' \
    'RCPT TO:<bob@hamburger.edu>' DATA '' x . QUIT |
    as_user smtpd -l -c "$CONF" 2>&1)" \
    'event=trouble what="cannot start" name=/not/there text="No such file'
rm "$CONF/filter"

# quota
for box in full own large; do
	mailbox $box@hamburger.edu
	mkdir -p "$MAILROOT/hamburger.edu/$box/Maildir/new" \
	    "$MAILROOT/hamburger.edu/$box/Maildir/cur"
	: >"$MAILROOT/hamburger.edu/$box/Maildir/new/1.a.b,S=600,W=620"
	head -c 500 /dev/zero >"$MAILROOT/hamburger.edu/$box/Maildir/cur/2.a.b:2,S"
done
conf quota 1000
echo 1100 >"$MAILROOT/hamburger.edu/own/.quota"
echo 1101 >"$MAILROOT/hamburger.edu/large/.quota"
owned "$MAILROOT"
play quota
rm "$CONF/quota"

# line ends
play lf -l
sed '1,/^	.* [-+][0-9]*$/d' "$SPOOL"/new/* >got
printf 'Subject: lf\n\n.x\ny.\n' >want
same 'S21 -l: the message is whole' got want
play barelf
sed '1,/^	.* [-+][0-9]*$/d' "$SPOOL"/new/* >got
printf 'Subject: old\n\nline\n.\nnext\nlast\n.\nend\n' >want
same 'D04 SEC-S1 normalized, dots between bare ends stay' got want
play barelfbdat
sed '1,/^	.* [-+][0-9]*$/d' "$SPOOL"/new/* >got
printf 'Subject: old\n\nlast\n' >want
same 'E06 D04 a chunk too, to its last octet' got want
BARELF=yes
export BARELF
exits '$BARELF with another value: 111' 111 as_user smtpd -c "$CONF"

done_testing
