#!/bin/sh
# STARTTLS, STLS and AUTH with real clients over a real TLS library
# limit: 90
# shellcheck disable=SC1091,SC2094,SC2154
. "${0%/*}/../lib.sh"
. "$TESTS/tls/tls.sh"

super_server >/dev/null || skip_all 'no super-server'
authority ca
certificate server ca localhost
CA=$T/ca.pem

mk_site
mailbox bob@hamburger.edu hungry
BOB=$MAILBOX
echo sales@hamburger.edu >"$BOB/.senders"
owned "$BOB/.senders"
conf requiretls 1
unset ALLOWPLAINAUTH REQUIREAUTH REQUIRETLS

# tls_port NAME program ...: behind the terminator; the port is $NAME
tls_port()
{
	eval "$1=$(free_port)"
	eval "port=\$$1"
	shift
	serve "$port" ucspitls "$T/server.pem" "$T/server.key" "$@"
}
tls_port SMTP smtpd -c "$CONF"
REQUIREAUTH=1
export REQUIREAUTH
tls_port SUBMISSION smtpd -c "$CONF" checkpw cat .senders
unset REQUIREAUTH
tls_port POP3 pop3auth -c "$CONF" checkpw pop3d -c "$CONF" Maildir
LOGS="$T/$SMTP.log $T/$SUBMISSION.log $T/$POP3.log"

# has TOOL TEST: it is there, or the test is skipped
has()
{
	command -v "$1" >/dev/null && return
	skip "$2" "no $1"
	return 1
}

