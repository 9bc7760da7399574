#!/bin/sh
# mail to and from real mail servers, found by a real name server
# limit: 120
# shellcheck disable=SC2086,SC2154,SC1091
. "${0%/*}/remote.sh"
apart "$0" postfix opensmtpd nsd
. "${0%/*}/../lib.sh"
peers

# ---- three hosts: ours, Postfix's with the name server, OpenSMTPD's ----

# host NAME NUMBER: its process is $NAME_PID; 10.77.0.NUMBER and fd77::NUMBER
host()
{
	mkfifo "$T/$1.up"
	start unshare -nmu sh -c "hostname mx.$1.example && ip link set lo up &&
	    mount --bind $T/etc.$1 /etc &&
	    for d in /var/spool /var/lib /run; do
		mount -t tmpfs -o mode=755 tmpfs \$d || exit; done &&
	    echo up >$T/$1.up; exec sleep 600"
	eval "$1_PID=$PID"
	read -r _ <"$T/$1.up"
	[ "$1" = pf ] || on pf ip link add "$1" type veth peer name eth0 \
	    netns "$PID"
}

# on HOST command ...
on()
{
	eval "pid=\$$1_PID"
	shift
	nsenter -t "$pid" -n -m -u "$@"
}

address()
{
	for a in "10.77.0.$2/24" "fd77::$2/64 nodad"; do
		on "$1" ip addr add $a dev eth0
	done
	on "$1" ip link set eth0 up
}

echo 'nameserver 10.77.0.2' >"$T/etc/resolv.conf"
echo 'options timeout:2 attempts:2' >>"$T/etc/resolv.conf"
for h in pf os; do
	cp -a "$T/etc" "$T/etc.$h"
done
us_PID=$$
hostname mx.us.example
host pf
host os
on pf ip link add us type veth peer name eth0 netns "$us_PID"
on pf ip link add eth0 type bridge
for h in us os; do
	on pf ip link set "$h" master eth0
	on pf ip link set "$h" up
done
address us 1
address pf 2
address os 3
on pf ip addr add 10.77.0.4/24 dev eth0		# nobody listens there

# ---- the name server ----

mkdir -p "$T/nsd"
{
	cat <<'END'
$ORIGIN example.
$TTL 60
@		SOA ns hostmaster 1 60 60 60 60
		NS ns
ns		A 10.77.0.2
mx.us		A 10.77.0.1
		AAAA fd77::1
mx4.us		A 10.77.0.1
mx6.us		AAAA fd77::1
mx.pf		A 10.77.0.2
		AAAA fd77::2
mx6.pf		AAAA fd77::2
mx.os		A 10.77.0.3
		AAAA fd77::3
mx6.os		AAAA fd77::3
closed		A 10.77.0.4
nobody		A 10.77.0.9
nobody6		AAAA fd77::9
text		TXT "no address"
us4		MX 10 mx4.us
us6		MX 10 mx6.us
pf		MX 10 closed
		MX 20 mx.pf
os		MX 10 nobody
		MX 15 nobody6
		MX 20 mx.os
six		MX 10 mx6.pf
sixos		MX 10 mx6.os
equal		MX 10 mx.pf
		MX 10 mx.os
implicit	A 10.77.0.2
implicit6	AAAA fd77::2
null		MX 0 .
alias		CNAME pf
alias2		CNAME alias
mxalias		MX 10 mxcname
mxcname		CNAME mx.pf
nothing		MX 10 nowhere
noaddress	MX 10 text
dead		MX 10 closed
self		MX 10 mx.us
		MX 20 mx.pf
		A 10.77.0.2
backup		MX 20 closed
		MX 10 mx.us
		MX 5 mx.pf
loop		CNAME loop2
loop2		CNAME loop
both		MX 10 closed
		MX 10 nowhere
		MX 10 mx6.pf
big		MX 1 mx.pf
huge		MX 1 mx.pf
END
	i=0
	while [ $i -lt 40 ]; do
		i=$((i + 1))
		echo "big MX $((i + 10)) one-of-many-dead-servers-$i.big"
	done
	while [ $i -lt 1500 ]; do
		i=$((i + 1))
		echo "huge MX $((i + 10)) a-dead-one-$i"
	done
} >"$T/nsd/zone"
cat >"$T/nsd/conf" <<END
server:
	ip-address: 10.77.0.2
	username: ""
	chroot: ""
	zonesdir: "$T/nsd"
	pidfile: "$T/nsd/pid"
	database: ""
	xfrdfile: "$T/nsd/xfrd"
	zonelistfile: "$T/nsd/zones"
	logfile: "$T/nsd/log"
	round-robin: yes
