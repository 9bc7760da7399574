# run by "bare" where README's commands have been: a working server
# shellcheck shell=sh
. "${0%/*}/../lib.sh"
: "${UNDER:=the super-server}"

ALICE=/var/vmail/example.org/alice/Maildir
has_mail() { [ -n "$(find "$ALICE" "$1" -type f -path '*/new/*' 2>/dev/null)" ]; }
is "$UNDER: conf/check finds nothing" "$(/usr/local/share/pennypost/check)" ''
ok "$UNDER: somebody listens on port 25" freeport 25
ok "$UNDER: and on port 110" freeport 110
if [ "$UNDER" = tcpserver ] || [ "$UNDER" = systemd ]; then
	ok 'the message typed in README arrives' wait_for 20 has_mail "$ALICE"
	is 'and no other waits' "$(mailq)" ''
fi
cat >"$T/smtp" <<'END'
# a message for bob comes in by SMTP
S: 220 mail.example.org ...
C: EHLO crepes.fr
S~ 250 ...
C: MAIL FROM:<x@crepes.fr>
S: 250 ...
C: RCPT TO:<bob@example.org>
S: 250 ...
C: RCPT TO:<root@mail.example.org>
S: 250 ...
C: RCPT TO:<nobody@example.org>
S: 550 ...
C: DATA
S: 354 ...
C: Subject: ketchup
C:
C: Do you like ketchup?
C: .
S: 250 ...
C: QUIT
S: 221 ...
S!
END
rm -rf /home/bob/Maildir "$ALICE"
session "$T/smtp" 127.0.0.1 25
ok "$UNDER: bob, who has an account, gets it" wait_for 20 has_mail /home/bob/Maildir
is "$UNDER: as bob" "$(stat -c %U /home/bob/Maildir/new/*)" bob
ok "$UNDER: and alice root's" wait_for 20 has_mail "$ALICE"
cat >"$T/pop3" <<'END'
# and alice fetches it by POP3
S: +OK ...
C: user alice@example.org
S: +OK...
C: pass ketchup
S: +OK...
C: retr 1
S: +OK...
S~ Subject: ketchup
S~ .
C: quit
S: +OK...
S!
END
session "$T/pop3" 127.0.0.1 110
if [ "$UNDER" = tcpserver ]; then
	like 'multilog has the log' "$(cat /var/lib/pennypost/*/log/main/current)" \
	    '^@[0-9a-f]+ smtpd: event=queued'
fi
is 'inject is setgid, nothing setuid' "$(find /usr/local -type f -perm /6000)" \
    /usr/local/bin/inject
ok 'the manuals are there' test -f /usr/local/share/man/man8/smtpd.8
done_testing
