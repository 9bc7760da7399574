# machine.sh - a machine of the test's own, for the scripts in this directory:
#
#	. "${0%/*}/machine.sh"
#	machine			installs pennypost in it, by "make install", setup
#				and the commands of README; starts qrun
#
# FETCH="PACKAGE ..." before it: packages that cannot be installed beside others;
# if they are not, they are downloaded and unpacked into the machine.
#
# The script runs in name spaces of its own: processes (all end with it), network
# (127.0.0.1 and every port are free), and mounts: what it writes in /etc /usr
# /var /home /root /dev is in memory and nobody else sees it.  So the shipped
# files are used as they are, with their ports and accounts.
# shellcheck shell=sh

if [ -z "${MACHINE-}" ]; then
	MACHINE=1
	export MACHINE
	if [ "$(id -u)" != 0 ]; then
		echo '1..0 # SKIP needs root'
		exit 0
	fi
	if ! unshare --mount --net --pid --uts --ipc --fork true 2>/dev/null; then
		echo '1..0 # SKIP needs unshare(1) and the right to make name spaces'
		exit 0
	fi
	if [ -n "${FETCH-}" ] && command -v apt-get >/dev/null; then
		FETCHED=$(mktemp -d "${TMPDIR:-/tmp}/pennypost-deb.XXXXXX")
		export FETCHED
		for package in $FETCH; do
			dpkg-query -W -f '${Status}' "$package" 2>/dev/null |
			    grep -q 'ok installed' ||
			    (cd "$FETCHED" && apt-get -qq -o APT::Sandbox::User=root \
			    download "$package") >/dev/null 2>&1
		done
	fi
	exec unshare --mount --net --pid --uts --ipc --fork --kill-child \
	    --mount-proc sh "$0"
fi
. "$(dirname "$0")/../lib.sh"

# need PROGRAM ...: or else the script is skipped (before "machine")
need()
{
	for program in "$@"; do
		command -v "$program" >/dev/null ||
			skip_all "$program is not installed"
	done
}

overlay()
{
	mkdir "/mnt/$1" "/mnt/$1.work" &&
	    mount -t overlay overlay -o "lowerdir=/$1,upperdir=/mnt/$1" \
	    -o "workdir=/mnt/$1.work" "/$1"
}

# bare: the machine, nothing of ours on it
bare()
{
	mount --make-rprivate / && mount -t tmpfs -o mode=755 none /mnt ||
		skip_all 'cannot mount'
	for dir in etc usr var home root dev run; do
		overlay $dir 2>/dev/null || skip_all 'cannot mount an overlay'
	done
	for package in "${FETCHED:-/nonexistent}"/*.deb; do
		[ ! -f "$package" ] || dpkg-deb -x "$package" /mnt/fetched
	done
	rm -rf "${FETCHED:-/nonexistent}"
	[ ! -d /mnt/fetched/usr ] || cp -R /mnt/fetched/usr/. /usr
	[ ! -d /mnt/fetched/lib ] || cp -R /mnt/fetched/lib/. /usr/lib
	rm -rf /etc/pennypost /var/spool/pennypost /var/vmail /usr/local/bin/* \
	    /usr/sbin/sendmail /usr/lib/sendmail /home/bob
	if command -v ip >/dev/null; then
		ip link set lo up
	else
		busybox ip link set lo up || skip_all 'needs ip(8) (iproute2)'
	fi
	hostname mail.hamburger.edu
	echo '127.0.0.1 localhost mail.hamburger.edu' >/etc/hosts
	echo 'hosts: files' >/etc/nsswitch.conf
	mkdir -p /var/log
	rm -f /run/crond.reboot /run/crond.pid
	: >/var/log/mail.log
	# what listens on /dev/log
	if command -v busybox >/dev/null && busybox --list | grep -qx syslogd; then
		busybox syslogd -n -O /var/log/mail.log &
		wait_for 5 test -S /dev/log
	fi
	SHARE=/usr/local/share/pennypost
	PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$BIN
}

# machine: with bob, who has an account, and alice, who has a mailbox only
machine()
{
	bare
	make -s -C "$TOP" install >"$T/install.log" 2>&1 || {
		fail 'make install' "$(tail -n 20 "$T/install.log")"
		done_testing
	}
	mkdir -p /etc/pennypost
	echo hamburger.edu >/etc/pennypost/me
	printf '%s\n' 'crepes.fr:[127.0.0.1]:2525' \
	    'relayed.example:[127.0.0.1]:2525' >/etc/pennypost/smtproutes
	echo 2 >/etc/pennypost/retry
	sh $SHARE/setup -l >"$T/setup.log" 2>&1 || {
		fail 'conf/setup' "$(tail -n 20 "$T/setup.log")"
		done_testing
	}
	D=/var/vmail/hamburger.edu
	SPOOL=/var/spool/pennypost
	mkdir $D
	useradd -m -s /bin/sh bob
	useradd -m -s /bin/sh carol
	chmod 700 /home/bob /home/carol
	ln -s /home/bob $D/bob
	mkhash hungry >/home/bob/.password
	chown bob: /home/bob/.password
	mkdir $D/alice
	mkhash ketchup >$D/alice/.password
	chown -R vmail: $D/alice
	chmod 700 $D/alice
	chmod 600 $D/alice/.password /home/bob/.password
	ln -s bob $D/root
	ln -s bob $D/postmaster
	BOB=/home/bob/Maildir ALICE=$D/alice/Maildir
	export BOB ALICE SPOOL D SHARE
}

# shipped FILE: one of the service files, filled in
shipped()
{
	sh "$SHARE/setup" -p "$SHARE/$1"
}

start_qrun()
{
	qrun -w 2>>"$T/qrun.log" &
	# shellcheck disable=SC2034	# for the scripts
	QRUN=$!
}

# from_unit FILE NAME: what a unit says about it; a leading - is dropped
from_unit()
{
	shipped "systemd/$1" | sed -n "s/^$2=-*//p"
}

