# limit: 60
# the real stunnel with the shipped file: implicit TLS, and AUTH under it
# shellcheck shell=sh
. "${0%/*}/machine.sh"
need openssl curl
command -v stunnel4 >/dev/null || command -v stunnel >/dev/null ||
    skip_all 'stunnel4 is not installed'

machine
start_remote
start_qrun
mkdir -p /etc/ssl/private
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=hamburger.edu \
    -keyout "$T/key" -out "$T/cert" 2>/dev/null
cat "$T/key" "$T/cert" >/etc/ssl/private/mail.pem
chmod 600 /etc/ssl/private/mail.pem
shipped stunnel.conf >/etc/stunnel.conf
"$(command -v stunnel4 || command -v stunnel)" /etc/stunnel.conf \
    >"$T/stunnel.log" 2>&1 &
freeport 465 && freeport 995 && freeport 587 || diag "$(cat "$T/stunnel.log")"
printf 'From: bob@hamburger.edu\r\nSubject: by TLS\r\n\r\nhello\r\n' >"$T/m"
ok 'smtps: curl logs in and sends to elsewhere' curl -sS -k -m 15 \
    --interface 127.0.0.9 --url smtps://127.0.0.1:465 -u bob:hungry \
    --mail-from bob@hamburger.edu --mail-rcpt alice@crepes.fr \
    --upload-file "$T/m"
ok 'smtps: it arrives there' wait_for 15 grep -q '^Subject: by TLS' \
    "$T/remote.log"
like "smtps: with the client's address" "$(cat "$T/remote.log")" \
    'Received: .*\[127\.0\.0\.9\]'
echo alice@hamburger.edu >/home/bob/.senders
chown bob: /home/bob/.senders
ok 'smtps: under a name in .senders' curl -sS -k -m 15 \
    --url smtps://127.0.0.1:465 -u bob:hungry --mail-from alice@hamburger.edu \
    --mail-rcpt alice@crepes.fr --upload-file "$T/m"
not_ok 'smtps: not with a wrong password' curl -sS -k -m 15 \
    --url smtps://127.0.0.1:465 -u bob:wrong --mail-from bob@hamburger.edu \
    --mail-rcpt alice@crepes.fr --upload-file "$T/m"
not_ok 'smtps: not under the name of another' curl -sS -k -m 15 \
    --url smtps://127.0.0.1:465 -u bob:hungry --mail-from carol@hamburger.edu \
    --mail-rcpt alice@crepes.fr --upload-file "$T/m"

# ---- port 587: STARTTLS, by stunnel's own words until TLS is there ----

: >"$T/remote.log"
ok 'submission: curl asks for STARTTLS, logs in and sends to elsewhere' curl -sS \
    -k -m 15 --ssl-reqd --interface 127.0.0.9 --url smtp://127.0.0.1:587 \
    -u bob:hungry --mail-from bob@hamburger.edu --mail-rcpt alice@crepes.fr \
    --upload-file "$T/m"
ok 'submission: it arrives there' wait_for 15 grep -q '^Subject: by TLS' \
    "$T/remote.log"
like "submission: with the client's address, and as a login under TLS" \
    "$(cat "$T/remote.log")" \
    'Received: .*\[127\.0\.0\.9\]'
like 'submission: ESMTPSA' "$(cat "$T/remote.log")" 'with ESMTPSA id'
not_ok 'submission: not with a wrong password' curl -sS -k -m 15 --ssl-reqd \
    --url smtp://127.0.0.1:587 -u bob:wrong --mail-from bob@hamburger.edu \
    --mail-rcpt alice@crepes.fr --upload-file "$T/m"
not_ok 'submission: not without a login' curl -sS -k -m 15 --ssl-reqd \
    --url smtp://127.0.0.1:587 --mail-from bob@hamburger.edu \
    --mail-rcpt bob@hamburger.edu --upload-file "$T/m"
not_ok 'submission: no login without TLS' curl -sS -m 15 \
    --url smtp://127.0.0.1:587 -u bob:hungry --mail-from bob@hamburger.edu \
    --mail-rcpt alice@crepes.fr --upload-file "$T/m"
said=$( (printf 'EHLO a\r\nSTARTTLS\r\nEHLO evil\r\nNOOP\r\n'; sleep 2) |
    limit 10 nc 127.0.0.1 587 2>/dev/null)
unlike 'SEC-S2 submission: nothing behind STARTTLS is answered' "$said" \
    '^250 2.0.0|evil'

inject bob <"$T/m"
arrives 1 "$BOB"
like 'pop3s: curl fetches' "$(curl -sS -k -m 15 --url pop3s://127.0.0.1:995/1 \
    -u bob:hungry)" '^Subject: by TLS'
like "the log has the client's address" "$(cat "$T/stunnel.log" /var/log/mail.log)" \
    'event=login ip=127\.0\.0\.9 user=bob'
done_testing
