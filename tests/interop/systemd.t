# limit: 90
# the shipped units: systemd-analyze finds nothing; what they start works under
# systemd-socket-activate, as their users, with their capabilities
# shellcheck shell=sh
. "${0%/*}/machine.sh"
need systemd-socket-activate systemd-analyze setpriv

machine
start_remote
mkdir -p /etc/systemd/system
for unit in "$SHARE"/systemd/*; do
	shipped "systemd/${unit##*/}" >"/etc/systemd/system/${unit##*/}"
done
for unit in "$SHARE"/systemd/*.service; do
	unit=${unit##*/}
	case $unit in
	*@*)	instance=${unit%@*}@1.service
		# socket units start instances of the template
		cp "/etc/systemd/system/$unit" "/etc/systemd/system/$instance"
		file=/etc/systemd/system/$instance ;;
	*)	file=/etc/systemd/system/$unit ;;
	esac
	is "systemd-analyze verify $unit" \
	    "$(systemd-analyze verify "$file" 2>&1 | grep pennypost)" ''
	[ "$file" = "/etc/systemd/system/$unit" ] || rm "$file"
done
for unit in "$SHARE"/systemd/*.socket; do
	is "systemd-analyze verify ${unit##*/}" "$(systemd-analyze verify \
	    "/etc/systemd/system/${unit##*/}" 2>&1 | grep pennypost)" ''
done
unlike 'no placeholder is left' "$(cat /etc/systemd/system/pennypost*)" '@[A-Z]'

# caps UNIT: its CapabilityBoundingSet for setpriv(1)
caps()
{
	printf '%s' '-all'
	for cap in $(from_unit "$1" CapabilityBoundingSet); do
		printf ',+%s' "$(printf %s "${cap#CAP_}" | tr '[:upper:]' '[:lower:]')"
	done
}

# under UNIT: words of setpriv and env that do what the unit says
under()
{
	user=$(from_unit "$1" User)
	group=$(from_unit "$1" Group)
	echo "setpriv --bounding-set $(caps "$1") --inh-caps -all"
	[ "$(from_unit "$1" NoNewPrivileges)" != yes ] || echo --no-new-privs
	[ -z "$user" ] || echo "--reuid $user --regid $group --clear-groups"
	echo "env -i"
	from_unit "$1" Environment
	[ ! -f "$T/$1.calls" ] || echo "python3 $TESTS/interop/seccomp $T/$1.calls"
	from_unit "$1" ExecStart
}

# Sessions get the unit's SystemCallFilter, where it can be loaded.
for unit in "$SHARE"/systemd/*@.service; do
	python3 "$TESTS/interop/seccomp" -l "$unit" >"$T/calls" 2>/dev/null &&
	    python3 "$TESTS/interop/seccomp" "$T/calls" true 2>/dev/null &&
	    mv "$T/calls" "$T/${unit##*/}.calls"
done
if [ -f "$T/pennypost-smtp@.service.calls" ]; then
	: >"$T/mine"
	ok 'a filter is loaded' python3 "$TESTS/interop/seccomp" \
	    "$T/pennypost-smtp@.service.calls" grep -q '^Seccomp:.*2' /proc/self/status
	not_ok 'it refuses what the unit does not allow' python3 \
	    "$TESTS/interop/seccomp" "$T/pennypost-smtp@.service.calls" chown bob "$T/mine"
	ok '... and nobody else does' chown bob "$T/mine"
else
	skip 'SystemCallFilter of the units, loaded' 'needs python3 and libseccomp'
fi

serve_unit()
{
	port=$(from_unit "pennypost-$1.socket" ListenStream)
	# env -i: what systemd-socket-activate sets besides, a unit has not
	# shellcheck disable=SC2046
	systemd-socket-activate --inetd -a -l "$port" \
	    $(under "pennypost-$1@.service") 2>>"$T/log" &
}
serve_unit smtp
serve_unit submission
serve_unit pop3
# shellcheck disable=SC2046,SC2091
$(under pennypost-qrun.service) 2>>"$T/qrun.log" &
round systemd "$T/log"
session interop/submission.session 127.0.0.1 587
# what a TLS terminator in ExecStart would say, and a login
cat >"$T/login.session" <<'END'
# port 587: under TLS bob logs in and sends
S: 220 hamburger.edu ...
C: EHLO me
S~ 250 ...
C: AUTH PLAIN AGJvYgBodW5ncnk=
S: 235 ...
C: MAIL FROM:<bob@hamburger.edu>
S: 250 ...
C: RCPT TO:<alice@hamburger.edu>
S: 250 ...
C: DATA
S: 354 ...
C: Subject: x
C:
C: .
S: 250 ...
C: QUIT
S: 221 ...
S!
END
rm -rf "$ALICE"
# shellcheck disable=SC2046
said=$(talk "$T/login.session" -- $(under pennypost-submission@.service |
    sed 's/^env -i/& SSL_PROTOCOL=TLS/') 3>&-)
like 'port 587: checkpw and smtpd may do what they must' "$said" '^ok'
ok '... and it arrives' arrives 1 "$ALICE"
way_out systemd
unlike 'systemd: nothing was missing' "$(cat "$T/log" "$T/qrun.log")" \
    'not permitted|Permission|event=trouble|unavailable'

# ---- a |command may send: set-group-id inject works under qrun's unit ----

printf '%s\n' "|inject -i -f '' -- carol" './Maildir/' >/home/bob/.qmail
chown bob: /home/bob/.qmail
mkdir $D/carol
chown vmail: $D/carol
chmod 700 $D/carol
rm -rf "$BOB"
inject bob <"$T/m"
ok 'a |command sends under the unit of qrun' arrives 1 $D/carol/Maildir

# ---- the system calls are among those that the units allow ----

if command -v strace >/dev/null; then
	systemd-analyze syscall-filter 2>/dev/null >"$T/sets"
	# allowed SET: its calls, sets in it resolved
	allowed()
	{
		awk -v set="$1" '
		/^@/		{ on = $1 == set; next }
		/^[^ ]/		{ on = 0 }
		on && $1 !~ /^#/	{ print $1 }' "$T/sets" |
		while read -r call; do
			case $call in
			@*)	allowed "$call" ;;
			*)	echo "$call" ;;
			esac
		done
	}
	allowed @system-service | sort -u >"$T/allowed"
	ok 'the set is known' grep -qx fsync "$T/allowed"
	strace -f -o "$T/trace" qrun 2>/dev/null
	inject bob <"$T/m"
	printf 'user bob\r\npass hungry\r\nstat\r\nquit\r\n' |
	    strace -f -A -o "$T/trace" env UID=1 GID=1 pop3auth checkpw \
	    pop3d Maildir >/dev/null 2>&1
	printf 'HELO x\r\nMAIL FROM:<a@crepes.fr>\r\nRCPT TO:<bob@hamburger.edu>\r\nDATA\r\n\r\n.\r\nQUIT\r\n' |
	    strace -f -A -o "$T/trace" setpriv --reuid pp-smtp --regid pp-slot \
	    --clear-groups smtpd >/dev/null 2>&1
	sed -n 's/^[0-9]* *\([a-z_0-9]*\)(.*/\1/p' "$T/trace" | sort -u \
	    >"$T/used"
	ok 'system calls were seen' grep -qx fsync "$T/used"
	is 'SystemCallFilter allows every system call that is made' \
	    "$(comm -23 "$T/used" "$T/allowed")" ''
else
	skip 'SystemCallFilter' 'strace is not installed'
fi
done_testing
