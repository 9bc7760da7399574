# conf/check and the samples: every setting that a program reads has a sample and
# is known to check, with the range that the program has
# shellcheck shell=sh
. "${0%/*}/lib.sh"

CHECK=$TOP/conf/check
check() { sh "$CHECK" "$@" 2>&1; }

# ---- the lists agree with the sources ----

cd "$TOP" || exit 1
sources=$(ls smtpd/*.c inject/*.c qrun/*.c qsend/*.c pop3d/*.c lib/*.c)
# the calls, each on one line: FUNCTION "NAME", LEAST, MOST
# shellcheck disable=SC2086
calls=$(cat $sources | tr '\n\t' '  ' |
    grep -oE '(conf_text|conf_number|conf_each|read_number|list_find|print_list)\([^;]*;')
read_by_programs=$(printf '%s\n' "$calls" |
    sed -n 's/^[a-z_]*([^"]*"\([a-z0-9]*\)".*/\1/p' |
    sed '/^clients/d' | { cat; echo me; } | sort -u)
known=$(sed -n "/^settings='/,/^'/p" conf/check | sed '1d;$d; s/ .*//' | sort)
is 'check knows every setting that a program reads' "$known" "$read_by_programs"
is 'each has a sample' "$(cd conf/samples && ls)" "$read_by_programs"

# value EXPRESSION: of the sources' constants
value()
{
	case $1 in
	TIMEOUT_MIN_S)	echo 600 ;;
	*[!0-9A-Z\ \<\~/]*)	echo "$1" ;;
	*)	echo $(($(printf %s "$1" | sed 's/ULL//g'))) ;;
	esac
}
printf '%s\n' "$calls" | grep -E '^(conf_number|read_number)' |
    sed 's/.*"\([a-z0-9]*\)", *\([^,]*\), *\([^,]*\),.*/\1|\2|\3/' |
    grep -E '^[a-z0-9]+\|' | sort -u >"$T/numbers"
bad=''
while IFS='|' read -r name least most; do
	case $most in
	'1ULL << 62')	most='1ULL << 60' ;;	# qrun's quota: likewise
	esac
	row=$(grep "^$name number " conf/check)
	[ "$row" = "$name number $(value "$least") $(value "$most")" ] ||
		bad="$bad $name: '$row', program: $least $most;"
done <"$T/numbers"
is 'the ranges are those of the programs' "$bad" ''
ok 'and there are some' test "$(wc -l <"$T/numbers")" -gt 12

# ---- the samples ----

