#!/bin/sh
# qsend by STARTTLS to a real Postfix, with the sample tlsclient; AUTH to a
# smarthost
# limit: 90
# shellcheck disable=SC1091,SC2086,SC2154
. "${0%/*}/../remote/remote.sh"
apart "$0" postfix
. "${0%/*}/../lib.sh"
. "$TESTS/tls/tls.sh"
peers

authority ca
authority stranger
certificate good ca mx.b.example
certificate other ca other.example
certificate forged stranger mx.b.example
certificate smart ca smart.example
echo '127.0.0.1 mx.b.example smart.example localhost' >/etc/hosts

# Postfix on 2525 with the right certificate, 2526 with one for another name,
# 2527 with one from a stranger; 2528 offers STARTTLS, but its version of TLS is
# too old; 2529 does not offer it.
postfix_files /etc/postfix mx.b.example 'inet_interfaces = 127.0.0.1' \
    'virtual_mailbox_domains = b.example' \
    "virtual_mailbox_base = $T/home.pete" \
    'virtual_mailbox_maps = inline:{ @b.example=mail/ }' \
    'virtual_uid_maps = static:6006' 'virtual_gid_maps = static:6006' \
    'smtpd_tls_loglevel = 1' 'smtpd_tls_received_header = yes' \
    'smtpd_client_connection_count_limit = 0'
listener()
{
	echo "127.0.0.1:$1 inet n - n - - smtpd"
	shift
	[ $# = 0 ] || printf '  -o %s\n' smtpd_tls_security_level=may \
	    "smtpd_tls_chain_files=$T/$1.key,$T/$1.pem" "$2"
}
{
	listener 2525 good smtpd_tls_auth_only=no
	listener 2526 other smtpd_tls_auth_only=no
	listener 2527 forged smtpd_tls_auth_only=no
	listener 2528 good 'smtpd_tls_protocols=<=TLSv1'
	listener 2529
} >>/etc/postfix/master.cf
sed -i '/^smtp inet/d' /etc/postfix/master.cf
mkdir -p /var/spool/postfix /var/lib/postfix
chown postfix /var/lib/postfix
postfix check >"$T/postfix.out" 2>&1
start /usr/lib/postfix/sbin/master -c /etc/postfix -d >>"$T/postfix.out" 2>&1
ok 'Postfix answers' listens 20 2529 ||
    { diag "$(cat "$T/postfix.out" /etc/postfix/log)"; done_testing; }
BOX=$T/home.pete/mail/new

mk_site
conf tlsclient "$(sed -n "1s|/etc/ssl/certs/ca-certificates.crt|$T/ca.pem|p" \
    "$TOP/conf/samples/tlsclient")"
like 'the sample verifies, with the authority of the test' \
    "$(cat "$CONF/tlsclient")" "verify_return_error .*-CAfile $T/ca.pem"

# send PORT SUBJECT: by qsend; $SAID
send()
{
	SAID=$(printf 'Subject: %s\n\nx\n' "$2" | as_user timeout 30 qsend \
	    -c "$CONF" -p "$1" '[mx.b.example]' a@a.example bob@b.example \
	    2>"$T/err")
}

# arrived SUBJECT ERE: it is there, and some line of it matches
arrived()
{
	f=$(grep -rl "^Subject: $1\$" "$BOX") && [ -f "$f" ] &&
	    grep -Eq "$2" "$f"
}

send 2525 right
like 'T05 STARTTLS to a server with a good certificate' "$SAID" '^sent '
ok 'T05 it came by TLS' wait_for 5 arrived right 'using TLSv1\.[23] with'
send 2529 plain
ok 'T05 where it is not offered, in clear' wait_for 5 arrived plain 'by mx.b.ex'
not_ok 'T05 really in clear' arrived plain TLS
send 2528 old
like 'T05 opportunistic TLS that fails: sent' "$SAID" '^sent '
ok 'T05 it is there' wait_for 5 arrived old 'by mx.b.example'
not_ok 'T05 in clear' arrived old TLS
like 'T05 the failure is logged' "$(cat "$T/err")" 'event=tls-failed'
send 2526 name
like 'T05 not required: a wrong certificate does not stop mail' "$SAID" '^sent '
ok 'T05 which comes' wait_for 5 arrived name 'by mx.b.example'
not_ok 'T05 in clear' arrived name TLS

conf tlsrequired mx.b.example
wait_for 5 test "$(files "$BOX")" = 4
before=$(files "$BOX")
for port in 2526 2527 2528 2529; do
	case $port in
	2526)	why='a certificate for another name' ;;
	2527)	why='a certificate from a stranger' ;;
	2528)	why='a handshake that fails' ;;
	2529)	why='no STARTTLS' ;;
	esac
	send $port required
	like "T05 required: $why defers" "$SAID" \
	    '^deferred - bob@b.example 000 4\.7\.[45] '
