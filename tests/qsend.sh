# qsend.sh - what the tests of qsend share: a scripted server, and qsend with a
# message or queue files.  Sourced after lib.sh.
# shellcheck shell=sh disable=SC2034

mk_site
conf timeoutconnect 3
conf timeoutremote 3
COUNT=0 FAKES=0

# script [LINE ...]: writes a script, its name is in $SCRIPT
script()
{
	COUNT=$((COUNT + 1))
	SCRIPT=$T/script.$COUNT
	printf '%s\n' '# script' "$@" >"$SCRIPT"
}

# fake SCRIPT ...: starts a server on $P that logs to $LOG
fake()
{
	[ -z "${FAKE-}" ] || stop "$FAKE"
	FAKES=$((FAKES + 1))
	P=$(free_port) LOG=$T/log.$FAKES
	start fakesmtp "$P" "$LOG" "$@"
	FAKE=$PID
	wait_for 5 test -e "$LOG"
}

# play LINE ...: a server with one script
play()
{
	script "$@"
	fake "$SCRIPT"
}

# send RECIPIENT ...: the message in $T/m; $SAID, $STATUS and $WIRE afterwards
send()
{
	SAID=$(as_user timeout 30 qsend -c "$CONF" -p "$P" '[127.0.0.1]' \
	    sender@a.example "$@" <"$T/m" 2>"$T/err")
	STATUS=$?
	wire
}

# feed NAME ...: queue files
feed()
{
	SAID=$(printf '%s\n' "$@" | as_user timeout 30 qsend -c "$CONF" \
	    -p "$P" '[127.0.0.1]' 2>"$T/err")
	STATUS=$?
	wire
}

ended()
{
	[ "$(grep -c '^# connection' "$LOG")" = "$(grep -c '^# end' "$LOG")" ]
}

wire()
{
	wait_for 5 ended
	WIRE=$(tr -d '\r' <"$LOG")
}

hello()
{
	printf 'Subject: hello\n\nbody\n'
}
