# what README promises: the sessions typed by hand, and names that are there
# shellcheck shell=sh
. "${0%/*}/lib.sh"

mk_site
mailbox bob@hamburger.edu hungry
# transcript PORT: the lines "S:" and "C:" under the line that names the port
transcript()
{
	echo "# README: the session on port $1"
	awk -v port="$1" '
	/^[A-Z]* *.*telnet /	{ on = index($0, " " port " (") > 0 }
	on && /^\t[SC]:/	{ sub(/^\t/, ""); print }
	/^RECIPES/		{ exit }' "$TOP/README"
	echo 'S!'
}
transcript 25 >"$T/smtp.session"
transcript 110 >"$T/pop3.session"
ok 'there are sessions in README' test "$(cat "$T"/*.session | wc -l)" -gt 40
session "$T/smtp.session" smtpd -c "$CONF"
as_user qrun -c "$CONF" 2>/dev/null
MAILCONF=$CONF
export MAILCONF
session "$T/pop3.session" pop3auth checkpw pop3d Maildir

missing=''
# shellcheck disable=SC2013	# no blanks in them
for file in $(grep -oE 'share/pennypost/[A-Za-z0-9/.-]+|[a-z]+\.qmail' "$TOP/README" |
    sed 's|^share/pennypost/||; s|^\([a-z]*\.qmail\)$|recipes/\1|; s|[.,]$||' | sort -u); do
	[ -e "$TOP/conf/$file" ] || missing="$missing $file"
done
is 'what README names in conf/ is there' "$missing" ''

# "COMING FROM" and the rest speak of settings that exist
missing=''
for name in me relayclients rcpthosts smtproutes smtpauth tlsclient tlsrequired \
    databytes quota queuelifetime retry filter rcptcheck defaulthost requiretls; do
	grep -q "\b$name\b" "$TOP/README" && [ -f "$TOP/conf/samples/$name" ] ||
		missing="$missing $name"
done
is 'settings that README names have samples' "$missing" ''
done_testing
