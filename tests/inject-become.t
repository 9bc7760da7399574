# inject: the other names and modes, the filter, the environment, and what it may
# do when it is setgid
. "${0%/*}/lib.sh"

mk_site
QMAILUSER=alice QMAILNAME=Alice MAILCONF=$CONF
export QMAILUSER QMAILNAME MAILCONF
mkdir "$T/names" "$T/fake"
for name in sendmail mailq newaliases; do
	cp "$BIN/inject" "$T/names/$name"
done

# fake NAME DIR: a program that tells how it was started
fake()
{
	cat >"$2/$1" <<'END'
#!/bin/sh
echo "fake ${0##*/} $*"
echo "groups $(id -rg) $(id -g)"
echo "user $(id -u)"
env | sort
ls /proc/$$/fd 2>/dev/null | tr '\n' ' '
END
	chmod 755 "$2/$1"
}
fake mailq "$T/fake"
fake smtpd "$T/fake"
PATH=$T/fake:$T/names:$PATH

# ---- names and modes ----

said=$(as_user newaliases </dev/null)
is 'I12 newaliases does nothing and says so' "$? $said" \
    '0 newaliases: nothing to do, aliases are not compiled'
said=$(as_user sendmail -bi </dev/null)
is 'I12 so does -bi' "$?" 0

said=$(as_user "$T/names/mailq" </dev/null)
like 'I12 mailq becomes the real one' "$said" '^fake mailq $'
said=$(as_user inject -c "$CONF" -bp </dev/null)
like 'I12 -bp becomes mailq, -c goes with it' "$said" "^fake mailq -c $CONF\$"
said=$(as_user env PATH="$T/names" "$T/names/mailq" 2>&1 </dev/null)
is 'I12 mailq that is inject itself is not run for ever' "$?" 69

said=$(RELAYCLIENT=no PROTO=x TCPREMOTEIP=192.0.2.9 TCPREMOTEHOST=h \
    as_user inject -bs </dev/null)
is 'I12 -bs becomes smtpd for a local client' "$(echo "$said" | grep -e '^fake' \
    -e '^RELAYCLIENT' -e '^TCPREMOTE' -e '^PROTO')" 'fake smtpd 
RELAYCLIENT=
TCPREMOTEHOST=uid-'"$TEST_UID"'.localhost
TCPREMOTEIP=127.0.0.1'
like 'SEC-S11 -bs hands on no descriptor' "$said" '^0 1 (10 2|2) *(3 )?$'
if [ -n "$ROOT" ]; then
	said=$(inject -bs </dev/null)
	like 'I12 -bs under root is nobody, smtpd refuses root' "$said" \
	    "^user $(id -u nobody)\$"
fi
rm "$T/fake/smtpd"

mailbox bob@hamburger.edu
cat >"$T/bs.session" <<'END'
# I12 -bs is a whole session, and may relay
S: 220 hamburger.edu ...
C: EHLO localhost
S~ 250 ...
C: MAIL FROM:<alice@hamburger.edu>
S: 250 ...
C: RCPT TO:<carol@far.example>
S: 250 ...
C: DATA
S: 354 ...
C: Subject: x
C: 
C: body
C: .
S: 250 ...
C: QUIT
S: 221 ...
S!
END
session "$T/bs.session" inject -bs
like 'I12 SEC-S5 ... Received names the user' "$(cat "$SPOOL"/new/*)" \
    "^Received: from localhost \(uid-$TEST_UID\.localhost \[127\.0\.0\.1\]\)"
