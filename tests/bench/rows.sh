# rows.sh - what is measured, a function for each row of the table.
# shellcheck shell=sh disable=SC2154,SC2086

# begin_row SECONDS: what it may take; a busy machine gets fewer rounds, but two
begin_row()
{
	row_end=$(($(date +%s) + $1))
}

# round_of NUMBER: true while there is a round to do
round_of()
{
	[ "$1" -le "$ROUNDS" ] &&
		{ [ "$1" -le 2 ] || [ "$(date +%s)" -lt "$row_end" ]; }
}

# turned NUMBER word ...: the words, beginning with another one each time, so that
# nobody always comes behind the same one
turned()
{
	n=$(($1 % ($# - 1)))
	shift
	while [ "$n" -gt 0 ]; do
		set -- "$@" "$1"
		shift
		n=$((n - 1))
	done
	echo "$@"
}

# ---- SMTP accept into the queue ----

accept_servers()
{
	[ -z "${ACCEPT_UP-}" ] || return 0
	ACCEPT_UP=1
	ours_smtpd "$OURS_PORT" smtpd
	ours_smtpd "$NOSYNC_PORT" smtpd-nosync
	systems=pennypost
	have postfix && postfix_start && systems="$systems postfix"
	have opensmtpd && opensmtpd_start && systems="$systems opensmtpd"
	have mailfront && mailfront_start && systems="$systems mailfront"
	# OpenSMTPD's 250 comes before any fsync
	systems="$systems pennypost-nosync floor-filter"
	filter_start
	mkdir -p "$D/floor"
}

# filter_start: the least durable filter, as smtpd is started
filter_start()
{
	mkdir -p "$D/filter/tmp" "$D/filter/new"
	chown -R "$SMTP_UID:$SLOT_GID" "$D/filter"
	tcpserver -c 600 -b 600 -HRl0 -u "$SMTP_UID" -g "$SLOT_GID" 127.0.0.1 \
	    "$FILTER_PORT" filter "$D/filter" 2>"$D/filter/log" &
	PIDS="$PIDS $!"
	wait_port "$FILTER_PORT"
}

# send_to SYSTEM option ...: one run of smtp-source
send_to()
{
	system=$1 to=user@bench.example
	shift
	case $system in
	pennypost)	port=$OURS_PORT ;;
	pennypost-*)	port=$NOSYNC_PORT ;;
	floor-filter)	port=$FILTER_PORT ;;
	postfix)	port=$POSTFIX_PORT to=hold@bench.example ;;
	opensmtpd)	port=$OPENSMTPD_PORT ;;
	mailfront)	port=$MAILFRONT_PORT ;;
	esac
	smtp_source "$@" -t "$to" "127.0.0.1:$port"
}

clean_queues()
{
	ours_clean
	case $systems in *postfix*) postfix_clean ;; esac
	case $systems in *mailfront*) mailfront_clean ;; esac
	case $systems in *opensmtpd*) opensmtpd_ctl remove all ;; esac
	rm -rf "$D/floor/new" "$D/floor/tmp"
	find "$D/filter" -type f -name '*S=*' -delete
}

# accept_row ROW CLIENTS COUNT OCTETS FACTOR UNIT option ...
accept_row()
{
	row=$1 clients=$2 count=$3 octets=$4 factor=$5 unit=$6
	shift 6
	for system in $(turned "$round" $systems); do
		# it holds a small message in memory
		[ "$system $octets" != 'floor-filter 1048576' ] || continue
		begin=$(now)
		send_to "$system" -s "$clients" -m "$count" -l "$octets" "$@" ||
			continue
		note "$row" "$clients clients" "$unit" "$system" \
		    "$(per_second "$count*$factor" "$begin" "$(now)")"
	done
	# its time is to be long enough to be measured
	floor_factor=3
	[ "$octets" -lt 100000 ] || floor_factor=1
	for mode in two one; do
		note "$row" "$clients clients" "$unit" "floor-$mode" "$(awk \
		    "BEGIN { print $factor * $(floor $mode "$clients" \
		    $((count * floor_factor)) "$octets" "$D/floor") }")"
		rm -rf "$D/floor/new" "$D/floor/tmp"
	done
}

