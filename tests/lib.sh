# lib.sh - what every test script starts with: . "${0%/*}/lib.sh"
#
# tests/README describes each function.  POSIX sh only.
# shellcheck shell=sh

TESTS=$(cd "${0%/*}" && pwd -P)
while [ ! -f "$TESTS/lib.sh" ] && [ "$TESTS" != / ]; do
	TESTS=$(dirname "$TESTS")
done
TOP=${TESTS%/tests}

# ---- a private directory, programs that any user can run, and the end ----

T=$(mktemp -d "${TMPDIR:-/tmp}/pennypost.XXXXXX") || exit 1
PIDS='' TAP_COUNT=0 TAP_FAILED=0
export T TOP TESTS

# is_mine PID: still a child of ours, and not another process with its number
is_mine()
{
	command -v ps >/dev/null || return 0
	[ "$(ps -o ppid= -p "$1" 2>/dev/null | tr -d ' ')" = "$$" ]
}

at_exit()
{
	status=$?
	trap '' EXIT HUP INT TERM
	started=$PIDS PIDS=
	for pid in $started; do
		! is_mine "$pid" || PIDS="$PIDS $pid"
	done
	if [ -n "$PIDS" ]; then
		# shellcheck disable=SC2086
		kill $PIDS 2>/dev/null
		# shellcheck disable=SC2086
		( sleep 5; kill -9 $PIDS ) >/dev/null 2>&1 &
		killer=$!
		# shellcheck disable=SC2086
		wait $PIDS 2>/dev/null
		kill "$killer" 2>/dev/null
	fi
	cd / && rm -rf "$T"
	exit "$status"
}
trap at_exit EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

BIN=$T/bin
if [ -n "${SHARED_BIN-}" ]; then
	cp -R "$SHARED_BIN" "$BIN" || exit 1
else
	sh "$TESTS/build-helpers" "$BIN" || exit 1
fi
PATH=$BIN:$PATH:/usr/sbin:/sbin
LC_ALL=C
export PATH BIN LC_ALL
unset MAILCONF RELAYCLIENT DATABYTES TCPREMOTEIP REMOTE_ADDR REMOTE_HOST PROTO
umask 022
chmod 755 "$T"
cd "$T" || exit 1

# Programs that face a network refuse uid 0: under root everything that handles
# mail runs as this user.
if [ "$(id -u)" = 0 ]; then
	ROOT=1 TEST_UID=65534 TEST_GID=65534
	AS_USER="asuser $TEST_UID $TEST_GID"
	mkdir "$T/home"
	chown "$TEST_UID:$TEST_GID" "$T/home"
else
	ROOT='' TEST_UID=$(id -u) TEST_GID=$(id -g)
	AS_USER=
	mkdir "$T/home"
fi
export TEST_UID TEST_GID

as_user()
{
	# shellcheck disable=SC2086
	$AS_USER "$@"
}

# ---- TAP ----

diag()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

pass()
{
	TAP_COUNT=$((TAP_COUNT + 1))
	echo "ok $TAP_COUNT - $1"
}

