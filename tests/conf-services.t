# conf/check-services: the shipped files are sound, and what makes them unsound is
# found
# shellcheck shell=sh
. "${0%/*}/lib.sh"

CHECK=$TOP/conf/check-services
E=$T/etc
mkdir -p "$T/conf" "$E/xinetd.d" "$E/stunnel" "$E/systemd/system" \
    "$E/service/smtp" "$E/service/pop3" "$E/s6/smtp" "$E/s6/pop3"
check() { sh "$CHECK" -c "$T/conf" "$E" 2>&1; }

# shipped FILE: as setup -p prints it, without accounts
shipped() { sed 's|@BINDIR@|/usr/local/bin|g; s|@[A-Z_0-9]*[UG]ID@|9|g; s|@[A-Z]*@|/x|g' "$TOP/conf/$1"; }

install_all()
{
	rm -f "$E/xinetd.d/submission"
	for f in xinetd/smtp xinetd/pop3; do
		shipped $f >"$E/xinetd.d/${f#*/}"
	done
	for f in smtp pop3; do
		shipped tcpserver/$f/run >"$E/service/$f/run"
		shipped s6/$f/run >"$E/s6/$f/run"
	done
	for f in "$TOP"/conf/systemd/*; do
		shipped "systemd/${f##*/}" >"$E/systemd/system/${f##*/}"
	done
	shipped inetd.conf >"$E/inetd.conf"
	shipped stunnel.conf >"$E/stunnel/pennypost.conf"
	: >"$E/xinetd.d/README"
}
install_all
echo 1 >"$T/conf/requiretls"
is 'SEC-S18 the shipped service files: not a word' "$(check)" ''
rm "$T/conf/requiretls"
said=$(check)
is 'POP3 in clear beside POP3 under TLS is worth a note' "$? $said" "0 note: requiretls: \
POP3 under TLS is there, and port 110 takes passwords in clear: make it 1 when all programs use TLS"
echo 1 >"$T/conf/requiretls"

# a port for users where nobody can log in
shipped xinetd/submission >"$E/xinetd.d/submission"
like 'port 587 without TLS under xinetd' "$(check)" \
    'xinetd.d/submission: without TLS nobody can log in, and no mail is taken'
sed 's/disable.*/disable = yes/' "$E/xinetd.d/submission" >"$T/new"
mv "$T/new" "$E/xinetd.d/submission"
is '... but not when it is off' "$(check)" ''
mkdir "$E/systemd/system/sockets.target.wants"
: >"$E/systemd/system/sockets.target.wants/pennypost-submission.socket"
like '... under systemd, when it is enabled' "$(check)" \
    'submission@.service: without TLS nobody can log in'
sed 's|/smtpd checkpw|/s6-ucspitlsd &|' "$TOP/conf/systemd/pennypost-submission@.service" |
    sed 's|@[A-Z_0-9]*@|9|g' >"$E/systemd/system/pennypost-submission@.service"
is '... not behind a TLS terminator' "$(check)" ''
rm -r "$E/systemd/system/sockets.target.wants"

# each port for users: AUTH is required, TLS too
for f in xinetd/submission systemd/pennypost-submission@.service; do
	like "$f requires AUTH" "$(cat "$TOP/conf/$f")" 'REQUIREAUTH=1'
	like "$f requires TLS" "$(cat "$TOP/conf/$f")" 'REQUIRETLS=1'
done
is 'stunnel.conf: every smtpd requires AUTH' "$(grep ' smtpd ' "$TOP/conf/stunnel.conf" |
    grep -vc REQUIREAUTH=1)" 0

# finds FILE SED WHAT ERE
finds()
{
	sed "$2" "$E/$1" >"$T/new"
	cmp -s "$T/new" "$E/$1" && diag "$1 was not changed by $2"
	mv "$T/new" "$E/$1"
	said=$(check)
	like "$3" "status $?
$said" "$4"
	like '... with status 1' "$(check >/dev/null; echo $?)" '^1$'
	install_all
}
finds xinetd.d/smtp 's/PATH=/RELAYCLIENT= PATH=/' 'SEC-S18 everybody may relay' \
    'xinetd.d/smtp: whoever connects may send to anywhere'
finds systemd/system/pennypost-smtp@.service 's/=PATH/=RELAYCLIENT= PATH/' \
    'SEC-S18 ... under systemd' '@.service: whoever connects may send'
finds inetd.conf 's/pp-smtp:pp-slot.*/root \/usr\/bin\/env env RELAYCLIENT= smtpd/' \
    'SEC-S18 ... under inetd' 'inetd.conf: whoever connects'
shipped xinetd/submission >"$E/xinetd.d/submission"
finds xinetd.d/submission 's/REQUIREAUTH=1//' 'strangers on port 587' \
    'submission: a port for users, and it takes mail from strangers'
finds systemd/system/pennypost-submission@.service 's/REQUIREAUTH=1//' \
    '... under systemd' 'submission@.service: a port for users'
finds stunnel/pennypost.conf '/smtps/,/submission/s/REQUIREAUTH=1//' \
    '... under stunnel, in one section of several' 'pennypost.conf: a port for users'
shipped xinetd/submission >"$E/xinetd.d/submission"
finds xinetd.d/submission 's/REQUIRETLS=1/ALLOWPLAINAUTH=1/' 'passwords in clear' \
    'submission: takes passwords in clear'
finds service/smtp/run 's/^exec tcps/exec env SSL_PROTOCOL=x tcps/' \
    'TLS that is none' 'smtp/run: says that connections are under TLS'
finds s6/smtp/run 's|/usr/local/bin|@BINDIR@|' 'a file that was copied as it is' \
    's6/smtp/run: @BINDIR@ is still in it: print it with setup -p'
finds stunnel/pennypost.conf 's/^exec .*/connect = 127.0.0.1:25/' \
    'SEC-S18 stunnel that hides the client' 'pennypost.conf: connects to a port'

sed 's/^127\./#127./; s/:allow$/:allow,RELAYCLIENT=""/' "$TOP/conf/tcpserver/rules" \
    >"$T/rules"
if command -v tcprules >/dev/null; then
	tcprules "$E/service/smtp/rules.cdb" "$T/tmp" <"$TOP/conf/tcpserver/rules"
	is 'the shipped rules of tcpserver: not a word' "$(check)" ''
	tcprules "$E/service/smtp/rules.cdb" "$T/tmp" <"$T/rules"
	like 'SEC-S18 rules of tcpserver for everybody' "$(check)" \
	    'rules.cdb: strangers may send to anywhere'
else
	skip 'rules of tcpserver' 'tcprules is not installed'
fi
done_testing