remote-control:
	control-enable: no
zone:
	name: "example"
	zonefile: "zone"
END
start on pf nsd -d -c "$T/nsd/conf"
ok 'NSD answers' listens 10 53 10.77.0.2 || {
	diag "$(cat "$T/nsd/log")"
	done_testing
}

# ---- Postfix and OpenSMTPD ----

THEIRS='pf.example, six.example, equal.example, implicit.example,
	implicit6.example, alias.example, alias2.example, mxalias.example,
	backup.example, both.example, big.example, huge.example'
postfix_files "$T/etc.pf/postfix" mx.pf.example \
    'inet_interfaces = 127.0.0.1, 10.77.0.2, [fd77::2]' \
    'inet_protocols = all' "virtual_mailbox_domains = $THEIRS" \
    "virtual_mailbox_base = $T/home.pete" \
    'virtual_mailbox_maps = inline:{ @pf.example=mail/ @six.example=mail/
	@equal.example=equal/ @implicit.example=mail/ @implicit6.example=mail/
	@alias.example=mail/ @alias2.example=mail/ @mxalias.example=mail/
	@backup.example=mail/ @both.example=mail/ @big.example=mail/
	@huge.example=mail/ }' \
    'virtual_uid_maps = static:6006' 'virtual_gid_maps = static:6006' \
    'smtp_tls_security_level = none'
on pf mkdir -p /var/spool/postfix /var/lib/postfix
on pf chown postfix /var/lib/postfix
on pf postfix check >"$T/postfix.out" 2>&1
start on pf /usr/lib/postfix/sbin/master -c /etc/postfix -d \
    >>"$T/postfix.out" 2>&1

cat >"$T/etc.os/smtpd.conf" <<END
table domains { "os.example", "equal.example", "sixos.example" }
table users { "@" = "oscar" }
listen on 0.0.0.0
listen on ::
action "in" maildir "$T/home.oscar/mail" virtual <users>
action "out" relay
match from any for domain <domains> action "in"
match from local for any action "out"
END
echo mx.os.example >"$T/etc.os/mailname"
mkdir -p "$T/home.oscar"
chown 6007:6007 "$T/home.oscar"
on os mkdir -p /var/spool/smtpd /var/lib/opensmtpd/empty
on os chmod 711 /var/spool/smtpd
start on os /usr/sbin/smtpd -d >"$T/opensmtpd.out" 2>&1

# ---- our host ----

mk_site "$T/us"
conf me mx.us.example
conf timeoutconnect 2
mailbox alice@us.example
mailbox alice@us4.example
mailbox alice@us6.example
ALICE4=$MAILROOT/us4.example/alice/Maildir/new
ALICE6=$MAILROOT/us6.example/alice/Maildir/new
BOUNCES=$MAILROOT/us.example/alice/Maildir/new
PETE=$T/home.pete/mail/new OSCAR=$T/home.oscar/mail/new
start tcpserver -c 40 -HR -l mx.us.example 10.77.0.1 25 \
    $AS_USER smtpd -c "$CONF" 2>"$T/smtpd.log"