accept_rounds()
{
	accept_servers
	case $systems in *opensmtpd*) opensmtpd_ctl pause mda ;; esac
	begin_row "$1"
	shift
	round=0
	while round_of $((round += 1)); do
		"$@"
		clean_queues
	done
	case $systems in *opensmtpd*) opensmtpd_ctl resume mda ;; esac
}

accept1()
{
	accept_row accept1 1 150 4096 1 msg/s
	accept_row accept1 10 600 4096 1 msg/s
	accept_row accept1 100 800 4096 1 msg/s
}

accept100()
{
	accept_row accept100 1 100 4096 1 msg/s -d
	accept_row accept100 10 1000 4096 1 msg/s -d
	accept_row accept100 100 3000 4096 1 msg/s -d
}

accept_1m()
{
	accept_row accept-1m 1 30 1048576 1.048576 MB/s
	accept_row accept-1m 10 60 1048576 1.048576 MB/s
}

row_accept1()	{ accept_rounds 120 accept1; }
row_accept100()	{ accept_rounds 90 accept100; }
row_accept_1m()	{ accept_rounds 40 accept_1m; }

# ---- through to the mailbox, and out ----

# until_files DIR COUNT: waits until so many files are there, 60 seconds at most
until_files()
{
	tries=0
	until [ "$(find "$1" -maxdepth 1 -type f 2>/dev/null | wc -l)" -ge "$2" ]
	do
		tries=$((tries + 1))
		[ "$tries" -lt 1200 ] || { echo "# $1: not all came" >&2; return 1; }
		sleep 0.05
	done
}

box_of()
{
	case $1 in
	pennypost)	echo "$O/mail/bench.example/user/Maildir/new" ;;
	*)		echo "$D/$1/mail/user/Maildir/new" ;;
	esac
}

port_of()
{
	case $1 in
	pennypost)	echo "$OURS_PORT" ;;
	postfix)	echo "$POSTFIX_PORT" ;;
	opensmtpd)	echo "$OPENSMTPD_PORT" ;;
	esac
}

through_servers()
{
	accept_servers
	movers=pennypost
	case $systems in *postfix*) movers="$movers postfix" ;; esac
	case $systems in *opensmtpd*) movers="$movers opensmtpd" ;; esac
	ours_clean
	[ -n "${QRUN_PID-}" ] || ours_qrun
}

clean_boxes()
{
	for system in $movers; do
		[ ! -d "$(box_of "$system")" ] ||
			find "$(box_of "$system")" -type f -exec rm -f {} +
	done
}

row_deliver()
{
	through_servers
	begin_row 80
	round=0
	while round_of $((round += 1)); do
		for system in $(turned "$round" $movers); do
			box=$(box_of "$system") port=$(port_of "$system")
			begin=$(now)
			smtp_source -s 10 -m 2000 -l 4096 -t user@bench.example \
			    "127.0.0.1:$port" && until_files "$box" 2000 &&
				note deliver '2,000 messages' -s "$system" \
				    "$(seconds "$begin" "$(now)")"
			clean_boxes
		done
		for system in $(turned "$round" $movers); do
			once "$(port_of "$system")" user@bench.example \
			    "$(box_of "$system")" 10 >"$D/once" ||
				continue
			while read -r value; do
				note deliver 'one message' -ms "$system" "$value"
			done <"$D/once"
		done
		clean_boxes
	done
}

