# ours.sh - pennypost for measuring: built static against musl from a copy of the
# tree, set up with an account for each duty as conf/setup does it.
# shellcheck shell=sh disable=SC2034

SMTP_UID=9020 SLOT_GID=9021 QUEUE_UID=9022
# The mailboxes' owner has an account, as it has when conf/setup is followed:
# without one, the whole of nsswitch.conf is asked each time.
BOX_USER=games
BOX_UID=$(id -u "$BOX_USER") BOX_GID=$(id -g "$BOX_USER")

ours_build()
{
	rm -rf "$B/tree"
	mkdir -p "$B/tree"
	(cd "$TOP" && tar cf - --exclude=tests Makefile conf inject lib pop3d qrun \
	    qsend smtpd) | (cd "$B/tree" && tar xf -)
	(cd "$B/tree" && make clean && make -j2 musl) >"$B/build.log" 2>&1 ||
		{ tail "$B/build.log" >&2; exit 111; }
	for program in smtpd/smtpd inject/inject qrun/qrun qrun/mailq qsend/qsend \
	    pop3d/pop3d pop3d/pop3auth pop3d/checkpw; do
		cp "$B/tree/$program" "$B/bin/"
	done
	musl-gcc -std=c99 -D_XOPEN_SOURCE=700 -O2 -static -o "$B/bin/filter" \
	    "$here/filter.c" || exit 111
	# the same smtpd with its fsyncs left out
	musl-gcc -O2 -c -o "$B/nosync.o" "$here/nosync.c" &&
	rm -f "$B/tree/smtpd/smtpd" &&
	(cd "$B/tree" && make smtpd/smtpd NETCC=musl-gcc NETHARDEN= \
	    NETLDFLAGS="-static -Wl,--wrap=fsync $B/nosync.o") \
	    >>"$B/build.log" 2>&1 || exit 111
	cp "$B/tree/smtpd/smtpd" "$B/bin/smtpd-nosync"
}

# ours_site: configuration, spool and mailboxes in $O
ours_site()
{
	O=$D/ours
	[ ! -d "$O" ] || return 0
	mkdir -p "$O/conf" "$O/spool" "$O/mail/bench.example/user"
	echo bench.example >"$O/conf/me"
	echo "$O/spool" >"$O/conf/spool"
	echo "$O/mail" >"$O/conf/mailroot"
	echo 100000000 >"$O/conf/databytes"
	echo 127.0.0.1 >"$O/conf/relayclients"
	echo "sink.example:[127.0.0.1]:$SINK_PORT" >"$O/conf/smtproutes"
	echo nobody >"$O/conf/qsenduser"
	chown "$BOX_UID:$BOX_GID" "$O/mail/bench.example/user"
	echo "$HASH" >"$O/mail/bench.example/user/.password"
	chown "$BOX_UID:$BOX_GID" "$O/mail/bench.example/user/.password"
	chmod 600 "$O/mail/bench.example/user/.password"
	chown "$QUEUE_UID:$SLOT_GID" "$O/spool"
	chmod 710 "$O/spool"
	for dir in tmp new defer hold bad info; do
		mkdir "$O/spool/$dir"
		chown "$QUEUE_UID:$QUEUE_UID" "$O/spool/$dir"
		chmod 700 "$O/spool/$dir"
	done
	chmod 3777 "$O/spool/tmp" "$O/spool/new"
	mkfifo "$O/spool/trigger"
	chown "$QUEUE_UID:$SLOT_GID" "$O/spool/trigger"
	chmod 620 "$O/spool/trigger"
}

# logger_for NAME: a pipe, $LOG, to a process that writes $D/NAME.log, as multilog
# does where these are installed
logger_for()
{
	LOG=$D/$1.pipe
	mkfifo -m 622 "$LOG"
	cat <"$LOG" >"$D/$1.log" &
	PIDS="$PIDS $!"
}

# ours_smtpd PORT PROGRAM
ours_smtpd()
{
	ours_site
	logger_for "$2"
	tcpserver -c 600 -b 600 -HRl0 -u "$SMTP_UID" -g "$SLOT_GID" 127.0.0.1 \
	    "$1" "$2" -c "$O/conf" 2>"$LOG" &
	PIDS="$PIDS $!"
	wait_port "$1"
}

ours_clean()
{
	find "$O/spool/new" "$O/spool/defer" "$O/spool/info" \
	    "$O/mail/bench.example/user" -name '.*' -prune -o -type f \
	    -exec rm -f {} +
}

ours_qrun()
{
	[ -p "$D/qrun.pipe" ] || logger_for qrun
	qrun -w -c "$O/conf" 2>"$D/qrun.pipe" &
	QRUN_PID=$!
	PIDS="$PIDS $QRUN_PID"
}

ours_pop3()
{
	ours_site
	logger_for pop3
	env UID=9025 GID=9025 MAILCONF="$O/conf" tcpserver -c 600 -b 600 -HRl0 \
	    127.0.0.1 "$POP_PORT" pop3auth checkpw pop3d Maildir \
	    2>"$LOG" &
	PIDS="$PIDS $!"
	wait_port "$POP_PORT"
}
