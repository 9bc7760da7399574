# what can be said of the shipped files without root
# shellcheck shell=sh
. "$(dirname "$0")/../lib.sh"

cd "$TOP/conf" || exit 1
known=$(grep -o 's|@[A-Z_]*@|' setup | tr -d 's|' | sort -u)
used=$(grep -rhoE '@[A-Z_]+@' crontab inetd.conf stunnel.conf s6 systemd tcpserver \
    xinetd | sort -u)
is 'setup -p fills in every placeholder' "$used" "$known"
is 'no service file names a program of ours that is not there' \
    "$(grep -rhoE '@BINDIR@/[a-z0-9]+' . | sed 's|.*/||' | sort -u |
    while read -r program; do
	ls "$TOP"/*/"$program" >/dev/null 2>&1 || echo "$program"
    done)" ''
is 'whatever starts qrun has a PATH with qsend in it' \
    "$(grep -rlE '(@BINDIR@/|exec )qrun' . | xargs grep -L 'PATH=@BINDIR@:')" ''
mkdir "$T/cron"
printf '#!/bin/sh\necho "qrun: event=delivered" >&2\n' >"$T/cron/qrun"
chmod 755 "$T/cron/qrun"
is 'the log of qrun is not left to cron, which would mail it' \
    "$(sh -c "$(sed -n "s|@BINDIR@|$T/cron|g; s/^[*].*	root	//p" crontab)" 2>&1)" ''
cp -R "$TOP/conf" "$T/conf"
said=$(sh "$T/conf/setup" -n -b "$T/none" -c "$T/none" 2>&1)
is 'setup -n needs no root' $? 0
like 'and says what it would do' "$said" '^chmod 3777 /var/spool/pennypost/new$'
mkdir "$T/settings"
echo "$T/x/spool" >"$T/settings/spool"
like 'where the settings say' "$(sh setup -n -c "$T/settings")" \
    "^chmod 0710 $T/x/spool\$"
ok 'and does nothing' test ! -e "$T/x"
echo 'relative' >"$T/settings/spool"
exits 'setup refuses a spool that is no full path' 111 sh setup -n -c "$T/settings"
echo '/var/x;y' >"$T/settings/spool"
exits 'and one with strange octets' 111 sh setup -n -c "$T/settings"
exits 'usage' 100 sh setup -x
for script in setup check check-services senders recipes/vacation recipes/redirect-spam \
    tcpserver/log-run tcpserver/*/run s6/*/run; do
	ok "$script is a script that can be executed" \
	    sh -c 'test -x "$0" && sh -n "$0"' "$script"
done
done_testing
