# remote.sh - what the tests with other mail systems share.  Sourced before
# lib.sh, by scripts that begin in this way:
#
#	. "${0%/*}/../remote/remote.sh"
#	apart "$0" postfix ...
#	. "${0%/*}/../lib.sh"
#	peers
#
# Such a script has network, mounts, processes and host name of its own: the other
# mail systems stand in their usual places and on their usual ports, of which the
# machine sees nothing, and all of it ends with the script.  Nothing is installed
# or started outside: packages are unpacked into a directory.
# shellcheck shell=sh

PEERS_DIR=$(cd "${0%/*}/.." && pwd -P)/build/peers

# apart SCRIPT [PACKAGE ...]: fetches Debian packages, with what they need and is
# not here; then starts the script again in namespaces of its own, or skips it
apart()
{
	[ -z "${APART-}" ] || return 0
	script=$1
	shift
	unshare -nmupf --kill-child --mount-proc sh -c '
		mount --make-rprivate / && ip link set lo up &&
		mount -t overlay overlay -o lowerdir=/usr/lib:/usr/bin /mnt' \
	    2>/dev/null || cannot 'namespaces are not permitted here'
	mkdir -p "$PEERS_DIR"
	for package in "$@"; do
		[ -d "$PEERS_DIR/$package" ] || unpack "$package" ||
		    cannot "the package $package cannot be had"
	done
	exec unshare -nmupf --kill-child --mount-proc \
	    env APART="$*" sh "$script"
}

# cannot WHY: skips the script; where everything must run, it fails
cannot()
{
	if [ -n "${CI-}" ] && [ "$(id -u)" = 0 ]; then
		echo "not ok 1 - it can run: $1"
		echo 1..1
		exit 1
	fi
	echo "1..0 # SKIP $1"
	exit 0
}

# peers: lays the packages over /usr; makes /etc, /var/spool, /var/lib and /run
# private
peers()
{
	mount --make-rprivate / && ip link set lo up || exit 1
	layers=
	for package in $APART; do
		layers=$layers$PEERS_DIR/$package/usr:
	done
	[ -z "$layers" ] || mount -t overlay overlay \
	    -o "lowerdir=$layers/usr" /usr || exit 1
	etc
	for d in /var/spool /var/lib /run; do
		mount -t tmpfs -o mode=755 tmpfs "$d" || exit 1
	done
}

unpack()
(
	work=$(mktemp -d "$PEERS_DIR/.$1.XXXXXX") && cd "$work" || exit 1
	names=$(apt-get -qq -s --no-install-recommends install "$1" \
	    2>/dev/null | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	# shellcheck disable=SC2086
	apt-get -qq download ${names:-$1} >/dev/null 2>&1 || {
		sleep 2
		# shellcheck disable=SC2086
		apt-get -qq download ${names:-$1} >/dev/null 2>&1
	} || { rm -rf "$work"; exit 1; }
	mkdir root
	for deb in *.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C root || exit 1
	done
	# What stands in /lib or /bin belongs to /usr today.
	for d in lib bin sbin; do
		[ ! -d "root/$d" ] || cp -R "root/$d" root/usr/ || exit 1
	done
	chmod 755 root
	mkdir -p root/etc
	mv root "$PEERS_DIR/$1"
	rm -rf "$work"
)

# etc: a private /etc that can be written, with the accounts that mail systems
# ask for
etc()
{
	rm -rf "${T:?}/etc"
	cp -a /etc "$T/etc"
	for package in $APART; do
		cp -R "$PEERS_DIR/${package:?}/etc/." "$T/etc" || exit 1
	done
	rm -f "$T/etc/resolv.conf" "$T/etc/hosts"
	: >"$T/etc/resolv.conf"
	echo '127.0.0.1 localhost' >"$T/etc/hosts"
	n=6000
	for account in postfix postdrop opensmtpd opensmtpq nsd pete oscar; do
		n=$((n + 1))
		sed -i "/^$account:/d" "$T/etc/passwd" "$T/etc/group"
		echo "$account:x:$n:$n::$T/home.$account:/bin/sh" \
		    >>"$T/etc/passwd"
		echo "$account:x:$n:" >>"$T/etc/group"
	done
	mount --bind "$T/etc" /etc
}

# postfix_files DIR NAME [SETTING ...]: a configuration that is not chrooted
postfix_files()
{
	mkdir -p "$1"
	dir=$1
	cat >"$dir/main.cf" <<END
compatibility_level = 3.6
myhostname = $2
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
biff = no
mynetworks = 127.0.0.0/8
maillog_file = $dir/log
maillog_file_prefixes = $dir
smtpd_tls_security_level = none
END
	shift 2
	printf '%s\n' "$@" >>"$dir/main.cf"
	cat >"$dir/master.cf" <<'END'
smtp inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
END
	mkdir -p "$T/home.pete"
	chown 6006:6006 "$T/home.pete"
}

# listens SECONDS PORT [IP]: somebody answers there, now or within the time
listens()
{
	python3 - "$1" "$2" "${3-127.0.0.1}" <<'END'
import socket, sys, time
end = time.time() + int(sys.argv[1])
while True:
    try:
        socket.create_connection((sys.argv[3], int(sys.argv[2])), 2).close()
        break
    except OSError:
        if time.time() > end:
            sys.exit(1)
        time.sleep(0.05)
END
}