said=$(check -s "$TOP/conf/samples")
is 'the samples: nothing is wrong' "$? $(printf '%s' "$said" | grep -v '^note: [a-z]*: ')" '0 '
said=$(cd conf/samples && grep -L '^#' -- *)
is 'each sample has a comment' "$said" ''
for program in smtpd qrun qsend; do
	mkdir -p "$T/samples" "$T/spool"
	cp conf/samples/* "$T/samples"
	echo "$T/spool" >"$T/samples/spool"
	echo "$T" >"$T/samples/mailroot"
	rm "$T/samples/greetdelay"
done
chmod 755 "$T/spool"
owned "$T/samples" "$T/spool"
as_user mkdir "$T/spool/tmp" "$T/spool/new"
cd "$T" || exit 1
like 'smtpd takes the samples' "$(echo QUIT | as_user smtpd -l -c "$T/samples")" '^220 mail.example.org'
ok 'qrun takes the samples' as_user qrun -c "$T/samples"
exits 'qsend takes the samples' 111 as_user qsend -c "$T/samples" -p 1 '[127.0.0.1]' a@a.example b@b.example </dev/null

# ---- mistakes ----

mk_site
for name in root postmaster; do
	mailbox $name@hamburger.edu
done
chmod 700 "$SPOOL"
[ -z "$ROOT" ] || chown 0:0 "$CONF" "$CONF"/*
exits 'a good site: status 0' 0 sh "$CHECK" "$CONF"
is 'and not a word' "$(check "$CONF" | grep -v ^note:)" ''

# finds DESCRIPTION ERE: it says so, with status 1
finds()
{
	said=$(check ${3+"$3"} "$CONF")
	status=$?
	like "finds $1" "status $status: $said" "^(status 1: )?$2"
}
set_to() { printf '%s\n' "$2" >"$CONF/$1"; }

set_to databyte 1
finds 'a misspelt name' 'databyte: no program reads this; is it "databytes"\?'
mv "$CONF/databyte" "$CONF/Postmaster"
finds 'another case' 'Postmaster: .*is it "postmaster"\?'
mv "$CONF/Postmaster" "$CONF/zzzzzzz"
finds 'what is nothing like any' 'zzzzzzz: no program reads this$'
rm "$CONF/zzzzzzz"

# each: NAME VALUE WHAT-IS-SAID; the program refuses it, too, where one can ask
bad_values='maxrcpt|99|maxrcpt: 99 is not from 100 to
maxrcpt|1e3|maxrcpt: .1e3. is not a number
databytes|-1|databytes: .-1. is not a number
databytes|99999999999999999999|databytes: .*is not from 0
timeoutsmtpd|0|timeoutsmtpd: 0 is not from 1
timeoutpop3d|60|timeoutpop3d: 60 is not from 600
concurrencylocal|501|concurrencylocal: 501 is not from 1 to 500
retry||retry: the first line is the value, and it is empty
helohost|a b|helohost: .a b. is not a domain
defaulthost|-x|defaulthost: .-x. is not a domain
postmaster|alice|postmaster: .alice. is not an address
outgoingip|192.0.2.256|outgoingip: .* is not an address
outgoingip|192.0.2.0/24|outgoingip: .* is not an address
rcpthosts|*.example.org|rcpthosts line 1: .* is not a domain
relayclients|192.0.2.0/33|relayclients line 1: .* is not an address or a network
relayclients|2001:db8:::/32|relayclients line 1: .* is not an address or a network
relayclients|0.0.0.0/0|relayclients line 1: .* half the Internet
relayclients|::/0|relayclients line 1: .* half the Internet
relayclients|2000::/3|relayclients line 1: .* half the Internet
badmailfrom|spam.example|badmailfrom line 1: .* is not an address
smtproutes|example.org|smtproutes line 1: .* lacks the colon
smtproutes|example.org relay.example.net|smtproutes line 1: .* lacks the colon
smtproutes|example.org:relay.example.net:70000|smtproutes line 1: .* port
smtproutes|example.org:re lay|smtproutes line 1: .* relay
rcptcheck|/nonexistent/program|rcptcheck: /nonexistent/program cannot be executed
filter|$HOME/x|filter: no shell reads this
qsenduser|pp-nobody-here|qsenduser: pp-nobody-here: no such account
me|a..b|me: .a..b. is not a host name
me|a-.example|me: .* is not a host name
me|example.org.|me: .* is not a host name'
printf '%s\n' "$bad_values" >"$T/bad"
while IFS='|' read -r name wrong what; do
	cp "$CONF/me" "$T/me"
	set_to "$name" "$wrong"
	finds "a bad $name: '$wrong'" "$what"
	rm "$CONF/$name"
	cp "$T/me" "$CONF/me"
done <"$T/bad"
for good in 'relayclients|2001:db8::/32' 'relayclients|::ffff:192.0.2.1' \
    'relayclients|10.0.0.0/8' \
    'relayclients|2001:db8::/32' 'smtproutes|:[2001:db8::1]:2525' 'smtproutes|.example.org:' \
    'smtproutes|a.example:[192.0.2.1]' 'helohost|[192.0.2.1]' 'rcpthosts|.example.org' \
    'badmailfrom|@spam.example' 'outgoingip|::1'; do
	set_to "${good%%|*}" "${good#*|}"
	exits "takes ${good%%|*} '${good#*|}'" 0 sh "$CHECK" "$CONF"
	rm "$CONF/${good%%|*}"
done

mv "$CONF/me" "$T/me"
like 'finds that me is not there' "$(check -s "$CONF")" \
    '^(note: )?me: is not there.*full name into it'
mv "$T/me" "$CONF/me"

echo 'relay.example.org alice hungry' >"$CONF/smtpauth"
finds 'passwords that others can read' 'smtpauth line 1: others can read'
chmod 640 "$CONF/smtpauth"
exits 'not when they cannot' 0 sh "$CHECK" "$CONF"
rm "$CONF/smtpauth"
chmod g+w "$CONF/me"
finds 'a setting that others can write' 'me: others than its owner can write it'
chmod g-w "$CONF/me"

# ---- the spool ----

chmod 755 "$SPOOL"
finds 'an open spool' '.*/spool: mode is rwxr-xr-x: chmod 0710'
chmod 710 "$SPOOL"
if [ -n "$ROOT" ]; then
	chgrp 65533 "$SPOOL" "$SPOOL/trigger"
	exits 'a separated spool is right' 0 sh "$CHECK" "$CONF"
	chmod 700 "$SPOOL"
	finds 'a gate that is shut' '.*/spool: mode is rwx------, and its group .*: chmod 0710'
	chmod 710 "$SPOOL"
	chmod 777 "$SPOOL/new"
	finds 'new/ without its sticky bit' '.*/new: mode is rwxrw[sx]rwx: chmod 3777'
	chmod 3777 "$SPOOL/new"
	chgrp 65533 "$SPOOL/new"
	finds 'new/ with the group of all who may send' '.*/new: its group is'
	chgrp "$TEST_GID" "$SPOOL/new"
	chown 0 "$SPOOL/defer"
	finds 'a directory of another owner' '.*/defer: belongs to uid 0'
	chown "$TEST_UID" "$SPOOL/defer"
	chown 0 "$SPOOL"
	finds "a spool of root's" '.*/spool: belongs to root'
	chown "$TEST_UID" "$SPOOL"
	chgrp "$TEST_GID" "$SPOOL" "$SPOOL/trigger"
