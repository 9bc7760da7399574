# smtpd: commands, replies, mail data; every session of smtpd/plain-*.session,
# and what is in the spool afterwards
# limit: 120
. "${0%/*}/lib.sh"

mk_site
mailbox bob@hamburger.edu hungry
conf rcpthosts '# backup MX' relay.example .Below.example

# play NAME: a session on an empty spool
play()
{
	rm -f "$SPOOL"/new/* "$SPOOL"/tmp/*
	session "smtpd/plain-$1.session" smtpd -c "$CONF" 2>>"$T/log"
}

# queued IDS COUNT: messages in new/, and nothing left in tmp/
queued()
{
	is "$1: $2 queued, nothing left over" \
	    "$(files "$SPOOL/new") $(files "$SPOOL/tmp")" "$2 0"
}

# tail of the one queue file, behind the Received lines that smtpd adds
message()
{
	sed '1,/^	.* [-+][0-9]*$/d' "$(only "$SPOOL/new")"
}

for name in ehlo hello rehello unknown junk ahead params postmaster refused vrfy \
    octets grammar barelf long flush size rset tls; do
	play $name
	queued "S17 S18 $name" 0
done

play textbook
queued 'D07 textbook' 1
message >got
printf '%s\n' 'Do you like ketchup?' 'How about pickles?' >want
same 'D09 the message is as it was sent' got want
file=$(only "$SPOOL/new")
is 'D07 the file states its size' "${file##*,S=}" \
    "$(wc -c <"$file"),W=$(sed 's/$/./' "$file" | wc -c)"
like 'D10 one Received line, with the name given' "$(cat "$file")" \
    '^Received: from crepes.fr \(unknown\)$'
like 'D11 with SMTP' "$(cat "$file")" '^	by hamburger.edu with SMTP id [^ ]+$'
like 'D10 for the only recipient' "$(cat "$file")" '^	for <bob@hamburger.edu>;$'
like 'D10 the date has four digits of year and a zone' "$(cat "$file")" \
    '^	[A-Z][a-z][a-z], [0-9]+ [A-Z][a-z][a-z] 20[0-9][0-9] [0-9:]{8} [-+][0-9]{4}$'
like 'D16 the sender is the first line' "$(sed 1q "$file")" \
    '^Return-Path: <alice@crepes.fr>$'

play typed
queued 'S21 typed' 1
like 'E05 8-bit header lines are as they were' "$(message)" \
    '^Subject: 안녕하세요$'

play case
queued 'S03 case' 1
file=$(only "$SPOOL/new")
like 'S03 case of the sender is kept' "$(cat "$file")" \
    '^Return-Path: <AliCe@crepes.fr>$'
like 'S03 case of the recipient is kept' "$(cat "$file")" \
    '^Delivered-To: BOB@Hamburger.EDU$'
like 'D11 with ESMTP' "$(cat "$file")" 'with ESMTP id'

play order
queued 'S13 order' 1
play longname
like 'D10 the address is in Received however long the name' \
    "$(cat "$SPOOL"/new/*)" '^Received: from .* \(\[IPv6:2001:db8::7\]\)$'
like 'D10 and so is the date' "$(cat "$SPOOL"/new/*)" \
    '^	[A-Z][a-z][a-z], [0-9]+ [A-Z][a-z][a-z] 20[0-9][0-9] '
play nested
queued 'S12 nested' 1
file=$(cat "$(only "$SPOOL/new")")
like 'S12 the first sender counts' "$file" '^Return-Path: <alice@crepes.fr>$'
like 'S23 postmaster gets a domain' "$file" \
    '^Delivered-To: postmaster@hamburger.edu$'
unlike 'D10 no recipient is named when there are two' "$file" '^	for '

play null
queued 'S11 null' 1
like 'S11 the sender is <>' "$(cat "$(only "$SPOOL/new")")" '^Return-Path: <>$'

play route
like 'S22 S28 route and quotes are gone' "$(sed -n 1,2p "$SPOOL"/new/* |
    tr '\n' ' ')" '^Return-Path: <alice@crepes.fr> Delivered-To: bob@hamburger.edu $'

play pipelining
queued 'E02 pipelining' 1

play dots
message >got
printf 'Subject: dots\n\n.\n.two\nlost\n x\n\n' >want
same 'D02 D03 dots are removed, nothing is added' got want

play empty
queued 'D13 empty' 2
play lines
is 'D05 long lines are whole' "$(message | awk '{ print length }' | tr '\n' ' ')" \
    '998 100000 '

play bdat
queued 'E06 bdat' 2
printf 'Subject: chunks\n\n.\n..x\n.\n\n' >want
for file in "$SPOOL"/new/*; do
	sed '1,/^	.* [-+][0-9]*$/d' "$file"
done >got
same 'E06 chunks are joined, dots stay' got want
play bdatbad
queued 'E06 bdatbad' 0
play bdatsplit
queued 'E06 bdatsplit' 1

play dsn
sed '/^Received/,$d' "$(only "$SPOOL/new")" >got
cat >want <<'END'
Return-Path: <dsn@crepes.fr>
Envelope-Options: RET=HDRS ENVID=QQ3+2B
Delivered-To: bob@hamburger.edu
Recipient-Options: NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Bob@x.example
Delivered-To: x@relay.example
END
same 'E08 DSN parameters are in the envelope' got want

play utf8
file=$(cat "$(only "$SPOOL/new")")
like 'E09 D11 with UTF8SMTP' "$file" 'with UTF8SMTP id'
like 'E09 E05 SMTPUTF8 and BODY are in the envelope' "$file" \
    '^Envelope-Options: SMTPUTF8 BODY=8BITMIME$'
like 'E08 E09 ORCPT with UTF-8 is as given' "$file" \
    '^Recipient-Options: ORCPT=utf-8;밥\\x\{2B\}@relay.example$'
like 'E09 the recipient is as given' "$file" '^Delivered-To: 밥@relay.example$'

play utf8bad

for name in gone gonedot hangup barecr bdatlf; do
	play $name
	queued "S18 D04 SEC-S19 $name" 0
done

like 'SEC-S22 refusals are logged with client, sender, recipient' \
    "$(cat "$T/log")" \
    '^smtpd: event=refused ip=unknown helo=crepes.fr from=alice@crepes.fr to=carol@hamburger.edu code=550 text='
like 'SEC-S22 queued messages are logged' "$(cat "$T/log")" \
    '^smtpd: event=queued id=[^ ]+ ip=unknown helo=crepes.fr from=alice@crepes.fr rcpts=1 size=42$'
label=$(printf '%030d.' 0 | sed "s/0/$(printf '\303\251')/g")
like 'SEC-S22 no value pushes the others out' "$(printf '%s\r\n' "EHLO $label$label${label}fr" \
    'MAIL FROM:<alice@crepes.fr>' 'RCPT TO:<carol@hamburger.edu>' QUIT |
    as_user smtpd -c "$CONF" 2>&1 >/dev/null)" \
    '^smtpd: event=refused ip=unknown helo=[^ ]{245,250} from=alice@crepes.fr to=carol@hamburger.edu code=550 text='
unlike 'SEC-S22 SEC-S5 nothing but printable ASCII is logged' \
    "$(LC_ALL=C tr -d '\n -~' <"$T/log")" .

done_testing
