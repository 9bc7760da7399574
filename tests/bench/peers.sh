# peers.sh - the servers that we are measured beside.  Nothing is installed:
# Debian's packages are unpacked below $B, and each server runs in a mount
# namespace of its own where it finds itself, its accounts and its data at the
# usual places.  Data directories are on the same disk as ours.
# shellcheck shell=sh

PEER_PACKAGES='postfix opensmtpd mailfront dovecot-core dovecot-pop3d popa3d'
LIBRARY_PACKAGES='libbg2 libcvm1 liblua5.1-0 liblua5.4-0 libexttextcat-2.0-0
	libdb5.3 libevent-2.1-7 libicu72 libnsl2 libsodium23 libstemmer0d
	libtirpc3 libwrap0 libunwind8 liblz4-1 libsasl2-2'

# unpack PACKAGE DIR
unpack()
{
	[ ! -d "$B/pkg/$1" ] || return 0
	mkdir -p "$B/deb" "$B/pkg"
	(cd "$B/deb" && apt-get download -qq "$1" >/dev/null 2>&1) || return 1
	dpkg-deb -x "$B/deb/$1"_*.deb "$B/pkg/$1.new" &&
		mv "$B/pkg/$1.new" "$B/pkg/$1"
}

fetch_peers()
{
	for package in $PEER_PACKAGES $LIBRARY_PACKAGES; do
		unpack "$package" || echo "# no package $package" >&2
	done
	libs=
	for package in $LIBRARY_PACKAGES; do
		[ ! -d "$B/pkg/$package/usr" ] || libs=$libs:$B/pkg/$package/usr
	done
	echo "$libs" >"$B/libs"
}