is 'I12 ... one message is queued' "$(files "$SPOOL/new")" 1
rm -f "$SPOOL"/new/*

said=$(as_user inject -bv 'A <b@c.example>, d' </dev/null)
is 'I12 -bv says what it knows' "$? $(echo "$said" | cut -d ' ' -f 1 |
    tr '\n' ' ')$(files "$SPOOL")" '0 b@c.example d@hamburger.edu 0'

for flags in -q -q30m '-qI id' -qRtext '-qS text'; do
	# shellcheck disable=SC2086
	as_user dd if="$SPOOL/trigger" bs=1 count=1 >"$T/woken" 2>/dev/null &
	reader=$!
	tries=0
	until [ -s "$T/woken" ] || [ $tries = 100 ]; do
		# shellcheck disable=SC2086
		as_user inject $flags </dev/null
		sleep 0.02
		tries=$((tries + 1))
	done
	ok "I12 Q01 $flags wakes qrun" test -s "$T/woken"
	kill "$reader" 2>/dev/null
	wait "$reader" 2>/dev/null
	rm -f "$T/woken"
done

said=$(as_user sendmail -X "$T/x" -C "$T/c" -oQ"$T/q" -oQ "$T/q" \
    -OQueueDirectory="$T/q" bob 2>&1 </dev/null)
is 'SEC-S4 -C -X -oQ have no effect' "$? $(ls "$T/x" "$T/c" "$T/q" 2>/dev/null)" \
    '0 '
like 'SEC-S4 ... and are logged' "$said" 'event=no-effect'
rm -f "$SPOOL"/new/*
said=$(as_user sendmail -c bob 2>&1 </dev/null)
is 'I12 sendmail -c has no argument' "$? $(files "$SPOOL/new")" '0 1'
rm -f "$SPOOL"/new/*
said=$(as_user inject -v bob 2>&1 </dev/null)
like 'I12 -v tells the id' "$said" \
    '^inject: event=queued id=[^ ]* from=alice@hamburger.edu to=bob@hamburger.edu'
rm -f "$SPOOL"/new/*
said=$(as_user inject bob 2>&1 </dev/null)
is 'I12 success is silent' "$said" ''
rm -f "$SPOOL"/new/*

# ---- whose name, and the date ----

from()
{
	as_user env -u QMAILUSER -u QMAILNAME -u MAILUSER -u MAILNAME -u NAME \
	    -u USER -u LOGNAME "$@" inject bob </dev/null
	sed -n "s/^From: //p; s/^Return-Path: //p" "$SPOOL"/new/*
	rm -f "$SPOOL"/new/*
}
me=$(as_user id -un)
like 'I01 the name is that of the account' "$(from)" "^<$me@hamburger.edu>"
like 'I01 $USER of another uid is not believed' "$(from USER=daemon)" \
    "^<$me@hamburger.edu>"
like 'I01 $MAILUSER is' "$(from MAILUSER=carol)" '^<carol@hamburger.edu>'
like 'I01 SEC-S5 $MAILUSER that is no local-part is not' \
    "$(from "MAILUSER=$(printf 'a\nb')")" "^<$me@hamburger.edu>"
like 'I01 $NAME is the full name' "$(from NAME='C. D.')" '^"C. D." <'
like 'I01 a full name that is not ASCII is encoded' \
    "$(from NAME="$(printf 'Gr\303\274\303\237 dich')")" \
    '^=\?utf-8\?Q\?Gr=C3=BC=C3=9F=20dich\?= <'
said=$(from NAME="$(printf 'x%.0s\303\274' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)")
unlike 'I01 ... in words of at most 75 octets' "$said" '[^ ]{76}'
like 'I01 ... cut between characters' "$said" '=C3=BC\?= =\?utf-8\?Q\?x=C3=BC'
like 'I01 SEC-S5 no line end gets in by $NAME' \
    "$(from "NAME=$(printf 'a\nBcc: b')")" '^"a Bcc: b" <'

as_user env TZ=XXX-5:30 inject bob </dev/null
like 'I07 Date has the local zone' "$(cat "$SPOOL"/new/*)" \
    '^Date: [A-Z][a-z]{2}, [0-9 ]?[0-9] [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} \+0530$'
rm -f "$SPOOL"/new/*

# ---- the filter ----

filter()
{
	{ echo '#!/bin/sh'; cat; } >"$T/filter"
	chmod 755 "$T/filter"
	conf filter "$T/filter"
}
run_filter()
{
	rm -f "$SPOOL"/new/*
	printf 'From: a@x.example\n\nbody\n' | as_user inject bob 2>"$T/err"
	is "$1" "$? $(files "$SPOOL/new") $(files "$SPOOL/tmp")" "$2"
}
filter <<'END'
echo "X-Filter: $MAILSTAGE $SENDER $RECIPIENT $SIZE"
cat
END
run_filter 'D08 the filter is asked about what originates here' '0 1 0'
like 'D08 ... and its output is queued' "$(cat "$SPOOL"/new/*)" \
    '^X-Filter: data alice@hamburger.edu bob@hamburger.edu [0-9]+$'
is 'D08 ... behind the envelope' "$(sed -n '1p;2p' "$SPOOL"/new/*)" \
    'Return-Path: <alice@hamburger.edu>
Delivered-To: bob@hamburger.edu'
{ printf 'From: a@x.example\n\n'; printf '%01200d' 0; } | as_user inject -i bob
like 'D08 I06 it sees what was encoded' "$(cat "$SPOOL"/new/* | tr '\n' '!')" \
    'X-Filter.*quoted-printable'
printf 'echo 5.7.1 no such words >&2; exit 100\n' | filter
run_filter 'I12 it refuses' '69 0 0'
like 'I12 ... and its words are passed on' "$(cat "$T/err")" '5.7.1 no such words'
printf 'cat >/dev/null; exit 99\n' | filter
run_filter 'I12 it drops' '0 0 0'
printf 'exit 111\n' | filter
run_filter 'I12 it cannot say' '75 0 0'
printf 'kill -9 $$\n' | filter
run_filter 'I12 it dies' '75 0 0'
printf 'exit 0\n' | filter
run_filter 'I12 it prints nothing' '75 0 0'
printf 'printf "Delivered-To: evil@x.example\\n"; cat\n' | filter
run_filter 'SEC-S5 it adds no recipient' '75 0 0'
printf 'printf "a\\r\\n"; cat\n' | filter
run_filter 'SEC-S1 it prints no CR' '70 0 0'
conf filter "$T/none"
run_filter 'I12 it is not there' '75 0 0'
like 'I12 ... and the log names it' "$(cat "$T/err")" \
    "event=trouble what=\"cannot start\" name=$T/none text=\"No such file"
rm "$CONF/filter"

# ---- setgid ----

if [ -z "$ROOT" ]; then
	skip 'SEC-S10 SEC-S11 installed setgid' 'needs root'
	done_testing
fi
mkdir -p "$T/src" "$T/prefix/bin" "$T/prefix/sbin" "$T/evil"
cp -R "$TOP"/Makefile "$TOP"/inject "$TOP"/lib "$T/src"
rm -f "$T/src/inject/inject"
(cd "$T/src" && make -s CONFDIR="$CONF" PREFIX="$T/prefix" CFLAGS=-O1 \
    inject/inject) >"$T/make.log" 2>&1 || diag "$(cat "$T/make.log")"
slot=54321 user=54322
cp "$T/src/inject/inject" "$T/sendmail"
chgrp $slot "$T/sendmail"
chmod 2755 "$T/sendmail"
chmod 755 "$CONF"
fake mailq "$T/prefix/bin"
fake smtpd "$T/prefix/sbin"
fake mailq "$T/evil"
fake smtpd "$T/evil"
chgrp $slot "$SPOOL" "$SPOOL/trigger"
chmod 710 "$SPOOL"
chmod 3777 "$SPOOL/tmp" "$SPOOL/new"
mkdir "$T/other"
filter <<'END'
echo "X-Where: $PWD"
echo "X-Zone: ${TZ-none}"
echo "X-Filter: $(id -rg) $(id -g) $(id -u) $(env | cut -d = -f 1 | sort | xargs)"
cat
END

as_caller()
{
	asuser $user $user env PATH="$T/evil:$PATH" MAILCONF="$T/other" \
	    NAME=Evil DATABYTES=1 LD_PRELOAD=x TZ=XXX-5:30 "$@" 2>"$T/err"
}
not_ok 'SEC-S10 a user cannot write into the spool' as_caller \
    touch "$SPOOL/new/x"
not_ok 'SEC-S10 nor list it' as_caller ls "$SPOOL/new"
as_caller "$T/sendmail" -i bob </dev/null
is 'SEC-S10 I12 setgid inject can add a file to it' \
    "$? $(files "$SPOOL/new")" '0 1'
said=$(cat "$SPOOL"/new/*)
like 'SEC-S11 the environment gives no name' "$said" \
    '^From: anonymous@hamburger.edu$'
like 'SEC-S11 ... but the time zone' "$said" '^Date: .* \+0530$'
like 'SEC-S11 the filter has one group, and little environment' "$said" \
    "^X-Filter: $slot $slot $user( (ID|MAILSTAGE|PATH|PWD|RECIPIENT|SENDER|SHLVL|SIZE|TZ|_))*\$"
is 'SEC-S10 the file is the caller'"'"'s and the queue'"'"'s' \
    "$(stat -c '%u %g %a' "$SPOOL"/new/*)" \
    "$user $(stat -c %g "$SPOOL/new") 660"
like 'SEC-S11 ... and nothing of where the caller was' "$said" '^X-Where: /$'
for zone in :/etc/shadow /etc/shadow ../../etc/shadow posix/../x; do
	rm -f "$SPOOL"/new/*
	as_caller env TZ="$zone" "$T/sendmail" -i bob </dev/null
	like "SEC-S11 the filter opens no file for TZ=$zone" \
	    "$(cat "$SPOOL"/new/*)" '^X-Zone: none$'
done
said=$(as_caller "$T/sendmail" -bp </dev/null)
is 'SEC-S11 mailq has the caller'"'"'s rights only, from its fixed place' \
    "$(echo "$said" | grep -e ^fake -e ^groups -e ^NAME -e ^MAILCONF -e ^TZ)" \
    "fake mailq 
groups $user $user
TZ=XXX-5:30"
said=$(as_caller "$T/sendmail" -bs </dev/null)
is 'SEC-S11 smtpd can use the spool, from its fixed place' \
    "$(echo "$said" | grep -e ^fake -e ^groups -e ^NAME -e ^MAILCONF -e ^TZ)" \
    "fake smtpd 
groups $slot $slot
TZ=XXX-5:30"
port=$(free_port)
cat >"$T/net.session" <<'END'
# SEC-S11 -bs with a connection of the user's own names him, and gives him nothing
O: lf
S: fake smtpd ...
S~ PWD=/
S: TCPREMOTEHOST=uid-54322.localhost
END
serve_root "$port" asuser $user $user "$T/sendmail" -bs
session "$T/net.session" 127.0.0.1 "$port"
stop "$SERVER_PID"
cp "$T/sendmail" "$T/inject"
chgrp $slot "$T/inject"
chmod 2755 "$T/inject"
as_caller "$T/inject" -c "$T/other" bob </dev/null
is 'SEC-S10 -c has no effect' "$? $(files "$SPOOL/new")" '0 2'
rm -f "$CONF/filter" "$SPOOL"/new/*
inject bob </dev/null
is 'I12 root can send' "$? $(files "$SPOOL/new")" '0 1'

done_testing
