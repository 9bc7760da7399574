# pop3auth: AUTHORIZATION, and the way through checkpw to pop3d
# shellcheck shell=sh disable=SC2012,SC2016,SC2059,SC2317
. "${0%/*}/lib.sh"

mk_site
mailbox bob@hamburger.edu hungry
BOB=$MAILBOX
mailbox carol@hamburger.edu 'two  words '

# two: bob's two messages
two()
{
	rm -rf "$BOB/Maildir"
	mkdir -p "$BOB/Maildir/new" "$BOB/Maildir/cur" "$BOB/Maildir/tmp"
	printf 'From: a\n\nhi\n.dot\n' >"$BOB/Maildir/new/1.M2P3.h,S=17,W=21"
	printf 'From: b\n\nyo' >"$BOB/Maildir/new/2.M2P3.h"
	owned "$BOB"
}

# login USER PASSWORD [COMMANDS]: what a client sees
login()
{
	printf 'user %s\r\npass %s\r\n%bquit\r\n' "$1" "$2" "${3-}" |
	    as_user pop3auth -c "$CONF" checkpw pop3d Maildir 2>"$T/log" |
	    tr -d '\r'
}

for s in textbook auth auth-long utf8 together; do
	two
	session "pop3d/$s.session" pop3auth -c "$CONF" checkpw pop3d Maildir \
	    2>>"$T/all.log"
done
for s in capa-before before spaces tries; do
	session "pop3d/$s.session" pop3auth -c "$CONF" checkpw pop3d Maildir \
	    2>>"$T/all.log"
done
like 'SEC-S16 the log names the address and the user of a failure' \
    "$(cat "$T/all.log")" \
    '^pop3auth: event=login-failed ip=[^ ]* user=nobody\.here$'

# -- time --
began=$(date +%s%N)
login bob angry >/dev/null
middle=$(date +%s%N)
login nobody angry >/dev/null
end=$(date +%s%N)
wrong=$(((middle - began) / 1000000)) none=$(((end - middle) / 1000000))
ok 'P19 the answer to a failed login takes a second' test $wrong -ge 1000
apart=$((wrong > none ? wrong - none : none - wrong))
ok "SEC-S16 and the same for no such user ($wrong, $none ms)" \
    test $apart -lt 300

# -- who is logged in --
two
like 'P04 a login without a domain is at me' "$(login bob hungry 'stat\r\n')" \
    '^\+OK 2 36'
like 'P04 with it' "$(login bob@hamburger.edu hungry 'stat\r\n')" '^\+OK 2 36'
like 'P04 in any case' "$(login BoB@Hamburger.EDU hungry 'stat\r\n')" \
    '^\+OK 2 36'
like 'P14 wrong password: [AUTH]' "$(login bob HUNGRY)" '^-ERR \[AUTH\]'
ln -s bob "$MAILROOT/hamburger.edu/@"
like 'SEC-S24 no +tag logs in' "$(login bob+x hungry)" '^-ERR \[AUTH\]'
like 'SEC-S24 nor the catch-all' "$(login whoever hungry)" '^-ERR \[AUTH\]'
like 'SEC-S24 nor a name that is no plain file name' \
    "$(login ./bob@hamburger.edu hungry)" '^-ERR \[AUTH\]'
like 'SEC-S24 nor one in the domain' \
    "$(login bob@../mail/hamburger.edu hungry)" '^-ERR \[AUTH\]'
like 'SEC-S7 a NUL within AUTH PLAIN is no password' "$(
	auth=$(printf '\0bob\0hungry\0x' | base64)
	printf 'auth plain %s\r\nquit\r\n' "$auth" |
	    as_user pop3auth -c "$CONF" checkpw pop3d Maildir 2>/dev/null)" \
    '^-ERR \[AUTH\]'
like 'P16 an authorization identity of another is refused' "$(
	auth=$(printf 'carol\0bob\0hungry' | base64)
	printf 'auth plain %s\r\nquit\r\n' "$auth" |
	    as_user pop3auth -c "$CONF" checkpw pop3d Maildir 2>/dev/null)" \
    '^-ERR \[AUTH\]'

# -- TLS wanted --
conf requiretls 1
session pop3d/requiretls.session pop3auth -c "$CONF" checkpw pop3d Maildir
two
said=$(SSL_PROTOCOL=TLSv1.3 && export SSL_PROTOCOL && login bob hungry 'stat\r\n')
like 'P16 under a TLS wrapper it is offered and taken' "$said" '^\+OK 2 36'
session pop3d/stls-required.session faketls pop3auth -c "$CONF" checkpw \
    pop3d Maildir 2>/dev/null
rm "$CONF/requiretls"
for s in stls stls-injection stls-injection-octet stls-utf8; do
	session "pop3d/$s.session" faketls pop3auth -c "$CONF" checkpw pop3d \
	    Maildir 2>"$T/stls.log"
done
FAKETLS_FAIL=1
export FAKETLS_FAIL
session pop3d/stls-failed.session faketls pop3auth -c "$CONF" checkpw pop3d \
    Maildir 2>"$T/stls.log"
unset FAKETLS_FAIL
conf requiretls maybe
like 'P14 a setting that cannot be understood: [SYS/PERM]' \
    "$(login bob hungry)" '^-ERR \[SYS/PERM\]'
like 'P14 and the log says which' "$(cat "$T/log")" 'requiretls: '
rm "$CONF/requiretls"
exits 'P14 no checkpassword program: 100' 100 as_user pop3auth -c "$CONF"

# -- in use, and what cannot be done now --
two
mkfifo "$T/hold"
as_user pop3d "$BOB/Maildir" <"$T/hold" >"$T/first" 2>/dev/null &
exec 9>"$T/hold"
wait_for 5 grep -q OK "$T/first"
session pop3d/inuse.session pop3auth -c "$CONF" checkpw pop3d Maildir \
    2>/dev/null