# Each ten times as many messages: does one of them still cost the same?
row_growth()
{
	through_servers
	begin_row 100
	box=$(box_of pennypost)
	round=0
	while round_of $((round += 1)) && [ "$round" -le 3 ]; do
		for count in 200 2000 20000; do
			begin=$(now)
			send_to floor-filter -s 10 -m "$count" -l 4096
			note growth "filter $count" -us pennypost "$(awk \
			    "BEGIN { print 1e6 * ($(now) - $begin) / $count }")"
			begin=$(now)
			send_to pennypost -s 10 -m "$count" -l 4096
			accepted=$(now)
			until_files "$box" "$count" || continue
			note growth "accept $count" -us pennypost "$(awk \
			    "BEGIN { print 1e6 * ($accepted - $begin) / $count }")"
			note growth "deliver $count" -us pennypost "$(awk \
			    "BEGIN { print 1e6 * ($(now) - $begin) / $count }")"
			find "$box" -type f -delete
		done
	done
}

# OpenSMTPD has one connection to this relay, and waits 40 ms a message: left out.
row_remote()
{
	through_servers
	begin_row 50
	round=0
	while round_of $((round += 1)); do
		for system in $(turned "$round" ${movers% opensmtpd}); do
			smtp_sink -M 2000 "127.0.0.1:$SINK_PORT" 500 &
			sink=$!
			PIDS="$PIDS $sink"
			sleep 0.3
			begin=$(now)
			smtp_source -s 10 -m 2000 -l 4096 -t user@sink.example \
			    "127.0.0.1:$(port_of "$system")"
			tries=0
			while kill -0 "$sink" 2>/dev/null && [ "$tries" -lt 3000 ]
			do
				sleep 0.02
				tries=$((tries + 1))
			done
			[ "$tries" = 3000 ] && kill "$sink" ||
				note remote '2,000 to one domain' -s "$system" \
				    "$(seconds "$begin" "$(now)")"
			wait "$sink" 2>/dev/null
		done
	done
}

# ---- POP3 ----

# make_messages DIR COUNT OCTETS: Maildir names with sizes, as ours and as
# others read them
make_messages()
{
	mkdir -p "$1/cur" "$1/new" "$1/tmp"
	perl -e '
		my ($dir, $count, $octets) = @ARGV;
		my $line = "This line is of the body of a message of 64 octets or so.\n";
		my $text = "From: a\@b.example\nSubject: x\n\n";
		$text .= $line while length($text) < $octets;
		my $size = length($text);
		my $wire = $size + ($text =~ tr/\n//);
		for my $i (1 .. $count) {
			my $name = sprintf("1700%06d.M%06dP1Rbench.host,S=%d,W=%d",
			    $i, $i, $size, $wire);
			open(my $f, ">", "$dir/new/$name") or die;
			print $f $text;
			close($f);
		}' "$1" "$2" "$3"
}

# pop_boxes NAME COUNT OCTETS: the same messages for every server
pop_boxes()
{
	make_messages "$O/mail/bench.example/$1/Maildir" "$2" "$3"
	echo "$HASH" >"$O/mail/bench.example/$1/.password"
	chmod 600 "$O/mail/bench.example/$1/.password"
	chmod 700 "$O/mail/bench.example/$1"
	chown -R "$BOX_UID:$BOX_GID" "$O/mail/bench.example/$1"
	for copy in "$D/box/$1" "$D/front/$1"; do
		mkdir -p "$copy"
		cp -al "$O/mail/bench.example/$1/Maildir" "$copy/"
		# the files are shared, their owner stays
		find "$copy" -type d -exec chown 9010:9010 {} +
	done
	chmod 755 "$D/box" "$D/front"
}

# pop_to SYSTEM BOX word ...: the client; mailfront's pop3d is started for BOX
pop_to()
{
	system=$1 box=$2
	shift 2
	case $system in
	pennypost)	pop "$POP_PORT" "$box@bench.example" hungry "$@" ;;
	dovecot)	pop "$DOVECOT_PORT" "$box" hungry "$@" ;;
	popa3d)		pop "$POPA3D_PORT" bob hungry "$@" ;;
	mailfront)	pop "$POP3FRONT_PORT" - - "$@" ;;
	esac
}

pop_servers()
{
	[ -z "${POP_UP-}" ] || return 0
	POP_UP=1
	ours_pop3
	have dovecot-core && dovecot_start
	have popa3d && popa3d_start
}