# queued ERE: that is in the one file in the queue, which is then removed
queued()
{
	f=$(only "$SPOOL/new") && grep -Eq "$1" "$f"
	status=$?
	rm -f "$SPOOL"/new/*
	return "$status"
}

# ---- STARTTLS and STLS ----

printf 'EHLO me.example\r\nMAIL FROM:<a@crepes.fr>\r\nRCPT TO:<bob@hamburger.edu>\r\nDATA\r\nSubject: x\r\n\r\nx\r\n.\r\nQUIT\r\n' >smtp
timeout 20 openssl s_client -quiet -starttls smtp -connect "localhost:$SMTP" \
    -CAfile "$CA" -verify_return_error -verify_hostname localhost <smtp \
    >said 2>err
like 'T01 openssl s_client: mail is taken' "$(cat said)" '^250 2.0.0 queued'
unlike 'T01 STARTTLS is not offered again' "$(cat said)" STARTTLS
ok 'T03 D11 as ESMTPS, by the name given inside' \
    queued '^Received: from me.example .* with ESMTPS id|^	.*with ESMTPS id'

if has swaks 'T01 swaks'; then
	ok 'T01 swaks --tls' timeout 20 swaks -s localhost -p "$SMTP" --tls \
	    --tls-verify --tls-ca-path "$CA" -f a@crepes.fr \
	    -t bob@hamburger.edu
	ok 'T01 swaks: queued' queued 'with ESMTPS id'
fi
if has curl 'T01 curl'; then
	ok 'T01 curl --ssl-reqd' curl -sS -m 20 --ssl-reqd --cacert "$CA" \
	    "smtp://localhost:$SMTP" --mail-from a@crepes.fr \
	    --mail-rcpt bob@hamburger.edu -T smtp
	ok 'T01 curl: queued' queued 'with ESMTPS id'
fi
ok 'T04 mail without TLS is taken, too' curl -sS -m 20 \
    "smtp://localhost:$SMTP" --mail-from a@crepes.fr \
    --mail-rcpt bob@hamburger.edu -T smtp
ok 'T04 without TLS: queued' queued 'with ESMTP id'

mkdir -p "$BOB/Maildir/new" "$BOB/Maildir/cur" "$BOB/Maildir/tmp"
printf 'Subject: waiting\n\nx\n' >"$BOB/Maildir/new/1.M1.host"
owned "$BOB"
printf 'CAPA\r\nUSER bob\r\nPASS hungry\r\nSTAT\r\nQUIT\r\n' >pop3
timeout 20 openssl s_client -quiet -starttls pop3 -connect "localhost:$POP3" \
    -CAfile "$CA" -verify_return_error <pop3 >said 2>err
like 'P15 openssl s_client: STAT' "$(cat said)" '^\+OK 1 [0-9]+'
unlike 'P15 STLS is not offered again' "$(cat said)" '^STLS'
has curl 'P15 curl' &&
    like 'P15 curl --ssl-reqd' "$(curl -sS -m 20 --ssl-reqd --cacert "$CA" \
    "pop3://localhost:$POP3/1" -u bob:hungry)" '^Subject: waiting'
has curl 'P15 in clear' &&
    exits 'P15 no password in clear' 67 curl -sS -m 20 \
    "pop3://localhost:$POP3/1" -u bob:hungry
if has fetchmail 'P15 fetchmail'; then
	cat >fetchmailrc <<END
poll localhost protocol pop3 port $POP3 user bob password hungry
sslproto 'TLS1.2+' sslcertck sslcertfile $CA
mda "cat >$T/home/fetched" keep
END
	chmod 600 fetchmailrc
	owned fetchmailrc
	exits 'P15 fetchmail --sslproto' 0 as_user env HOME="$T/home" \
	    FETCHMAILHOME="$T/home" timeout 20 fetchmail -f "$T/fetchmailrc"
	like 'P15 fetchmail has it' "$(cat home/fetched)" '^Subject: waiting'
fi

# ---- commands in clear behind STARTTLS ----

cat >inject.py <<'END'
import socket, ssl, sys, time

def attack(port, start, behind, pause):
    """What the server says after STARTTLS, in clear and, if it can be had,
    inside TLS."""
    s = socket.create_connection(('127.0.0.1', port), 10)
    s.settimeout(10)
    said = s.recv(4096)
    s.sendall(b'EHLO x\r\n' if start == b'STARTTLS' else b'CAPA\r\n')
    while not (b'250 ' in said or b'\r\n.\r\n' in said):
        said += s.recv(4096)
    said = b''
    try:
        s.sendall(start + b'\r\n' + (behind if pause is None else b''))
        if pause is not None:
            time.sleep(pause)
            s.sendall(behind)
        said = s.recv(4096)
        context = ssl._create_unverified_context()
        with context.wrap_socket(s) as t:
            t.settimeout(3)
            while True:
                more = t.recv(4096)
                if not more:
                    break
                said += more
    except (OSError, ssl.SSLError):
        pass
    return said

port, start = int(sys.argv[1]), sys.argv[2].encode()
behind = sys.argv[3].encode().decode('unicode_escape').encode()
for pause in [None, 0] + [n / 2000 for n in range(1, 12)]:
    said = attack(port, start, behind, pause)
    lines = [l for l in said.split(b'\r\n') if l]
    bad = [l for l in lines[1:] if l[:4] in (b'250 ', b'250-', b'+OK ', b'221 ')]
    if bad or len(lines) > 1:
        print(pause, said)
END
is 'T02 SEC-S2 RSET behind STARTTLS is never executed' \
    "$(python3 inject.py "$SMTP" STARTTLS 'RSET\r\n')" ''
is 'T02 SEC-S2 nor is a transaction' "$(python3 inject.py "$SMTP" STARTTLS \
    'EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<bob@hamburger.edu>\r\nDATA\r\n')" ''
is 'P15 SEC-S2 USER behind STLS is never executed' \
    "$(python3 inject.py "$POP3" STLS 'USER bob\r\nPASS hungry\r\n')" ''
is 'T02 SEC-S2 nothing is queued' "$(files "$SPOOL/new")" 0
like 'T02 and it was refused' "$(cat "$T/$SMTP.log")" 'code=503 .*STARTTLS'

# ---- AUTH, on the port for submission ----

# swaks_auth WHAT STATUS [OPTION ...]
swaks_auth()
{
	what=$1 want=$2
	shift 2
	exits "$what" "$want" timeout 20 swaks -s localhost -p "$SUBMISSION" \
	    --tls --tls-verify --tls-ca-path "$CA" -t dave@elsewhere.example "$@"
}

if has swaks 'A01 swaks'; then
	for m in PLAIN LOGIN; do
		swaks_auth "A09 $m with the right password" 0 --auth $m \
		    -au bob@hamburger.edu -ap hungry -f bob@hamburger.edu
		ok "A07 $m: queued as ESMTPSA" queued 'with ESMTPSA id'
		swaks_auth "A05 $m with a wrong password" 28 --auth $m \
		    -au bob@hamburger.edu -ap wrong -f bob@hamburger.edu
	done
	swaks_auth 'A08 a sender of another is refused' 23 --auth PLAIN \
	    -au bob@hamburger.edu -ap hungry -f carol@hamburger.edu
	swaks_auth 'A08 one in .senders is not' 0 --auth PLAIN \
	    -au bob@hamburger.edu -ap hungry -f sales@hamburger.edu
	ok 'A08 queued' queued '^Return-Path: <sales@'
	swaks_auth 'T04 without a login nothing is taken' 23 \
	    -f bob@hamburger.edu
	is 'T04 nothing is queued' "$(files "$SPOOL/new")" 0
fi

cat >auth.py <<'END'
import smtplib, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[2])
with smtplib.SMTP('localhost', int(sys.argv[1]), timeout=10) as s:
    s.ehlo()
    print('clear', s.has_extn('auth'), s.docmd('AUTH', 'PLAIN AHgAeA==')[0])
    s.starttls(context=context)
    s.ehlo()
    print('offered', s.esmtp_features['auth'])
    for mechanism in 'PLAIN', 'LOGIN':
        print(mechanism, s.docmd('AUTH', mechanism)[0], s.docmd('*')[0])
    print('half', s.docmd('AUTH', 'LOGIN')[0], s.docmd('Ym9i')[0],
          s.docmd('*')[0])
    print('long', s.docmd('AUTH', 'PLAIN ' + 'A' * 13000)[0])
    print('longer', s.docmd('AUTH', 'LOGIN')[0], s.docmd('A' * 100000)[0])
    print('fits', s.docmd('AUTH', 'PLAIN ' + 'A' * 12000)[0])
    print('junk', s.docmd('AUTH', 'PLAIN !!!')[0])
    print('noop', s.noop()[0])
END
python3 auth.py "$SUBMISSION" "$CA" >said 2>&1
like 'A01 in clear AUTH is neither offered nor taken' "$(cat said)" \
    '^clear False 534$'
like 'A01 under TLS it is offered' "$(cat said)" '^offered +PLAIN LOGIN$'
like 'A04 PLAIN is cancelled' "$(cat said)" '^PLAIN 334 501$'
like 'A04 LOGIN is cancelled' "$(cat said)" '^LOGIN 334 501$'
like 'A04 LOGIN is cancelled after the name' "$(cat said)" '^half 334 334 501$'
like 'A03 an over-long line' "$(cat said)" '^long 500$'
like 'A03 an over-long answer' "$(cat said)" '^longer 334 500$'
like 'A03 the longest line is read' "$(cat said)" '^fits (535|501)$'
like 'A03 no base64' "$(cat said)" '^junk 501$'
like 'A03 the session goes on' "$(cat said)" '^noop 250$'

if has msmtp 'A09 msmtp'; then
	cat >msmtprc <<END
account default
host localhost
port $SUBMISSION
tls on
tls_starttls on
tls_trust_file $CA
auth plain
user bob@hamburger.edu
password hungry
from bob@hamburger.edu
END
	chmod 600 msmtprc
	printf 'From: bob@hamburger.edu\nSubject: msmtp\n\nx\n' >m
	exits 'A09 msmtp submits by STARTTLS and AUTH' 0 timeout 20 \
	    msmtp -C msmtprc dave@elsewhere.example <m
	ok 'A09 msmtp: queued, with the Date that it lacked' queued '^Date: '
	not_ok 'A08 msmtp: not for another' timeout 20 msmtp -C msmtprc \
	    -f carol@hamburger.edu dave@elsewhere.example <m
fi

if git send-email -h 2>&1 | grep -q smtp && perl -MAuthen::SASL -e 1; then
	mkdir work
	HOME=$T/home
	export HOME
	git -C work init -q
	echo hello >work/file
	git -C work add file
	git -C work -c user.name=Bob -c user.email=bob@hamburger.edu \
	    commit -qm 'file: say hello'
	git -C work format-patch -q -1 -o "$T/patches" --root
	ok 'A09 git send-email submits by STARTTLS and AUTH' timeout 30 \
	    git -C work send-email --quiet --confirm=never \
	    --from bob@hamburger.edu --to dave@elsewhere.example \
	    --smtp-server localhost --smtp-server-port "$SUBMISSION" \
	    --smtp-encryption tls --smtp-ssl-cert-path "$CA" \
	    --smtp-user bob@hamburger.edu --smtp-pass hungry \
	    --suppress-cc all "$T/patches"/*
	ok 'A09 git send-email: queued' queued '^Subject: \[PATCH\] file: say'
else
	skip 'A09 git send-email' 'no git send-email, or no Authen::SASL'
fi

# shellcheck disable=SC2086
unlike 'SEC-S16 no log has a password' "$(cat $LOGS)" hungry
done_testing
