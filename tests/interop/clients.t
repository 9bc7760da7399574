# limit: 120
# real programs send by sendmail and by SMTP, and fetch by POP3; what arrives is
# what was sent
# shellcheck shell=sh
# shellcheck disable=SC2034
FETCH='bsd-mailx liblockfile1 liblockfile-bin'
. "${0%/*}/machine.sh"
need tcpserver

machine
start_remote
start_qrun
(
	mkdir /etc/smtp && cd /etc/smtp || exit
	tcprules rules.cdb rules.tmp <$SHARE/tcpserver/rules
	shipped tcpserver/smtp/run >run
	exec sh run
) >>"$T/log" 2>&1 &
(shipped tcpserver/pop3/run >/etc/pop3.run && exec sh /etc/pop3.run) >>"$T/log" 2>&1 &
env ALLOWPLAINAUTH=1 REQUIREAUTH=1 UID="$(id -u pp-smtp)" GID="$(id -g pp-smtp)" \
    tcpserver -HR -l 0 127.0.0.1 587 smtpd checkpw $SHARE/senders >>"$T/log" 2>&1 &
freeport 25 && freeport 110 && freeport 587

# The body that must arrive: dots, 8 bits, From, a long line, no end of line left.
{
	printf '.\n..\n.x\nFrom here on\n>From there\n안녕, Bob!\n\n'
	awk 'BEGIN { for (i = 0; i < 90; i++) printf "0123456789"; print "" }'
	printf 'last line\n'
} >"$T/body"
{
	printf 'From: carol@hamburger.edu\nTo: bob@hamburger.edu\nSubject: test\n'
	printf 'MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n'
	printf 'Content-Transfer-Encoding: 8bit\n\n'
	cat "$T/body"
} >"$T/m"
sed 's/$/\r/' "$T/m" >"$T/m.crlf"
{
	printf 'Date: Sat, 21 Nov 2026 00:00:00 +0000\r\n'
	cat "$T/m.crlf"
} >"$T/m.dated"
sed 1d "$T/body" >"$T/body.nodot"	# where a lone dot is the user's end
chmod 755 "$T"
chmod 644 "$T"/m* "$T"/body*

body() { sed '1,/^\r*$/d' "$1"; }

# carol COMMAND: as a user who has no rights
carol() { (cd /home/carol && su carol -s /bin/sh -c "$1") </dev/null 2>&1; }