pop_login()
{
	begin_row 40
	round=0
	while round_of $((round += 1)); do
		for clients in 1 10; do
			for system in $(turned "$round" pennypost $poppers); do
				note pop3 "login, $clients clients" /s "$system" \
				    "$(pop_to "$system" few login "$clients" 400)"
			done
		done
	done
}

# pop_open BOX LABEL: cold, then warm
pop_open()
{
	for state in cold warm; do
		n=5
		[ "$state" = warm ] || n=3
		for round in $(seq 1 "$n"); do
			for system in $(turned "$round" pennypost $openers); do
				[ "$state" = warm ] || forget "$1"
				pop_to "$system" "$1" open >"$D/open" || continue
				read -r open stat list uidl <"$D/open"
				note pop3 "open $2 $state" -ms "$system" "$open"
				[ "$state" = warm ] || continue
				note pop3 "STAT $2" -ms "$system" "$stat"
				note pop3 "LIST $2" -ms "$system" "$list"
				note pop3 "UIDL $2" -ms "$system" "$uidl"
			done
		done
	done
}

# Nothing is in memory, and Dovecot has no index.
forget()
{
	rm -f "$D/box/$1/Maildir"/dovecot*
	sync
	echo 3 >/proc/sys/vm/drop_caches
}

pop_retrieve()
{
	begin_row 40
	round=0
	while round_of $((round += 1)); do
		for system in $(turned "$round" pennypost $poppers); do
			[ "$system" != popa3d ] || mbox 1000 4096
			note pop3 '1,000 RETR pipelined' msg/s "$system" \
			    "$(pop_to "$system" thousand pipe 1000)"
			# popa3d needs 44 ms for each
			turns=1000
			[ "$system" != popa3d ] || turns=50
			note pop3 'RETR in turn' msg/s "$system" \
			    "$(pop_to "$system" thousand each "$turns")"
			[ "$system" != popa3d ] || mbox 1 52428800
			note pop3 'RETR 50 MiB' MB/s "$system" \
			    "$(pop_to "$system" large large)"
		done
	done
}

# mbox COUNT OCTETS: popa3d's mailbox
mbox()
{
	perl -e '
		my ($count, $octets) = @ARGV;
		my $line = "This line is of the body of a message of 64 octets or so.\n";
		my $text = "From a\@b.example Sat Nov 21 09:00:00 2026\n" .
		    "From: a\@b.example\nSubject: x\n\n";
		my $n = int($octets / length($line)) + 1;
		print $text, $line x $n, "\n" for 1 .. $count;
	' "$1" "$2" >"$D/popa3d/var/mail/bob"
}

row_pop3()
{
	poppers=''
	pop_servers
	pop_boxes few 3 4096
	pop_boxes thousand 1000 4096
	pop_boxes large 1 52428800
	pop_boxes 10000 10000 200
	pop_boxes 100000 100000 200
	have dovecot-core && poppers=dovecot
	openers=$poppers
	have popa3d && poppers="$poppers popa3d" && mbox 3 4096
	pop_login
	pop_retrieve
	for n in 10000 100000; do
		if have mailfront && pop3front_start "$D/front/$n/Maildir"; then
			openers="${openers% mailfront} mailfront"
			front=${PIDS##* }
		fi
		pop_open "$n" "$n"
		[ -z "${front-}" ] || kill "$front"
		sleep 0.2
	done
}

# ---- inject: a shell loop ----

inject_with()
{
	begin=$(now)
	for i in $(seq 1 100); do
		"$@" <"$D/letter" || return 1
	done
	note inject '100 in a shell loop' msg/s "$system" \
	    "$(per_second 100 "$begin" "$(now)")"
}

row_inject()
{
	accept_servers
	{
		printf 'Subject: from a loop\n\n'
		seq 1 800
	} >"$D/letter"
	begin_row 30
	round=0
	while round_of $((round += 1)); do
		system=pennypost
		inject_with asuser "$SMTP_UID" "$SLOT_GID" inject -c "$O/conf" \
		    -f a@bench.example user@bench.example
		system=postfix
		case $systems in *postfix*)
			inject_with nsenter -m -t "$POSTFIX_PID" \
			    /usr/sbin/sendmail -f a@bench.example \
			    hold@bench.example ;;
		esac
		system=opensmtpd
		case $systems in *opensmtpd*)
			inject_with nsenter -m -t "$OPENSMTPD_PID" \
			    /usr/sbin/sendmail -f a@bench.example \
			    user@bench.example ;;
		esac
		clean_queues
	done
}

