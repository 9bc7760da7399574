# limit: 90
# the recipes in conf/recipes, as they are
# shellcheck shell=sh
. "${0%/*}/machine.sh"

machine
start_remote
start_qrun
R=$SHARE/recipes

# mail FROM TO [HEADER-LINE ...]: a message
mail()
{
	from=$1 to=$2
	shift 2
	{
		printf 'From: %s\nTo: %s\nSubject: hello\nMessage-ID: <m1@crepes.fr>\n' \
		    "${from:-daemon}" "$to"
		[ $# = 0 ] || printf '%s\n' "$@"
		printf '\nbody\n'
	} | inject -i -f "$from" -- "$to"
}
told() { grep -c "$1" "$T/remote.log"; }
# comes N: so many messages are in bob's Maildir, and nothing waits
idle() { [ "$(files "$SPOOL/new") $(files "$SPOOL/defer")" = '0 0' ]; }
comes() { arrives "$1" "$BOB" && wait_for 10 idle; }

# ---- vacation ----

cp $R/vacation.qmail /home/bob/.qmail
printf 'I am away.\n안녕\n' >/home/bob/.vacation
echo robert@hamburger.edu >/home/bob/.vacation-addresses
ln -s bob $D/robert
chown bob: /home/bob/.qmail /home/bob/.vacation*
mail alice@crepes.fr bob@hamburger.edu
ok 'vacation: the mail is kept' comes 1
is 'it is answered' "$(told '^RCPT TO:<alice@crepes.fr>')" 1
like 'RFC 3834 4: from the null sender' "$(cat "$T/remote.log")" '^MAIL FROM:<>'
like 'RFC 3834 3.1.7: says that it is automatic' "$(cat "$T/remote.log")" \
    '^Auto-Submitted: auto-replied'
like 'RFC 3834 3.1.5: the subject' "$(cat "$T/remote.log")" '^Subject: Auto: hello'
like 'RFC 3834 3.1.6: what it answers' "$(cat "$T/remote.log")" '^In-Reply-To: <m1@crepes.fr>'
like 'from the mailbox' "$(cat "$T/remote.log")" '^From: <?bob@hamburger.edu'
like 'with the text' "$(cat "$T/remote.log")" '^(I am away\.|SSBhbSBhd2F5Lg)'
mail alice@crepes.fr bob@hamburger.edu
comes 2
is 'not a second time' "$(told '^RCPT')" 1
touch -d '8 days ago' /home/bob/.vacation-done/*
mail ALICE@crepes.fr bob@hamburger.edu
comes 3
is 'but after a week' "$(told '^RCPT')" 2
n=3
# silent WHAT FROM TO HEADER ...
silent()
{
	what=$1
	shift
	n=$((n + 1))
	mail "$@"
	comes $n
	is "RFC 3834 2: not $what" "$(told '^RCPT')" 2
}
silent 'to the null sender' '' bob@hamburger.edu
silent 'to a list' b@crepes.fr bob@hamburger.edu 'List-Id: <x.crepes.fr>'
silent 'to bulk mail' c@crepes.fr bob@hamburger.edu 'Precedence: bulk'
silent 'to an automatic answer' d@crepes.fr bob@hamburger.edu 'Auto-Submitted: auto-replied'
silent 'to a list owner' list-owner@crepes.fr bob@hamburger.edu
silent 'to a mailer daemon' MAILER-DAEMON@crepes.fr bob@hamburger.edu
n=$((n + 1))
printf 'From: e@crepes.fr\nTo: others@crepes.fr\n\nx\n' | inject -i -f e@crepes.fr -- bob
comes $n
is 'RFC 3834 2: not to what does not name the mailbox' "$(told '^RCPT')" 2
n=$((n + 1))
printf 'From: f@crepes.fr\nTo: "R,\n x" <Robert@hamburger.edu>\nAuto-Submitted: no\n\nx\n' |
    inject -i -f f@crepes.fr -- bob
comes $n
is 'but to what names another of its addresses' "$(told '^RCPT')" 3
rm /home/bob/.vacation
mail g@crepes.fr bob@hamburger.edu
n=$((n + 1))
comes $n
is 'without a text there is no answer' "$(told '^RCPT')" 3
is 'nothing is left behind' "$(find /home/bob -name '.vacation-names*')" ''
rm -rf /home/bob/.qmail /home/bob/.vac* "$BOB"

# ---- spam ----

cp $R/spam.qmail /home/bob/.qmail
echo ./Spam/ >/home/bob/.qmail-spam
chown bob: /home/bob/.qmail*
mail x@crepes.fr bob@hamburger.edu 'X-Spam-Flag: YES'
mail '' bob@hamburger.edu 'X-Spam-Flag: YES'
mail y@crepes.fr bob@hamburger.edu 'X-Spam-Flag: NO'
ok 'spam: what is none comes' comes 1
is 'and alone' "$(files "$BOB/new")" 1
is 'the rest is in the second Maildir' "$(files /home/bob/Spam/new)" 2
mail x@crepes.fr bob+shop@hamburger.edu 'X-Spam-Flag: YES'
ok 'that of an extension goes there, too' arrives 3 /home/bob/Spam
like 'with its sender' "$(cat /home/bob/Spam/new/*)" '^Return-Path: <x@crepes.fr>'
like 'the null one, too' "$(cat /home/bob/Spam/new/*)" '^Return-Path: <>'
rm /home/bob/.qmail-spam
mail x@crepes.fr bob@hamburger.edu 'X-Spam-Flag: YES'
ok 'without .qmail-spam it is kept with the rest' comes 2
rm -rf /home/bob/.qmail* "$BOB"

# ---- a list ----

mkdir $D/list
sed 's/carol@example.net/alice@hamburger.edu/; s/dave@example.com/z@crepes.fr/' \
    $R/list.qmail >$D/list/.qmail
echo '&bob@hamburger.edu' >$D/list/.qmail-owner
ln -s list $D/list-owner
chown -R vmail: $D/list
chmod 700 $D/list
: >"$T/remote.log"
mail alice@crepes.fr list@hamburger.edu
ok 'list: a member here gets it' arrives 1 "$ALICE"
ok 'list: one elsewhere gets it' wait_for 10 grep -q '^RCPT TO:<z@crepes.fr>' "$T/remote.log"
like 'list: bounces go to the owner' "$(cat "$T/remote.log")" \
    '^MAIL FROM:<list-owner@hamburger.edu>'
mail '' list-owner@hamburger.edu
ok 'list: who is bob' comes 1
rm -rf "$BOB" "$ALICE"

# ---- procmail, maildrop ----

if command -v procmail >/dev/null; then
	cp $R/procmail.qmail /home/bob/.qmail
	cat >/home/bob/.procmailrc <<-'END'
	MAILDIR=$HOME
	DEFAULT=$HOME/Maildir/
	:0
	* ^X-Sort: this
	Sorted/
	END
	chown bob: /home/bob/.*mail*
	mail y@crepes.fr bob@hamburger.edu
	mail y@crepes.fr bob@hamburger.edu 'X-Sort: this'
	ok 'procmail delivers' comes 1
	is 'procmail sorts' "$(files /home/bob/Sorted/new)" 1
	rm -rf /home/bob/.qmail "$BOB" /home/bob/Sorted
else
	skip 'procmail' 'procmail is not installed'
fi
if command -v maildrop >/dev/null; then
	cp $R/maildrop.qmail /home/bob/.qmail
	cat >/home/bob/.mailfilter <<-'END'
	DEFAULT="$HOME/Maildir"
	if (/^X-Sort: this/)
	{
		to "$HOME/Sorted"
	}
	END
	chmod 600 /home/bob/.mailfilter
	mkdir -p "$BOB/new" "$BOB/tmp" "$BOB/cur" /home/bob/Sorted/new \
	    /home/bob/Sorted/tmp /home/bob/Sorted/cur
	chown -R bob: /home/bob
	mail y@crepes.fr bob@hamburger.edu
	mail y@crepes.fr bob@hamburger.edu 'X-Sort: this'
	ok 'maildrop delivers' comes 1
	is 'maildrop sorts' "$(files /home/bob/Sorted/new)" 1
else
	skip 'maildrop' 'maildrop is not installed'
fi
[ "$TAP_FAILED" = 0 ] || diag "$(tail -n 20 "$T/qrun.log")"
done_testing
