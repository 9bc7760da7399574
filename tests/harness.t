# the test harness itself: talk tells right from wrong, and ends what it starts
. "${0%/*}/lib.sh"

play()
{
	printf '%s\n' '# a title' "$1" >"$T/x.session"
	shift
	talk "$T/x.session" -- "$@" 2>/dev/null
}

# a toy server: greets, answers every line until quit
cat >"$T/toy" <<'END'
#!/bin/sh
printf '220 toy ready\r\n'
while IFS= read -r line; do
	case $line in
	quit*)	printf '221 bye\r\n'; exit 3 ;;
	twice*)	printf '250-one\r\n250 two\r\n' ;;
	lf*)	printf '250 lf\n' ;;
	env*)	printf '250 %s\r\n' "$GREETING" ;;
	data*)	printf '+OK\r\nfirst\r\n..dot\r\n.\r\n' ;;
	*)	printf '250 %s octets\r\n' "${#line}" ;;
	esac
done
END
chmod 755 "$T/toy"
toy=$T/toy

like 'a right session passes' "$(play 'S: 220 ... ready
C: twice
C: four
S: 250-one
S: 250 two
S: 250 5 octets
C: quit
S: 221 ...
S!
X: 3' "$toy")" '^ok a title$'
like 'a wrong reply fails' "$(play 'S: 221 ...' "$toy")" \
    '^#   expected: 221 \.\.\.$'
like 'and says what came' "$(play 'S: 221 ...' "$toy")" \
    '^#   got:      220 toy ready$'
exits 'with exit status 1' 1 play 'S: 221 ...' "$toy"
like 'a bare LF is no line end' "$(play 'S: 220 ...
C: lf
S: 250 lf' "$toy")" '^not ok'
like 'except when the session says so' "$(play 'O: lf
S~ 250 lf' sh -c 'echo 220; echo 250 lf')" '^ok'
like 'S! fails when the server does not close' "$(play 'O: deadline 1
S: 220 ...
S!' "$toy")" '^not ok'
like 'silence is told from a reply' "$(play 'S: 220 ...
S- 100
C: a
S- 100' "$toy")" '^#   expected: silence'
like 'a server that does not answer is given up' "$(play 'O: deadline 1
S: 220' sleep 20)" 'nothing in time'
# shellcheck disable=SC2016
like 'a signal is no exit' "$(play 'S!' sh -c 'kill -9 $$')" \
    'killed by signal 9'
like 'another exit status fails' "$(play 'S: 220 ...
C: quit
S: 221 ...
X: 0' "$toy")" 'exit status 3'
like 'repeated and raw octets' "$(play 'S: 220 ...
C|* 1000 ab\x41
C| \r\n
S: 250 3001 octets' "$toy")" '^ok'
like 'E: sets the environment' "$(play "E: GREETING=hello \${TEST_UID}
S: 220 ...
C: env
S: 250 hello $TEST_UID" "$toy")" '^ok'
play "S: 220 ...
C: data
S: +OK
S> $T/saved" "$toy" >/dev/null
is 'S> undoes the dots' "$(cat "$T/saved")" 'first
.dot'
like 'a transcript without a title is refused' \
    "$(echo 'S: x' >"$T/y"; talk "$T/y" -- true 2>&1)" 'first line'
exits 'limit ends what takes too long' 124 limit 1 sleep 30
exits 'and passes a status on' 7 limit 5 sh -c 'exit 7'

port=$(free_port)
ok 'a super-server can be started' serve "$port" "$toy"
cat >"$T/tcp.session" <<'END'
# a session over TCP through a real super-server
S: 220 toy ready
C: quit
S: 221 bye
S!
END
session "$T/tcp.session" 127.0.0.1 "$port"
ok 'as_user is not root' sh -c "[ \"\$(${AS_USER} id -u)\" != 0 ]"
mk_site
mailbox bob@hamburger.edu hungry
name=$(echo 'Subject: hi' | queue_file alice@crepes.fr bob@hamburger.edu)
is 'queue_file states the size' "$(wc -c <"$SPOOL/new/$name" | tr -d ' ')" \
    "$(echo "$name" | sed 's/.*,S=\([0-9]*\),.*/\1/')"
done_testing