write_xinetd 25 $AS_USER smtpd -c "$CONF" | sed -e 's/127.0.0.1/fd77::1/' \
    -e 's/^}/	flags = IPv6\n}/' >"$T/xinetd"
start xinetd -dontfork -f "$T/xinetd" -pidfile "$T/xinetd.pid" \
    >"$T/xinetd.log" 2>&1

listens 10 25 10.77.0.1
listens 10 25 fd77::1
ok 'Postfix answers' listens 20 25 10.77.0.2 ||
    diag "$(cat "$T/postfix.out" "$T/etc.pf/postfix/log")"
ok 'OpenSMTPD answers' listens 20 25 10.77.0.3 ||
    diag "$(cat "$T/opensmtpd.out")"
[ "$TAP_FAILED" = 0 ] || done_testing

# mail DOMAIN: from alice, into the queue
mail()
{
	printf 'From: alice@us.example\nSubject: %s\n\n%s\n.\n.end\n' "$1" \
	    "$1" >"$T/message"
	queue_file alice@us.example "bob@$1" <"$T/message" >/dev/null
}

run_queue()
{
	LOG=$(as_user qrun -c "$CONF" 2>&1)
}

# has DIR TEXT [N]: N files there have it
has()
{
	[ "$(grep -rlE "$2" "$1" 2>/dev/null | wc -l)" = "${3:-1}" ]
}

# log_of DOMAIN: what the log says of a recipient there
log_of()
{
	printf '%s\n' "$LOG" | grep " to=[a-z]*@$1 "
}

# ---- by MX to real servers ----

for d in pf os six sixos implicit implicit6 alias alias2 mxalias big huge \
    backup both null nothing noaddress self nx loop dead; do
	mail "$d.example"
done
mail elsewhere.invalid
run_queue

ok 'C01 C10 to Postfix, whose first MX refuses connections' \
    wait_for 4 has "$PETE" '^Subject: pf.example'
ok 'C15 the dots are as they were' grep -rqx '\.end' "$PETE"
ok 'C10 to OpenSMTPD, whose first MXes do not exist' \
    wait_for 4 has "$OSCAR" '^Subject: os.example'
ok 'to Postfix by an MX with an IPv6 address alone' \
    wait_for 4 has "$PETE" '^Subject: six.example'
six=$(grep -rl '^Subject: six.example' "$PETE")
ok 'over IPv6' grep -q '^Received: from .*\[IPv6:fd77::1\]' "$six"
ok 'to OpenSMTPD by an MX with an IPv6 address alone' \
    wait_for 4 has "$OSCAR" '^Subject: sixos.example'
ok 'C09 no MX: the address of the domain' \
    wait_for 4 has "$PETE" '^Subject: implicit.example'
ok 'C09 and an IPv6 address' wait_for 4 has "$PETE" '^Subject: implicit6.ex'
ok 'C09 a domain that is a CNAME' wait_for 4 has "$PETE" '^Subject: alias.ex'
ok 'C09 and one of a CNAME' wait_for 4 has "$PETE" '^Subject: alias2.ex'
ok 'C09 an MX that is a CNAME' wait_for 4 has "$PETE" '^Subject: mxalias.ex'
ok 'C09 SEC-S26 a truncated answer is asked for again by TCP' \
    wait_for 4 has "$PETE" '^Subject: big.example'
ok 'SEC-S26 an answer of nearly 64 KB' \
    wait_for 4 has "$PETE" '^Subject: huge.example'
ok 'C11 of a list that has us those before us are used' \
    wait_for 4 has "$PETE" '^Subject: backup.example'
ok 'C10 of three of one preference the one that works is found' \
    wait_for 4 has "$PETE" '^Subject: both.example'
like 'C12 null MX: failed, 5.1.10' "$(log_of null.example)" \
    'event=failed .*5\.1\.10'
like 'C09 MX that points to nothing: failed, never by the address' \
    "$(log_of nothing.example)" 'event=(failed|deferred) '