# ---- memory of idle connections ----

# private_kib PROGRAM: of all its processes together
private_kib()
{
	total=0
	for pid in $(pids_of "$1"); do
		kib=$(awk '/^Private/ { n += $2 } END { print n + 0 }' \
		    "/proc/$pid/smaps_rollup" 2>/dev/null)
		total=$((total + ${kib:-0}))
	done
	echo "$total"
}

pids_of()
{
	for exe in /proc/[0-9]*/exe; do
		case $(readlink "$exe") in
		"$1")	exe=${exe#/proc/}; echo "${exe%/exe}" ;;
		esac
	done
}

# idle_memory SYSTEM PORT CLIENTS PROGRAM ...: KiB of a connection
idle_memory()
{
	system=$1 port=$2 clients=$3
	shift 3
	first=0
	for program; do
		first=$((first + $(private_kib "$program")))
	done
	rm -f "$D/hold" "$D/ready"
	mkfifo "$D/hold"
	: >"$D/ready"
	once -i "$port" "$clients" <"$D/hold" >"$D/ready" &
	exec 9>"$D/hold"
	tries=0
	until grep -q ready "$D/ready" || [ "$tries" = 100 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	sleep 0.5
	all=0
	for program; do
		all=$((all + $(private_kib "$program")))
	done
	exec 9>&-
	rm "$D/hold"
	note memory "$kind, $clients idle" -KiB "$system" \
	    "$(awk "BEGIN { print ($all - $first) / $clients }")"
}

row_memory()
{
	accept_servers
	pop_servers
	# once: what processes of a pool have grown to does not come again
	for round in 1; do
		kind=SMTP
		idle_memory pennypost "$OURS_PORT" 50 "$B/bin/smtpd"
		idle_memory pennypost "$OURS_PORT" 500 "$B/bin/smtpd"
		[ -z "${POSTFIX_PID-}" ] || idle_memory postfix \
		    "$POSTFIX_PORT" 50 /usr/lib/postfix/sbin/smtpd
		[ -z "${OPENSMTPD_PID-}" ] || idle_memory opensmtpd \
		    "$OPENSMTPD_PORT" 50 /usr/sbin/smtpd
		idle_memory mailfront "$MAILFRONT_PORT" 50 /usr/sbin/mailfront
		kind='POP3 login'
		idle_memory pennypost "$POP_PORT" 50 "$B/bin/pop3auth"
		idle_memory dovecot "$DOVECOT_PORT" 50 \
		    /usr/lib/dovecot/pop3-login
		idle_memory popa3d "$POPA3D_PORT" 50 /usr/sbin/popa3d
	done
}

# ---- what one message costs ----

row_calls()
{
	accept_servers
	letter=$D/session
	seq 1001 1060 | sed 's/.*/& This is a line of a message, of the usual length, 64 octets.\r/' \
	    >"$D/lines"
	{
		printf 'EHLO c.example\r\n'
		for i in $(seq 1 "${1:-100}"); do
			printf 'MAIL FROM:<a@c.example>\r\nRCPT TO:<user@bench.example>\r\nDATA\r\n'
			printf 'Subject: x\r\n\r\n'
			cat "$D/lines"
			printf '.\r\n'
		done
		printf 'QUIT\r\n'
	} >"$letter"
	sed '/^MAIL/,/^\.\r$/d' "$letter" >"$letter.empty"
	chmod 644 "$letter" "$letter.empty"
	calls_of pennypost asuser "$SMTP_UID" "$SLOT_GID" env \
	    TCPREMOTEIP=127.0.0.1 smtpd -c "$O/conf"
	if [ -n "${MAILFRONT_PID-}" ]; then
		place="nsenter -m -t $MAILFRONT_PID"
		calls_of mailfront env QUEUEDIR="$D/mailfront/queue" PROTO=TCP \
		    TCPREMOTEIP=127.0.0.1 TCPLOCALIP=127.0.0.1 RELAYCLIENT= \
		    /usr/sbin/mailfront smtp queuedir accept
		place=
	fi
	ours_clean
}

# calls_of SYSTEM command ...: per message, that of a session of 100 less that of
# one without any; in the namespace $place
calls_of()
{
	system=$1
	shift
	for session in "$letter" "$letter.empty"; do
		# shellcheck disable=SC2086
		${place-} strace -f -qq -o "$D/trace" "$@" <"$session" \
		    >/dev/null 2>&1
		grep -c '(' "$D/trace"
		grep -c 'fsync(' "$D/trace"
		grep -Ec '(clone|fork|vfork)' "$D/trace"
	done | awk -v OFS=' ' '{ v[NR] = $1 }
		END { print (v[1] - v[4]) / 100, (v[2] - v[5]) / 100,
		    (v[3] - v[6]) / 100 }' >"$D/calls"
	read -r calls fsyncs forks <"$D/calls"
	note calls 'system calls, a message' -n "$system" "$calls"
	note calls 'fsyncs, a message' -n "$system" "$fsyncs"
	note calls 'processes, a message' -n "$system" "$forks"
	for session in "$letter" "$letter.empty"; do
		# shellcheck disable=SC2086
		${place-} valgrind --tool=callgrind --vgdb=no \
		    --trace-children=yes --callgrind-out-file=/dev/null "$@" \
		    <"$session" 2>&1 >/dev/null |
			awk '/Collected/ { n += $NF } END { print n + 0 }'
	done | awk '{ v[NR] = $1 } END { print (v[1] - v[2]) / 100 }' >"$D/calls"
	read -r calls <"$D/calls"
	note calls 'instructions, a message' -n "$system" "$calls"
}

# ---- a queue of 100,000 waiting messages ----

make_queue()
{
	perl -e '
		my ($dir, $count, $next) = @ARGV;
		my $body = "Received: from c.example (c.example [192.0.2.7])\n\tby " .
		    "bench.example with ESMTP id x; Fri, 20 Nov 2026 09:00:00 +0000\n" .
		    "Subject: x\n\nbody\n";
		for my $i (1 .. $count) {
			my $text = "Return-Path: <a\@c.example>\n" .
			    "Delivered-To: user$i\@away.example\n" . $body;
			my $size = length($text);
			my $wire = $size + ($text =~ tr/\n//);
			my $name = sprintf("%d.M%06dP1Rbench.host,S=%d,W=%d",
			    $next - 1600, $i, $size, $wire);
			open(my $f, ">", "$dir/$next.$name") or die;
			print $f $text;
			close($f);
		}' "$O/spool/defer" "$1" "$(($(date +%s) + 1500))"
	chown -R "$QUEUE_UID:$QUEUE_UID" "$O/spool/defer"
}

row_queue()
{
	ours_site
	[ -z "${QRUN_PID-}" ] || { kill "$QRUN_PID"; wait "$QRUN_PID"; QRUN_PID=; }
	for size in 1000 10000 100000; do
		ours_clean
		make_queue "$size"
		begin_row 20
		round=0
		while round_of $((round += 1)); do
			for program in qrun mailq; do
				timed "$program" -c "$O/conf" 3>"$D/used" \
				    >"$D/said" 2>&1 || cat "$D/said"
				read -r ms cpu kib <"$D/used"
				note queue "$program $size" -ms pennypost "$ms"
				note queue "$program $size CPU" -ms pennypost "$cpu"
				note queue "$program $size mem" -KiB pennypost "$kib"
			done
		done
	done
	ours_clean
}
