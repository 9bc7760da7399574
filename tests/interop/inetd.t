# limit: 60
# the real openbsd-inetd (or another inetd) with the shipped lines, as they are.
# Its package cannot be installed beside xinetd's: it is fetched and unpacked.
# shellcheck shell=sh
if [ -z "${INETD-}" ] && [ -z "${MACHINE-}" ]; then
	INETD=$(command -v inetd || ls /usr/sbin/inetd 2>/dev/null)
	if [ -z "$INETD" ] && [ "$(id -u)" = 0 ]; then
		fetched=$(mktemp -d /tmp/pennypost-inetd.XXXXXX)
		chmod 755 "$fetched"
		(cd "$fetched" && apt-get -qq download openbsd-inetd &&
		    dpkg-deb -x ./*.deb .) >/dev/null 2>&1
		INETD=$fetched/usr/sbin/inetd
		export fetched
	fi
	export INETD
fi
. "${0%/*}/machine.sh"
cp "$INETD" "$T/inetd" 2>/dev/null
[ -z "${fetched-}" ] || rm -rf "$fetched"
[ -x "$T/inetd" ] ||
    skip_all 'no inetd, and the package openbsd-inetd cannot be fetched'
ldd "$T/inetd" | grep -q 'not found' &&
    skip_all 'libraries of inetd are not installed (libevent, libwrap)'

machine
start_remote
start_qrun
shipped inetd.conf >/etc/inetd.conf
"$T/inetd" -i /etc/inetd.conf >"$T/inetd.log" 2>&1 &
round inetd /var/log/mail.log
way_out inetd
is 'inetd: nothing on its own output' "$(cat "$T/inetd.log")" ''
done_testing