fail()
{
	TAP_COUNT=$((TAP_COUNT + 1))
	TAP_FAILED=$((TAP_FAILED + 1))
	echo "not ok $TAP_COUNT - $1"
	shift
	[ $# = 0 ] || diag "$@"
	return 1
}

# ok DESCRIPTION command ...: the command succeeds
ok()
{
	what=$1
	shift
	if said=$("$@" 2>&1); then
		pass "$what"
	else
		fail "$what" "exit status $? of: $*
$said"
	fi
}

# not_ok DESCRIPTION command ...: it does not
not_ok()
{
	what=$1
	shift
	if said=$("$@" 2>&1); then
		fail "$what" "succeeded: $*
$said"
	else
		pass "$what"
	fi
}

# exits DESCRIPTION STATUS command ...
exits()
{
	what=$1 want=$2
	shift 2
	said=$("$@" 2>&1)
	got=$?
	if [ "$got" = "$want" ]; then
		pass "$what"
	else
		fail "$what" "exit status $got, not $want, of: $*
$said"
	fi
}

# is DESCRIPTION GOT WANT
is()
{
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "got:      $2
expected: $3"
	fi
}

# like DESCRIPTION GOT ERE, unlike DESCRIPTION GOT ERE: some line of it matches
like()
{
	if printf '%s\n' "$2" | grep -Eq -e "$3"; then
		pass "$1"
	else
		fail "$1" "got:
$2
expected a line like: $3"
	fi
}

unlike()
{
	if printf '%s\n' "$2" | grep -Eq -e "$3"; then
		fail "$1" "got:
$2
expected no line like: $3"
	else
		pass "$1"
	fi
}

# same DESCRIPTION FILE1 FILE2: octet for octet
same()
{
	if cmp -s "$2" "$3"; then
		pass "$1"
	else
		fail "$1" "$(diff "$2" "$3" 2>&1 | head -n 20)"
	fi
}

skip()
{
	TAP_COUNT=$((TAP_COUNT + 1))
	echo "ok $TAP_COUNT - $1 # SKIP $2"
}

skip_all()
{
	echo "1..0 # SKIP $1"
	exit 0
}

done_testing()
{
	echo "1..$TAP_COUNT"
	[ "$TAP_FAILED" = 0 ]
	exit
}

# ---- sessions ----

# session FILE program ...: one test, named by the transcript's first line; the
# program runs as the unprivileged user.  session FILE HOST PORT over TCP.
session()
{
	file=$1
	shift
	case $file in
	/*)	;;
	*)	file=$TESTS/$file ;;
	esac
	case $1 in
	*[!0-9.]*)
		# shellcheck disable=SC2086
		said=$(talk "$file" -- $AS_USER "$@" 3>&-) ;;
	*)	said=$(talk "$file" "$@" 3>&-) ;;
	esac
	case $said in
	'ok '*)	pass "${said#ok }" ;;
	'not ok '*)
		TAP_COUNT=$((TAP_COUNT + 1))
		TAP_FAILED=$((TAP_FAILED + 1))
		echo "not ok $TAP_COUNT - ${said#not ok }" ;;
	*)	fail "$file" "talk could not play it: $said" ;;
	esac
}

# ---- a private mail system ----

# owned FILE ...: gives files to the unprivileged user
owned()
{
	[ -z "$ROOT" ] || chown -R "$TEST_UID:$TEST_GID" "$@"
}

# mk_site [DIR]: configuration, spool, mailroot with the domain hamburger.edu
mk_site()
{
	SITE=${1:-$T/site}
	CONF=$SITE/conf SPOOL=$SITE/spool MAILROOT=$SITE/mail
	export SITE CONF SPOOL MAILROOT
	mkdir -p "$CONF" "$SPOOL" "$MAILROOT/hamburger.edu"
	for d in tmp new defer hold bad info; do
		mkdir "$SPOOL/$d"
		chmod 700 "$SPOOL/$d"
	done
	chmod 3777 "$SPOOL/tmp" "$SPOOL/new"
	mkfifo -m 620 "$SPOOL/trigger"
	conf me hamburger.edu
	conf spool "$SPOOL"
	conf mailroot "$MAILROOT"
	owned "$SITE"
}

# conf NAME [LINE ...]: writes a setting, a line for each argument
conf()
{
	name=$1
	shift
	printf '%s\n' "$@" >"$CONF/$name"
	owned "$CONF/$name"
}

# mailbox LOCAL@DOMAIN [PASSWORD]
mailbox()
{
	MAILBOX=$MAILROOT/${1#*@}/${1%@*}
	mkdir -p "$MAILBOX"
	[ -z "${2-}" ] || mkhash "$2" >"$MAILBOX/.password"
	chmod 700 "$MAILBOX"
	[ ! -f "$MAILBOX/.password" ] || chmod 600 "$MAILBOX/.password"
	owned "$MAILROOT/${1#*@}"
}

# files DIR: how many; only DIR: the one file there
files()
{
	find "$1" -type f 2>/dev/null | wc -l | tr -d ' '
}

only()
{
	set -- "$1"/*
	if [ $# = 1 ] && [ -f "$1" ]; then
		echo "$1"
	else
		echo "not one file but: $*" >&2
		return 1
	fi
}

# queue_file SENDER RECIPIENT ... <message: puts a queue file in new/ as smtpd
# would (a Received line is added); prints its name
queue_file()
{
	{
		echo "Return-Path: <$1>"
		shift
		printf 'Delivered-To: %s\n' "$@"
		echo 'Received: from client.example (client.example [192.0.2.7])'
		echo '	by hamburger.edu with ESMTP id test; Fri, 20 Nov 2026 09:00:00 +0000'
		cat
	} >"$SPOOL/tmp/making"
	QUEUE_COUNT=$((${QUEUE_COUNT-0} + 1))
	size=$(wc -c <"$SPOOL/tmp/making" | tr -d ' ')
	lines=$(wc -l <"$SPOOL/tmp/making" | tr -d ' ')
	name=$(date +%s).M${QUEUE_COUNT}P$$Rtest.hamburger.edu,S=$size,W=$((size + lines))
	chmod 660 "$SPOOL/tmp/making"
	owned "$SPOOL/tmp/making"
	mv "$SPOOL/tmp/making" "$SPOOL/new/$name"
	echo "$name"
}

# poke: wakes qrun -w; gives up after two seconds when nobody listens
poke()
{
	# shellcheck disable=SC2016
	limit 2 sh -c 'echo >"$1"' sh "$SPOOL/trigger" 2>/dev/null
}

# ---- processes and servers ----

# start command ...: in the background, ended when the test ends; its pid: $PID
start()
{
	"$@" &
	PID=$!
	PIDS="$PIDS $PID"
}

# stop PID: ends one that start started, and waits for it
stop()
{
	! is_mine "$1" || kill "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

# wait_for SECONDS command ...: until it succeeds; fails after so many seconds
wait_for()
{
	tries=$(($1 * 20))
	shift
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.05
	done
}

free_port()
{
	freeport
}

# super_server: which one there is; $TEST_SERVER asks for a certain one
super_server()
{
	if [ -n "${TEST_SERVER-}" ]; then
		echo "$TEST_SERVER"
	elif command -v tcpserver >/dev/null; then
		echo tcpserver
	elif command -v xinetd >/dev/null; then
		echo xinetd
	elif command -v tcpsvd >/dev/null || busybox tcpsvd 2>&1 |
	    grep -q Usage; then
		echo tcpsvd
	elif command -v systemd-socket-activate >/dev/null; then
		echo systemd
	else
		return 1
	fi
}

# serve PORT program ...: a real super-server on 127.0.0.1, programs started as
# the unprivileged user; serve_root: started as root when we are root.  Its
# error output, and the program's log, go to $T/PORT.log.
serve()
{
	serve_as "$AS_USER" "$@"
}

serve_root()
{
	serve_as '' "$@"
}

serve_as()
{
	as=$1 port=$2
	shift 2
	case $(super_server) in
	tcpserver)
		# shellcheck disable=SC2086
		start tcpserver -c 200 -HR -l 127.0.0.1 127.0.0.1 "$port" \
		    $as "$@" 2>"$T/$port.log" ;;
	xinetd)
		# shellcheck disable=SC2086
		write_xinetd "$port" $as "$@" >"$T/$port.xinetd"
		start xinetd -dontfork -f "$T/$port.xinetd" \
		    -pidfile "$T/$port.pid" >"$T/$port.log" 2>&1 ;;
	tcpsvd)
		# shellcheck disable=SC2046,SC2086
		start $(command -v tcpsvd || echo busybox tcpsvd) -c 200 \
		    127.0.0.1 "$port" $as "$@" 2>"$T/$port.log" ;;
	systemd)
		# shellcheck disable=SC2086
		start systemd-socket-activate --inetd -a -l "127.0.0.1:$port" \
		    -E PATH -E MAILCONF $as "$@" 2>"$T/$port.log" ;;
	*)	return 1 ;;
	esac
	# shellcheck disable=SC2034	# for the scripts
	SERVER_PID=$PID
	freeport "$port"
}

write_xinetd()
{
	port=$1
	program=$(command -v "$2")
	shift 2
	cat <<END
service pennypost-$port
{
	type		= UNLISTED
	socket_type	= stream
	protocol	= tcp
	wait		= no
	bind		= 127.0.0.1
	port		= $port
	user		= $(id -un)
	server		= $program
	server_args	= $*
	cps		= 1000 1
	instances	= 200
	passenv		= PATH MAILCONF
}
END
}
