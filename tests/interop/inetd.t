# limit: 60
# the real openbsd-inetd (or another inetd) with the shipped lines, as they are.
# Its package cannot be installed beside xinetd's: it is fetched and unpacked.
# shellcheck shell=sh
# shellcheck disable=SC2034
FETCH=openbsd-inetd
. "${0%/*}/machine.sh"

machine
[ -x /usr/sbin/inetd ] ||
    skip_all 'no inetd, and the package openbsd-inetd cannot be fetched'
! ldd /usr/sbin/inetd | grep -q 'not found' ||
    skip_all 'libraries of inetd are not installed (libevent, libwrap)'
start_remote
start_qrun
shipped inetd.conf >/etc/inetd.conf
/usr/sbin/inetd -i /etc/inetd.conf >"$T/inetd.log" 2>&1 &
round inetd /var/log/mail.log
way_out inetd
is 'inetd: nothing on its own output' "$(cat "$T/inetd.log")" ''
done_testing