else
	skip 'a separated spool' 'needs root'
fi
chmod 700 "$SPOOL"
chmod 755 "$SPOOL/bad"
finds 'bad/ that others can read' '.*/bad: mode is rwxr-xr-x: chmod 0700'
chmod 700 "$SPOOL/bad"
rm "$SPOOL/trigger"
echo x >"$SPOOL/trigger"
owned "$SPOOL/trigger"
finds 'a trigger that is none' '.*/trigger: is not a FIFO'
rm "$SPOOL/trigger"
finds 'a missing trigger' '.*/trigger: is not there: run qrun once'
mkfifo -m 620 "$SPOOL/trigger"
owned "$SPOOL/trigger"

# ---- mailboxes ----

D=$MAILROOT/hamburger.edu
mailbox alice@hamburger.edu hungry
cp "$D/alice/.password" "$T/hash"
echo ketchup >"$D/alice/.password"
finds 'a password that is no hash' '.*/alice/.password: is no crypt'
cat "$T/hash" >"$D/alice/.password"
chmod 644 "$D/alice/.password"
finds 'a password that others can read' '.*/alice/.password: others can read it'
chmod 600 "$D/alice/.password"
echo '|true' >"$D/alice/.qmail"
chmod 664 "$D/alice/.qmail"
owned "$D/alice/.qmail"
finds 'a .qmail that others can write' '.*/alice/.qmail: others can write it'
rm "$D/alice/.qmail"
printf '#list\n&bob\nMaildir\n' >"$D/alice/.qmail"
owned "$D/alice/.qmail"
like 'an address that was meant for a Maildir' "$(check "$CONF")" \
    '^note: .*/alice/.qmail: Maildir is an address here'
rm "$D/alice/.qmail"
ln -s /etc/passwd "$D/alice/.qmail"
finds 'a .qmail that is a link' '.*/alice/.qmail: is a symbolic link'
rm "$D/alice/.qmail"
chmod 770 "$D/alice"
finds 'a mailbox that others can write' '.*/alice: others than its owner can write it'
chmod 700 "$D/alice"
ln -s nobody "$D/bob"
finds 'a link to nowhere' '.*/bob: is a link to nowhere'
rm "$D/bob"
mkdir "$D/Carol"
owned "$D/Carol"
finds 'a name in upper case' '.*/Carol: is never found'
rmdir "$D/Carol"
echo 1G >"$D/alice/.quota"
owned "$D/alice/.quota"
finds 'a bad .quota' '.*/.quota: is not a number'
rm "$D/alice/.quota"
if [ -n "$ROOT" ]; then
	chown 0 "$D/alice"
	finds "a mailbox of root's" '.*/alice: belongs to root'
	chown "$TEST_UID" "$D/alice"
fi
exits 'all right again' 0 sh "$CHECK" "$CONF"

# ---- who must have one ----

mv "$D/root" "$T/root"
finds 'no mailbox for root@me' 'root@hamburger.edu: has no mailbox'
mv "$D/postmaster" "$T/postmaster"
finds 'none for postmaster' 'postmaster@hamburger.edu: has no mailbox'
set_to postmaster dave@hamburger.edu
finds 'a postmaster who has none' 'postmaster: dave@hamburger.edu has no mailbox'
set_to postmaster alice@hamburger.edu
unlike 'but not one who has' "$(check "$CONF")" '^postmaster'
mv "$D" "$MAILROOT/other.example"
finds "that this host's own name is no domain here" 'hamburger.edu: this host.s own name is no domain'
exits 'usage' 100 sh "$CHECK" -x
exits 'no directory' 111 sh "$CHECK" "$T/none"
done_testing