like 'C09 MX without an address' "$(log_of noaddress.example)" \
    'event=(failed|deferred) '
like 'C11 our own name, nothing before it: failed, 5.4.6' \
    "$(log_of self.example)" 'event=failed .*5\.4\.6'
like 'C09 NXDOMAIN: failed' "$(log_of nx.example)" 'event=failed .*5\.1\.2'
like 'C09 SEC-S26 a circle of CNAMEs ends' "$(log_of loop.example)" \
    'event=(failed|deferred) '
like 'C09 a name server that refuses to answer: deferred' \
    "$(log_of elsewhere.invalid)" 'event=deferred .*4\.4\.3'
like 'a server that is down: deferred' "$(log_of dead.example)" \
    'event=deferred .*4\.4\.1'
diag "$(for d in nothing noaddress loop; do log_of $d.example; done)"
for d in null self nx; do
	ok "the sender is told of $d.example" has "$BOUNCES" \
	    "^Final-Recipient: .*bob@$d\\.example"
done

i=0
while [ $i -lt 16 ]; do
	i=$((i + 1))
	printf 'Subject: equal %s\n\nx\n' $i | as_user qsend -c "$CONF" \
	    equal.example alice@us.example bob@equal.example >>"$T/equal"
done
is 'mail to servers of equal preference is sent' \
    "$(grep -c ^sent "$T/equal")" 16
is 'C10 to one of them and the other' \
    "$(grep -o 'mx\.[a-z]*\.example' "$T/equal" | sort -u | tr '\n' ' ')" \
    'mx.os.example mx.pf.example '

# ---- and from them ----

# submit HOST SENDER RECIPIENT ...: to the mail server of the host, there
submit()
{
	printf 'From: %s\nSubject: from %s\n\n.dot\nx\n' "$2" "$1" >"$T/submit"
	printf '%s\n' "$3" "$4" | sed 's/^/--mail-rcpt /' |
	    xargs nsenter -t "$(eval "echo \$$1_PID")" -n -m -u curl -sS \
	    -m 10 smtp://127.0.0.1/mx.us.example --crlf \
	    -T "$T/submit" --mail-from "$2"
}

ok 'Postfix has mail for us' \
    submit pf bob@pf.example alice@us4.example alice@us6.example
ok 'OpenSMTPD has mail for us' \
    submit os bob@os.example alice@us4.example alice@us6.example ||
    diag "$(cat "$T/opensmtpd.out")"
wait_for 15 test "$(files "$SPOOL/new")" -ge 4
tries=0
until has "$ALICE4" '^Subject: from' 2 && has "$ALICE6" '^Subject: from' 2 ||
    [ $tries = 60 ]; do
	tries=$((tries + 1))
	sleep 0.25
	run_queue
done
for h in pf os; do
	for v in 4 6; do
		eval "box=\$ALICE$v"
		ok "from mx.$h.example over IPv$v" has "$box" "^Subject: from $h"
	done
done
ok 'over IPv4 the client is known' \
    has "$ALICE4" '^Received: from mx\.[a-z]+\.example .*\[10\.77\.0\.[23]\]' 2
ok 'over IPv6 the client is known' \
    has "$ALICE6" '^Received: from mx\.[a-z]+\.example .*\[IPv6:fd77::[23]\]' 2

# Unknown users: Postfix tells bob, by its own bounce.
ok 'Postfix has mail for a user that we do not have' \
    submit pf bob@pf.example nobody@us4.example alice@us4.example
ok 'S24 Postfix bounces what we refuse' \
    wait_for 4 has "$PETE" '550 5\.1\.1'
like 'S24 and we have logged it' "$(cat "$T/smtpd.log")" \
    'event=refused .*to=nobody@us4.example code=550'

for pid in "$pf_PID" "$os_PID"; do
	stop "$pid"
done
done_testing
