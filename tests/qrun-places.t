# qrun -w: qsends that wait for more work, servers that hang up meanwhile, and
# who gets a place when there are few
# limit: 100
# shellcheck shell=sh disable=SC2086,SC2034
. "${0%/*}/lib.sh"

mk_site
conf me hamburger.edu

# server NAME [RULE ...]: a server that says so, for NAME.example
server()
{
	name=$1
	shift
	: >"$T/$name.script"
	[ $# = 0 ] || printf '%s\n' "$@" >"$T/$name.script"
	: >"$T/$name.log"
	port=$(free_port)
	start fakesmtp "$port" "$T/$name.log" "$T/$name.script"
	echo "$name.example:[127.0.0.1]:$port" >>"$CONF/smtproutes"
	wait_for 5 fakesmtp_listens "$port"
}

fakesmtp_listens()
{
	grep -q "$(printf ':%04X 00000000:0000 0A' "$1")" /proc/net/tcp
}

watch()
{
	start $AS_USER qrun -w -c "$CONF" 2>"$T/watch.log"
	WATCH=$PID
}

# mail NAME [COUNT]
mail_to()
{
	i=0
	while [ $i -lt "${2-1}" ]; do
		i=$((i + 1))
		QUEUE_COUNT=$((${QUEUE_COUNT-0} + 1))
		printf 'Subject: ketchup\n\nx\n' |
			queue_file alice@crepes.fr "bob@$1.example" >/dev/null
	done
	poke
}

# sent NAME COUNT: so many have been
sent()
{
	[ "$(grep -c "event=sent .*to=bob@$1.example" "$T/watch.log")" -ge "$2" ]
}

connections()
{
	grep -c '^# connection' "$T/$1.log"
}

# ---- a qsend waits for more ----

server kind
server eof 'DOT !then-close 250 2.0.0 taken'
server bye 'DOT !then-close 250 2.0.0 taken\r\n421 4.4.2 idle for too long'
watch
mail_to kind
ok 'a message is sent' wait_for 5 sent kind 1
sleep 0.3
mail_to kind
ok 'another one a little later' wait_for 5 sent kind 2
is 'C06 over the same connection' "$(connections kind)" 1
is 'which is kept' "$(grep -c '^QUIT' "$T/kind.log")" 0
quit_said()
{
	grep -q '^QUIT' "$T/kind.log"
}
ok 'for a moment' wait_for 5 quit_said
mail_to kind
ok 'then there is a new one' wait_for 5 sent kind 3
is 'for the third message' "$(connections kind)" 2

for name in eof bye; do
	mail_to $name
	ok "$name: a message is sent" wait_for 5 sent $name 1
	sleep 0.3
	mail_to $name
	ok "C06 $name: the next one, although the server hung up" \
	    wait_for 3 sent $name 2
	mail_to $name 5
	ok "C06 $name: and five at once" wait_for 5 sent $name 7
done
unlike 'and nothing was deferred' "$(cat "$T/watch.log")" 'event=deferred'
mail_to kind
wait_for 5 sent kind 4
begin=$(date +%s%3N)
kill -TERM "$WATCH"
wait "$WATCH"
is 'told to leave, qrun does not wait for it' \
    "$(($(date +%s%3N) - begin < 900))" 1

# ---- one place, and a server that does not answer ----

conf concurrencyremote 1
server tar 'GREETING !hang'
server tar2 'GREETING !hang'
watch
mail_to tar
wait_for 5 grep -q '^# connection' "$T/tar.log"
mail_to kind
sleep 1
not_ok 'Q02 the only place is taken' sent kind 1
ok 'Q02 by a server that says nothing, for ten seconds' \
    wait_for 15 sent kind 1
mail_to tar 3
sleep 0.5
is 'Q02 which gets no second qsend' "$(connections tar)" 1
mail_to tar2
wait_for 5 grep -q '^# connection' "$T/tar2.log"
sleep 11
mail_to kind
sleep 1
not_ok 'Q02 of those without a place there are no more than of the others' \
    sent kind 2
kill -9 "$WATCH"
wait "$WATCH" 2>/dev/null
rm -f "$SPOOL"/defer/* "$SPOOL"/new/*

# ---- one place, and a long list for a server that is not fast ----

server long 'DOT !drip 250 x'
watch
mail_to long 30
wait_for 5 sent long 1
mail_to kind
ok 'Q02 after ten seconds another destination has its turn' \
    wait_for 25 sent kind 1
not_ok 'Q02 before the list is done' sent long 20
n=$(grep -c 'event=sent .*@long' "$T/watch.log")
ok 'Q02 which then goes on' wait_for 5 sent long $((n + 1))
unlike 'Q02 and nobody was deferred' "$(cat "$T/watch.log")" 'event=deferred'
kill -9 "$WATCH"

done_testing