done
sleep 0.5
is 'T05 required: nothing came, not in clear either' "$(files "$BOX")" "$before"
is 'T05 required: no MAIL was said' "$(grep -c 'client=' /etc/postfix/log)" 4
send 2525 checked
like 'T05 required: a good certificate' "$SAID" '^sent '
ok 'T05 required: it came by TLS' wait_for 5 arrived checked 'using TLSv1'

# ---- one connection ----

i=0
while [ $i -lt 100 ]; do
	i=$((i + 1))
	QUEUE_COUNT=$i
	printf 'Subject: number %s\n\nx\n' $i >m
	queue_file a@a.example bob@b.example <m >>names
done
rm -rf "${BOX:?}"/*
: >/etc/postfix/log
SAID=$(sed "s|^|$SPOOL/new/|" names | as_user timeout 60 qsend -c "$CONF" \
    -p 2525 '[mx.b.example]' 2>err)
is 'T05 100 messages are sent' "$(printf '%s\n' "$SAID" | grep -c ^sent)" 100
is 'T05 over one TLS connection' \
    "$(grep -c 'TLS connection established' /etc/postfix/log)" 1
is 'T05 and one that only asked for it' "$(grep -c ' connect from' /etc/postfix/log)" 2
came()
{
	[ "$(grep -rlE 'using TLSv1' "$BOX" | wc -l)" = 100 ]
}
ok 'T05 all came by TLS' wait_for 20 came
rm -f "$SPOOL"/new/*

# ---- a smarthost: ours, with AUTH under TLS ----

here=$CONF spool=$SPOOL
mk_site "$T/smart"
conf me smart.example
mailbox relay@smart.example 'open sesame'
printf 'a@a.example\n' >"$MAILBOX/.senders"
owned "$MAILBOX"
start env REQUIREAUTH=1 REQUIRETLS=1 tcpserver -HR -l smart.example 127.0.0.1 \
    587 $AS_USER ucspitls "$T/smart.pem" "$T/smart.key" smtpd -c "$CONF" \
    checkpw cat .senders 2>"$T/smart.log"
listens 10 587
SMART=$SPOOL CONF=$here SPOOL=$spool
conf smtproutes ':smart.example:587'
conf tlsrequired smart.example
conf smtpauth 'smart.example relay@smart.example wrong'
chmod 600 "$CONF/smtpauth"
printf 'Subject: by relay\n\nx\n' >m
queue_file a@a.example carol@far.example <m >/dev/null
as_user qrun -c "$CONF" 2>log
like 'A05 a wrong password at the smarthost: the mail waits' "$(cat log)" \
    'event=deferred .*to=carol@far.example code=535'
is 'A05 nothing was taken' "$(files "$SMART/new")" 0
like 'A05 mailq says why' "$(as_user mailq -c "$CONF")" \
    'carol@far.example	.*	535 4\.7\.8 '
conf smtpauth 'smart.example relay@smart.example open sesame'
chmod 600 "$CONF/smtpauth"
for f in "$SPOOL"/defer/*; do
	mv "$f" "$SPOOL/defer/1.${f#*/defer/*.}"
done
as_user qrun -c "$CONF" 2>log
like 'A06 A09 with the right one it goes' "$(cat log)" \
    'event=sent .*to=carol@far.example code=250'
like 'A07 the smarthost has it by TLS and login' "$(cat "$SMART"/new/*)" \
    'with ESMTPSA id'
is 'A08 the sender is one that the login may use' \
    "$(sed -n 1p "$SMART"/new/*)" 'Return-Path: <a@a.example>'
unlike 'SEC-S16 no log has the password' "$(cat log "$T/smart.log")" sesame
done_testing