# have PEER: it can be used here
have()
{
	[ -d "$B/pkg/$1" ] && [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null
}

# syslog_start: where Postfix and popa3d log, as they do where they are installed;
# the others have files of their own
syslog_start()
{
	busybox syslogd -n -O "$D/syslog" &
	SYSLOG=$!
	PIDS="$PIDS $SYSLOG"
}

# accounts DIR: an /etc to lay over the real one
accounts()
{
	mkdir -p "$1/pam.d"
	cp /etc/passwd /etc/group "$1/"
	cat >>"$1/passwd" <<-END
		postfix:x:9001:9001::/nonexistent:/bin/false
		opensmtpd:x:9003:9003::/var/lib/opensmtpd/empty:/bin/false
		opensmtpq:x:9004:9004::/var/lib/opensmtpd/empty:/bin/false
		popa3d:x:9005:9005::/var/lib/popa3d:/bin/false
		dovecot:x:9006:9006::/nonexistent:/bin/false
		dovenull:x:9007:9007::/nonexistent:/bin/false
		bob:x:9010:9010::$D/bob:/bin/sh
	END
	cat >>"$1/group" <<-END
		postfix:x:9001:
		postdrop:x:9002:
		opensmtpd:x:9003:
		opensmtpq:x:9004:
		popa3d:x:9005:
		dovecot:x:9006:
		dovenull:x:9007:
		bob:x:9010:
	END
	cp /etc/shadow "$1/"
	echo "bob:$HASH:19000:0:99999:7:::" >>"$1/shadow"
	echo 'passwd: files' >"$1/nsswitch.conf"
	printf 'group: files\nshadow: files\nhosts: files dns\n' \
	    >>"$1/nsswitch.conf"
	printf 'auth required pam_unix.so\naccount required pam_unix.so\n' \
	    >"$1/pam.d/popa3d"
	echo bench.example >"$1/mailname"
	# no look-up of the client's name leaves the machine
	echo '127.0.0.1 localhost' >"$1/hosts"
	echo 'lookup file' >"$1/resolv.conf"
}

# inside PEER command ...: in its namespace.  The pid is the command's.
inside()
{
	peer=$1
	shift
	# shellcheck disable=SC2016
	exec unshare -m sh -c '
		peer=$1 b=$2 d=$3 libs=$4
		shift 4
		usr=$b/pkg/$peer/usr
		[ "$peer" != dovecot ] ||
			usr=$b/pkg/dovecot-pop3d/usr:$b/pkg/dovecot-core/usr
		mount -t overlay -o "lowerdir=$usr$libs:/usr" bench /usr &&
		mount -t overlay -o "lowerdir=$d/$peer/etc:/etc" bench /etc &&
		mount --bind "$d/$peer/var" /var &&
		mount -t tmpfs bench /run || exit 111
		mkdir -p /run/lock
		exec "$@"' inside "$peer" "$B" "$D" "$(cat "$B/libs")" "$@"
}

# peer_dirs PEER: its /etc and /var
peer_dirs()
{
	mkdir -p "$D/$1/etc" "$D/$1/var/spool" "$D/$1/var/lib" "$D/$1/var/mail" \
	    "$D/$1/var/tmp" "$D/$1/mail"
	ln -sf /run "$D/$1/var/run"
	accounts "$D/$1/etc"
}

postfix_start()
{
	peer_dirs postfix
	mkdir -p "$D/postfix/etc/postfix" "$D/postfix/data" \
	    "$D/postfix/var/spool/postfix"
	cp "$B/pkg/postfix/usr/share/postfix/master.cf.dist" \
	    "$D/postfix/etc/postfix/master.cf"
	sed -i -e "s/^smtp  *inet.*/127.0.0.1:$POSTFIX_PORT inet n - n - - smtpd/" \
	    -e 's/^\([a-z].*\)  y  \(.*\)/\1  n  \2/' \
	    "$D/postfix/etc/postfix/master.cf"
	cat >"$D/postfix/etc/postfix/main.cf" <<-END
		compatibility_level = 3.6
		queue_directory = /var/spool/postfix
		data_directory = $D/postfix/data
		command_directory = /usr/sbin
		daemon_directory = /usr/lib/postfix/sbin
		mail_owner = postfix
		setgid_group = postdrop
		inet_interfaces = 127.0.0.1
		inet_protocols = ipv4
		myhostname = bench.example
		mydestination =
		mynetworks = 127.0.0.0/8
		alias_maps =
		default_process_limit = 200
		smtpd_client_connection_count_limit = 0
		smtpd_peername_lookup = no
		smtp_host_lookup = native
		message_size_limit = 100000000
		mailbox_size_limit = 0
		virtual_mailbox_limit = 0
		virtual_mailbox_domains = bench.example
		virtual_mailbox_base = $D/postfix/mail
		virtual_mailbox_maps = static:user/Maildir/
		virtual_uid_maps = static:9010
		virtual_gid_maps = static:9010
		transport_maps = inline:{ {sink.example = smtp:[127.0.0.1]:$SINK_PORT} }
		smtpd_recipient_restrictions = check_recipient_access
		    inline:{ {hold@bench.example = HOLD} }, permit_mynetworks, reject
	END
	chown 9001 "$D/postfix/data"
	mkdir -p "$D/postfix/mail/user"
	chown -R 9010:9010 "$D/postfix/mail"
	# the daemons look for these below the queue directory
	(cd "$D/postfix/var/spool/postfix" && mkdir -p active bounce corrupt \
	    defer deferred flush hold incoming maildrop pid private public \
	    saved trace && chown 9001 active bounce corrupt defer deferred \
	    flush hold incoming maildrop private public saved trace &&
	    chgrp 9002 maildrop public && chmod 730 maildrop &&
	    chmod 710 public)
	inside postfix /usr/lib/postfix/sbin/master -d 2>"$D/postfix/log" &
	POSTFIX_PID=$!
	PIDS="$PIDS $POSTFIX_PID"
	wait_port "$POSTFIX_PORT"
}

postfix_clean()
{
	find "$D/postfix/var/spool/postfix/hold" \
	    "$D/postfix/var/spool/postfix/deferred" -type f -delete
	find "$D/postfix/mail/user" -type f -delete 2>/dev/null
	:
}

opensmtpd_start()
{
	peer_dirs opensmtpd
	mkdir -p "$D/opensmtpd/var/lib/opensmtpd/empty" \
	    "$D/opensmtpd/var/spool/smtpd" "$D/opensmtpd/mail"
	chmod 711 "$D/opensmtpd/var/spool/smtpd"
	cat >"$D/opensmtpd/etc/smtpd.conf" <<-END
		listen on 127.0.0.1 port $OPENSMTPD_PORT hostname bench.example
		listen on socket
		smtp max-message-size 100M
		smtp limit max-mails 100000
		table all { "@" = "bob" }
		action "to_box" maildir "$D/opensmtpd/mail/user/Maildir" virtual <all>
		action "to_sink" relay host smtp://127.0.0.1:$SINK_PORT
		match from any for domain bench.example action "to_box"
		match from any for domain sink.example action "to_sink"
	END
	chmod 644 "$D/opensmtpd/etc/smtpd.conf"
	chown -R 9010:9010 "$D/opensmtpd/mail"
	mkdir -p "$D/bob"
	chown 9010:9010 "$D/bob"
	chown 0:9004 "$B/pkg/opensmtpd/usr/sbin/smtpctl"
	chmod 2755 "$B/pkg/opensmtpd/usr/sbin/smtpctl"
	ln -sf smtpctl "$B/pkg/opensmtpd/usr/sbin/sendmail"
	LD_PRELOAD=$B/backlog.so inside opensmtpd /usr/sbin/smtpd -F \
	    >"$D/opensmtpd/log" 2>&1 &
	OPENSMTPD_PID=$!
	PIDS="$PIDS $OPENSMTPD_PID"
	wait_port "$OPENSMTPD_PORT"
}

# opensmtpd_ctl word ...: into the namespace of the running server
opensmtpd_ctl()
{
	nsenter -m -t "$OPENSMTPD_PID" /usr/sbin/smtpctl "$@" >/dev/null
}

mailfront_start()
{
	peer_dirs mailfront
	mkdir -p "$D/mailfront/queue/tmp" "$D/mailfront/queue/new"
	chown -R 9010:9010 "$D/mailfront/queue"
	logger_for mailfront
	QUEUEDIR=$D/mailfront/queue DATABYTES=100000000 RELAYCLIENT='' \
	    inside mailfront tcpserver -c 200 -b 200 -HRl0 -u 9010 -g 9010 \
	    127.0.0.1 "$MAILFRONT_PORT" /usr/sbin/mailfront smtp queuedir \
	    accept 2>"$LOG" &
	MAILFRONT_PID=$!
	PIDS="$PIDS $MAILFRONT_PID"
	wait_port "$MAILFRONT_PORT"
}

mailfront_clean()
{
	find "$D/mailfront/queue" -type f -delete
}

# pop3front over the Maildir MAILDIR, which begins in the TRANSACTION state
pop3front_start()
{
	[ -d "$D/mailfront/etc" ] || peer_dirs mailfront
	inside mailfront env MAILBOX="$1" tcpserver -c 200 -b 200 -HRl0 -u 9010 \
	    -g 9010 127.0.0.1 "$POP3FRONT_PORT" \
	    /usr/sbin/pop3front-maildir "$1" 2>>"$D/mailfront/log" &
	PIDS="$PIDS $!"
	wait_port "$POP3FRONT_PORT"
}

dovecot_start()
{
	peer_dirs dovecot
	mkdir -p "$D/dovecot/etc/dovecot" "$D/dovecot/var/lib/dovecot"
	cat >"$D/dovecot/etc/dovecot/dovecot.conf" <<-END
		protocols = pop3
		listen = 127.0.0.1
		ssl = no
		disable_plaintext_auth = no
		log_path = $D/dovecot/log
		default_process_limit = 200
		mail_location = maildir:~/Maildir
		passdb {
		  driver = static
		  args = password=hungry
		}
		userdb {
		  driver = static
		  args = uid=9010 gid=9010 home=$D/box/%u
		}
		service pop3-login {
		  service_count = 0
		  process_min_avail = 2
		  client_limit = 500
		  inet_listener pop3 {
		    port = $DOVECOT_PORT
		  }
		}
		service pop3 {
		  service_count = 0
		  client_limit = 1
		  process_limit = 600
		}
	END
	inside dovecot /usr/sbin/dovecot -F 2>>"$D/dovecot/log" &
	PIDS="$PIDS $!"
	wait_port "$DOVECOT_PORT"
}

popa3d_start()
{
	peer_dirs popa3d
	mkdir -p "$D/popa3d/var/lib/popa3d"
	chmod 1777 "$D/popa3d/var/mail"
	[ -f "$D/popa3d/var/mail/bob" ] || : >"$D/popa3d/var/mail/bob"
	chown 9010:9010 "$D/popa3d/var/mail/bob"
	chmod 600 "$D/popa3d/var/mail/bob"
	inside popa3d tcpserver -c 200 -b 200 -HRl0 127.0.0.1 "$POPA3D_PORT" \
	    /usr/sbin/popa3d 2>"$D/popa3d/log" &
	PIDS="$PIDS $!"
	wait_port "$POPA3D_PORT"
}
