# limit: 60
# s6: the shipped run scripts under s6-supervise
# shellcheck shell=sh
. "${0%/*}/machine.sh"
need s6-supervise s6-svc

machine
start_remote
mkdir /etc/s6
for service in smtp pop3 qrun; do
	mkdir /etc/s6/$service
	shipped s6/$service/run >/etc/s6/$service/run
	chmod 755 /etc/s6/$service/run
done
s6-supervise /etc/s6/qrun >"$T/qrun.log" 2>&1 &
way_out s6
ok 's6: a message to bob' sh -c 'echo hello | inject bob@hamburger.edu'
ok 's6: is delivered by qrun under s6-supervise' arrives 1 "$BOB"
like 's6: and logged' "$(cat "$T/qrun.log")" 'qrun: event=delivered'
s6-svc -d /etc/s6/qrun
gone() { ! pgrep -x qrun >/dev/null; }
ok 's6: s6-svc -d ends it, parent and manager' wait_for 10 gone
if command -v s6-tcpserver >/dev/null; then
	s6-svc -u /etc/s6/qrun
	s6-supervise /etc/s6/smtp >"$T/log" 2>&1 &
	s6-supervise /etc/s6/pop3 >>"$T/log" 2>&1 &
	round s6 "$T/log"
else
	skip 's6: sessions' 's6-tcpserver (s6-networking) is not installed'
fi
done_testing