exec 9>&-
wait
for s in "exit 111" "kill -9 \$\$" "exit 7"; do
	session pop3d/temporary.session pop3auth -c "$CONF" sh -c "$s" \
	    2>/dev/null
done
session pop3d/temporary.session pop3auth -c "$CONF" /does/not/exist 2>/dev/null
session pop3d/temporary.session pop3auth -c "$CONF" checkpw /not/there \
    2>/dev/null
session pop3d/misused.session pop3auth -c "$CONF" sh -c 'exit 2' 2>/dev/null

# -- another checkpassword program --
cat >"$BIN/othercheck" <<'END'
#!/bin/sh
# eve, "let me in": the checkpassword interface in shell
login=$(tr '\0' '\n' <&3) || exit 111
exec 3<&-
[ "$login" = 'eve
let me in' ] || exit 1
cd "$OTHER" || exit 111
USER=eve HOME=$OTHER SHELL=/bin/sh
export USER HOME SHELL
exec "$@"
END
chmod 755 "$BIN/othercheck"
two
OTHER=$BOB
export OTHER
session pop3d/foreign.session pop3auth -c "$CONF" othercheck pop3d Maildir \
    2>/dev/null

# -- typed by hand --
if command -v script >/dev/null; then
	two
	says="pop3auth -c $CONF checkpw pop3d Maildir 2>/dev/null"
	(
		for line in 'user bob' 'pass hungry' stat quit; do
			sleep 0.4
			echo "$line"
		done
		sleep 0.4
	) | as_user limit 10 script -qec "$says" /dev/null |
	    tr -d '\r' >"$T/typed"
	like 'P13 on a terminal pop3d answers too' "$(cat "$T/typed")" \
	    '^\+OK 2 36$'
else
	skip 'P13 on a terminal pop3d answers too' 'no script(1)'
fi

# -- over TCP, and under root --
if super_server >/dev/null; then
	two
	MAILCONF=$CONF
	export MAILCONF
	port=$(free_port)
	serve "$port" pop3auth checkpw pop3d Maildir
	session pop3d/textbook.session 127.0.0.1 "$port"
	if [ "$(super_server)" = xinetd ]; then
		skip 'SEC-S16 the address in the log' 'xinetd: the log is syslog'
	else
		wait_for 5 grep -q event=session "$T/$port.log"
		like 'SEC-S16 the address in the log is the client'"'"'s' \
		    "$(cat "$T/$port.log")" \
		    'event=session ip=127\.0\.0\.1 user=bob$'
	fi
	if command -v curl >/dev/null; then
		two
		curl -s --max-time 20 -u bob:hungry \
		    "pop3://127.0.0.1:$port/2" >"$T/got"
		printf 'From: b\r\n\r\nyo\r\n' >"$T/want"
		same 'P08 P12 curl logs in with SASL and fetches a message' \
		    "$T/got" "$T/want"
	else
		skip 'P08 P12 curl fetches a message' 'no curl'
	fi
	if command -v fetchmail >/dev/null; then
		two
		echo "poll 127.0.0.1 service $port protocol pop3 user bob
		    password hungry mda \"cat >>$T/home/fetched\" fetchall
		    sslproto '' pass8bits" >"$T/home/fetchmailrc"
		chmod 600 "$T/home/fetchmailrc"
		owned "$T/home"
		as_user env HOME="$T/home" fetchmail -f "$T/home/fetchmailrc" \
		    --nosyslog --pidfile "$T/home/pid" >"$T/fetch.log" 2>&1
		is 'P09 fetchmail takes all there is' \
		    "$(grep -c '^From: ' "$T/home/fetched") $(files "$BOB/Maildir/new")" \
		    '2 0'
	else
		skip 'P09 fetchmail takes all there is' 'no fetchmail'
	fi
	stop "$SERVER_PID"
	if [ -n "$ROOT" ]; then
		two
		UID_GID="env UID=65533 GID=65533"
		port=$(free_port)
		# shellcheck disable=SC2086
		serve_root "$port" $UID_GID pop3auth checkpw pop3d Maildir
		session pop3d/textbook.session 127.0.0.1 "$port"
		stop "$SERVER_PID"
		two
		port=$(free_port)
		# shellcheck disable=SC2086
		serve_root "$port" $UID_GID faketls pop3auth checkpw pop3d \
		    Maildir
		session pop3d/stls.session 127.0.0.1 "$port"
		stop "$SERVER_PID"
	fi
	unset MAILCONF
else
	skip 'P13 a session over TCP' 'no super-server'
fi
if [ -n "$ROOT" ]; then
	not_ok 'SEC-S11 as root without $UID and $GID it refuses' \
	    env -u UID -u GID pop3auth -c "$CONF" checkpw id </dev/null
	not_ok 'SEC-S11 and with uid 0' \
	    env UID=0 GID=0 pop3auth -c "$CONF" checkpw id </dev/null
	printf 'user bob\r\npass hungry\r\n' | env UID=65533 GID=65533 \
	    pop3auth -c "$CONF" checkpw sh -c 'id -u; id -G; pwd; env' \
	    >"$T/out" 2>"$T/log"
	like 'SEC-S11 under root the program is the owner' "$(cat "$T/out")" \
	    "^$TEST_UID\$"
	unlike 'SEC-S11 without root'"'"'s groups' "$(sed -n 4p "$T/out")" \
	    '(^| )0( |$)'
	like 'SEC-S11 in the mailbox' "$(cat "$T/out")" "^$BOB\$"
fi
done_testing