# sends NAME PROGRAM COMMAND [BODY]: bob gets the body
sends()
{
	command -v "${2##* }" >/dev/null || { skip "$1" "$2 is not installed"; return; }
	rm -rf "$BOB"
	said=$(carol "$3") || { fail "$1 sends" "$said"; return; }
	arrives 1 "$BOB" || { fail "$1: the mail arrives" "$said
$(tail -n 5 "$T/qrun.log" "$T/log")"; return; }
	pass "$1 sends"
	body "$BOB"/new/* >"$T/got"
	case $1 in
	swaks*)	sed -i '$d' "$T/got" ;;	# it adds an empty line
	esac
	same "$1: what arrives is what was sent" "$T/got" "${4-$T/body}"
	head=$(sed '/^$/q' "$BOB"/new/*)
	like "$1: there is a From and a Date" "$(printf '%s\n' "$head" |
	    grep -cE '^(From|Date): ')" 2
}

AUTH='-u bob:hungry'
sends 'curl, SMTP' curl "curl -sS -m 10 smtp://127.0.0.1:25 \
    --mail-from carol@hamburger.edu --mail-rcpt bob@hamburger.edu -T $T/m.dated"
sends 'curl, submission' curl "curl -sS -m 10 smtp://127.0.0.1:587 $AUTH \
    --mail-from bob@hamburger.edu --mail-rcpt bob@hamburger.edu -T $T/m.crlf"
sends 'swaks' swaks "swaks -n --server 127.0.0.1 --from carol@hamburger.edu \
    --to bob@hamburger.edu --ehlo carol.example \
    --data - <$T/m.dated"
sends 'swaks, AUTH LOGIN' swaks "swaks -n --server 127.0.0.1:587 --from bob@hamburger.edu \
    --to bob@hamburger.edu --auth LOGIN --auth-user bob --auth-password hungry \
    --ehlo carol.example --data - <$T/m"
sends 's-nail, sendmail' s-nail "s-nail -n -Smta=/usr/sbin/sendmail -Sttycharset=utf-8 \
    -Smime-encoding=8b -s test bob@hamburger.edu <$T/body"
sends 's-nail, SMTP' s-nail "s-nail -n -Smta=smtp://127.0.0.1 -Sttycharset=utf-8 \
    -Ssmtp-auth=none -Smime-encoding=8b -Sfrom=carol@hamburger.edu -s test bob@hamburger.edu <$T/body"
sends 'mutt' mutt "LC_ALL=C.UTF-8 mutt -n -e 'set allow_8bit=yes use_from=yes copy=no' \
    -s test bob@hamburger.edu <$T/body"
sends 'mailutils' mail.mailutils "LC_ALL=C.UTF-8 mail.mailutils -s test \
    -M -a 'MIME-Version: 1.0' bob@hamburger.edu <$T/body.nodot" "$T/body.nodot"
sends 'bsd-mailx' bsd-mailx "bsd-mailx -s test bob@hamburger.edu <$T/body"
sends 'msmtp' msmtp "msmtp --file=/dev/null --host=127.0.0.1 --port=587 --auth=plain --tls=off \
    --user=bob --passwordeval='echo hungry' -f bob@hamburger.edu bob@hamburger.edu <$T/m"
sends 'sendmail -t -i (PHP)' sendmail "/usr/sbin/sendmail -t -i <$T/m"
sends '/usr/lib/sendmail' sendmail "/usr/lib/sendmail -oi -oem -- bob@hamburger.edu <$T/m"
sends 'python3, smtplib' python3 "python3 -c '
import smtplib
s = smtplib.SMTP(\"127.0.0.1\", 587)
s.login(\"bob\", \"hungry\")
s.sendmail(\"bob@hamburger.edu\", [\"bob@hamburger.edu\"], open(\"$T/m.crlf\", \"rb\").read())
s.quit()'"

# ---- git send-email ----

if command -v git >/dev/null && [ -x "$(git --exec-path)/git-send-email" ]; then
	carol "git config --global user.name Carol
	git config --global user.email carol@hamburger.edu
	git init -q repo && cd repo && echo 안녕 >file && git add file &&
	git commit -q -m 'file: say hello' && git format-patch -q -1 --root" >/dev/null
	rm -rf "$BOB"
	said=$(carol 'cd repo && git send-email --confirm=never --to=bob@hamburger.edu 0001*')
	ok "git send-email, sendmail" arrives 1 "$BOB"
	like 'git send-email: the patch is whole' "$(cat "$BOB"/new/* 2>&1)" '^\+안녕'
	rm -rf "$BOB"
	said=$(carol 'cd repo && git send-email --confirm=never --smtp-server=127.0.0.1 --smtp-server-port=25 --suppress-cc=all --to=bob@hamburger.edu 0001*')
	ok 'git send-email, SMTP' arrives 1 "$BOB"
	carol 'git clone -q repo other && cd other && git reset -q --hard && git checkout -q --orphan new && git rm -qf file' >/dev/null
	cp "$BOB"/new/* "$T/patch" 2>/dev/null
	chmod 644 "$T/patch"
	like 'git am takes it' "$(carol "cd other && git am <$T/patch 2>&1")" 'Applying: file: say hello'
else
	skip 'git send-email' 'git-email is not installed'
fi

# ---- cron ----

rm -rf "$BOB"
if command -v cron >/dev/null; then
	echo '@reboot root echo the output of a job' >/etc/cron.d/test
	rm -f /etc/cron.d/[!t]*
	cron -f &
	ok 'cron: its mail to root reaches bob' arrives 1 "$BOB"
	like 'cron: with the output' "$(cat "$BOB"/new/* 2>&1)" '^the output of a job$'
	like 'cron: and its subject' "$(cat "$BOB"/new/* 2>&1)" '^Subject: Cron <root@mail.*> echo'
else
	skip 'cron' 'cron is not installed'
fi
rm -rf "$BOB"
printf 'From: root (Cron Daemon)\nTo: root\nSubject: Cron\n\nx\n' |
    /usr/sbin/sendmail -i -FCronDaemon -B8BITMIME -oem root
ok "cron's other way to call sendmail" arrives 1 "$BOB"

# ---- fetchers ----

# fetches NAME PROGRAM COMMAND FILE: carol runs it and FILE has the body
fetches()
{
	command -v "$2" >/dev/null || { skip "$1" "$2 is not installed"; return; }
	rm -rf "$BOB"
	/usr/sbin/sendmail -t -i <"$T/m"
	/usr/sbin/sendmail -t -i <"$T/m"
	arrives 2 "$BOB" || { fail "$1: mail to fetch"; return; }
	said=$(carol "rm -rf in; mkdir -p in/new in/cur in/tmp; $3")
	set -- "$1" "$(find /home/carol/in -type f ! -name uidls | head -n 1)"
	[ -n "$2" ] || { fail "$1 fetches" "$said"; return; }
	pass "$1 fetches"
	body "$2" | tr -d '\r' >"$T/got"
	same "$1: what is fetched is what was sent" "$T/got" "$T/body"
	printf '%s\n' "$said" >"$T/said"
}

left() { echo $(($(files "$BOB/new") + $(files "$BOB/cur"))); }
cat >/home/carol/fetchmailrc <<'END'
poll 127.0.0.1 protocol pop3 user bob password hungry
    no sslcertck sslproto '' mda "cat >>/home/carol/in/fetched.eml.$$" fetchall
END
cat >/home/carol/getmailrc <<'END'
[retriever]
type = SimplePOP3Retriever
server = 127.0.0.1
username = bob
password = hungry
[destination]
type = Maildir
path = ~/in/
[options]
delete = true
END
chown carol: /home/carol/*rc
chmod 600 /home/carol/*rc
fetches curl curl 'curl -sS -m 10 pop3://bob:hungry@127.0.0.1/1 >in/1.eml'
is 'curl: LIST' "$(carol 'curl -sS -m 10 pop3://bob:hungry@127.0.0.1/' | grep -c '^[12] ')" 2
fetches fetchmail fetchmail 'fetchmail -f fetchmailrc --mda "cat >in/%T.\$\$.eml"'
command -v fetchmail >/dev/null &&
	is 'fetchmail: has removed them' "$(left)" 0
fetches getmail6 getmail 'getmail --getmaildir=/home/carol --rcfile=getmailrc'
command -v getmail >/dev/null && is 'getmail6: has removed them' "$(left)" 0
fetches mpop mpop 'mpop --file=/dev/null --host=127.0.0.1 --user=bob --tls=off --auth=user \
    --passwordeval="echo hungry" --delivery=maildir,in --uidls-file=uidls --keep=on'
command -v mpop >/dev/null && is 'mpop: has kept them' "$(left)" 2
fetches 'python3, poplib' python3 'python3 -c "
import poplib
p = poplib.POP3(\"127.0.0.1\")
p.user(\"bob\"); p.pass_(\"hungry\")
open(\"in/1.eml\", \"wb\").write(b\"\n\".join(p.retr(1)[1]) + b\"\n\")
p.quit()"'
is 'all logins were real' "$(grep -c 'event=session ip=127.0.0.1 user=bob' "$T/log")" \
    "$(grep -c 'event=session' "$T/log")"
done_testing
