# limit: 60
# README's "ONE USER FOR ALL": its commands, and what they promise
# shellcheck shell=sh
. "${0%/*}/machine.sh"
need setpriv

bare
make -s -C "$TOP" install >/dev/null 2>&1
awk '/^ONE USER FOR ALL/ { on = 1; next } /^[A-Z][A-Z]/ { on = 0 }
    on && /^\t/ { sub(/^\t/, ""); print }' "$TOP/README" >"$T/commands"
ok 'there are commands' test "$(wc -l <"$T/commands")" -gt 8
said=$(sh -ex "$T/commands" 2>&1)
is 'they work' "$? $(printf '%s\n' "$said" | grep -v '^+')" '0 '
pp() { setpriv --reuid pp --regid pp --init-groups "$@"; }
A=/var/vmail/mail.example.org/alice
mkhash ketchup >$A/.password
chown pp: $A/.password
chmod 600 $A/.password
printf 'HELO x\nMAIL FROM:<a@crepes.fr>\nRCPT TO:<alice@mail.example.org>\nDATA\nSubject: in\n\nx\n.\nQUIT\n' |
    pp smtpd -l >"$T/smtp" 2>&1
like 'smtpd takes a message' "$(cat "$T/smtp")" '^250 2.0.0 queued'
echo x | inject root
echo x | pp inject alice
chmod 755 "$T"
not_ok 'another user cannot send' setpriv --reuid nobody --regid nogroup \
    --clear-groups sh -c 'echo x | inject alice'
pp qrun 2>"$T/log"
is 'qrun delivers the three' "$(files $A/Maildir/new)" 3
is 'as pp' "$(stat -c %U $A/Maildir/new/* | sort -u)" pp
like 'pop3auth lets alice in' "$(printf 'user alice\r\npass ketchup\r\nstat\r\nquit\r\n' |
    pp pop3auth checkpw pop3d Maildir 2>/dev/null)" '^.OK 3 '
is 'conf/check finds nothing' "$(/usr/local/share/pennypost/check)" ''

# ---- make uninstall leaves settings and mail, and nothing else ----

make -s -C "$TOP" uninstall
is 'uninstall removes all that install made' \
    "$(find /usr/local \( -name '*penny*' -o -name 'pop3*' -o -name 'q*' -o -name 'smtpd*' -o -name sendmail -o -name '*.8' \) ! -type d)" ''
ok 'and leaves the mail' test -d $A/Maildir/new
make -s -C "$TOP" install DESTDIR="$T/dest" >/dev/null
is 'DESTDIR: everything is below it' "$(find /usr/local/bin -type f | wc -l)" 0
ok 'DESTDIR: and there' test -x "$T/dest/usr/local/bin/smtpd"
not_ok 'a binary built for another PREFIX is not installed' \
    make -s -C "$TOP" install DESTDIR="$T/dest2" PREFIX=/opt/other
done_testing
