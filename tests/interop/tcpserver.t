# limit: 60
# the real tcpserver with the shipped run scripts and rules, as they are
# shellcheck shell=sh
. "${0%/*}/machine.sh"
need tcpserver tcprules

machine
start_remote
mkdir /etc/service
for service in smtp pop3 qrun; do
	mkdir -p /etc/service/$service
	shipped tcpserver/$service/run >/etc/service/$service/run
	chmod 755 /etc/service/$service/run
done
(cd /etc/service/smtp && tcprules rules.cdb rules.tmp <$SHARE/tcpserver/rules)
for service in smtp pop3 qrun; do
	(cd /etc/service/$service && exec ./run) >>"$T/log" &
done
RELAY=250	# what the rules say about 127.
round tcpserver "$T/log"
if command -v multilog >/dev/null; then
	mkdir "$T/main"
	(cd "$T" && sh $SHARE/tcpserver/log-run <"$T/log")
	like 'log-run: multilog takes the log' "$(cat "$T/main/current")" \
	    '^@[0-9a-f]* .*event=queued'
else
	skip 'log-run' 'multilog (daemontools) is not installed'
fi
way_out tcpserver
ok 'tcpserver: what it relayed arrives' wait_for 15 \
    grep -q '^RCPT TO:<alice@relayed.example>' "$T/remote.log"
done_testing
