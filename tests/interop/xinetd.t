# limit: 60
# the real xinetd with the shipped files, as they are
# shellcheck shell=sh
. "${0%/*}/machine.sh"
need xinetd

machine
is 'conf/check finds nothing after setup' "$(sh $SHARE/check)" ''
start_remote
start_qrun
mkdir -p /etc/xinetd.d
rm -f /etc/xinetd.d/*
for service in smtp submission pop3; do
	shipped xinetd/$service >/etc/xinetd.d/$service
done
cat >/etc/xinetd.conf <<'END'
defaults
{
	log_type	= FILE /var/log/xinetd.log
}
includedir /etc/xinetd.d
END
# as from the shell of an administrator who tried something
env RELAYCLIENT= MAILCONF=/nonexistent xinetd -dontfork >"$T/xinetd.log" 2>&1 &
round xinetd /var/log/mail.log
session interop/submission.session 127.0.0.1 587
rm -rf "$ALICE"
if [ -e /proc/net/if_inet6 ] && command -v curl >/dev/null; then
	ok 'xinetd: by IPv6' curl -sS -m 10 'smtp://[::1]:25' \
	    --mail-from z@crepes.fr --mail-rcpt alice@hamburger.edu \
	    --upload-file "$T/m"
	arrives 1 "$ALICE"
	like 'xinetd: and its address' "$(cat "$ALICE"/new/* 2>&1)" \
	    'Received: .*\[IPv6:::1\]'
else
	skip 'xinetd: IPv6' 'no IPv6 here, or no curl'
fi
way_out xinetd
unlike 'xinetd: nothing in its own log but its own' "$(cat "$T/xinetd.log")" 'event='
done_testing