# start_remote: crepes.fr; what it is told goes to $T/remote.log
start_remote()
{
	: >"$T/remote.log"
	fakesmtp 2525 "$T/remote.log" /dev/null >/dev/null 2>&1 &
	freeport 2525
}

has_files() { [ "$(files "$1")" -ge "$2" ]; }

# arrives COUNT MAILDIR: so many new messages within ten seconds
arrives()
{
	wait_for 10 has_files "$2/new" "$1"
}

# round NAME LOG: mail in by SMTP on port 25 and out by POP3 on port 110 under
# the super-server NAME, whose programs log to the file LOG
round()
{
	rm -rf "$BOB" "$ALICE"
	freeport 25 || fail "$1: nobody listens on port 25" || return
	freeport 110 || fail "$1: nobody listens on port 110" || return
	export RELAY="${RELAY-550 5.7.1}"
	session interop/smtp.session 127.0.0.1 25
	ok "$1: the message is delivered to bob and alice" \
	    eval 'arrives 1 "$BOB" && arrives 1 "$ALICE"'
	session interop/pop3.session 127.0.0.1 110
	session interop/pop3wrong.session 127.0.0.1 110
	printf 'Subject: x\r\n\r\nfrom another address\r\n' >"$T/m"
	if command -v curl >/dev/null; then
		rm -rf "$ALICE"
		ok "$1: curl sends from another address" curl -sS -m 10 \
		    --interface 127.0.0.7 smtp://127.0.0.1:25 \
		    --mail-from z@crepes.fr --mail-rcpt alice@hamburger.edu \
		    --upload-file "$T/m"
		arrives 1 "$ALICE"
		like "$1: the client's address is in Received" \
		    "$(cat "$ALICE"/new/* 2>&1)" 'Received: .*\[127\.0\.0\.7\]'
	else
		skip "$1: another address" 'curl is not installed'
	fi
	like "$1: what was refused is in the log, with the address" \
	    "$(cat "$2")" 'event=refused ip=127\.0\.0\.1 .*to=nobody@hamburger.edu'
	like "$1: and so is the failed login" "$(cat "$2")" \
	    'event=login-failed ip=127\.0\.0\.1 user=bob'
	like "$1: and the session" "$(cat "$2")" 'event=session ip=127\.0\.0\.1 user=bob'
}

# way_out NAME: an ordinary user's mail leaves
way_out()
{
	printf 'Subject: out by %s\n\nhello\n' "$1" >"$T/m"
	chmod 644 "$T/m"
	ok "$1: an ordinary user sends to elsewhere" \
	    su carol -s /bin/sh -c "/usr/sbin/sendmail -t alice@crepes.fr <$T/m"
	ok "$1: it arrives there" wait_for 15 grep -q "^Subject: out by $1" \
	    "$T/remote.log"
}
