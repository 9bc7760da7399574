# conf/recipes/vacation: answers by the rules of RFC 3834
. "${0%/*}/lib.sh"

mkdir box
cd box || exit 1
printf 'I am away.\n' >.vacation
rm -f "$BIN/inject"
printf '#!/bin/sh\necho "to $*" >>"%s/sent"\ncat >>"%s/sent"\n' "$T" "$T" \
    >"$BIN/inject"
chmod 755 "$BIN/inject"

# answers WHAT COUNT SENDER HEADER...: so many answers to this message
answers()
{
	what=$1 count=$2 SENDER=$3 RECIPIENT=bob@hamburger.edu
	shift 3
	export SENDER RECIPIENT
	: >"$T/sent"
	{
		printf '%s\n' "$@"
		printf '\nhello\n'
	} | sh "$TOP/conf/recipes/vacation"
	is "$what" "$? $(grep -c '^to ' "$T/sent")" "0 $count"
}

to='To: bob@hamburger.edu'
answers 'R01 a message to us by name is answered' 1 alice@crepes.fr "$to" \
    'Subject: hi' 'Message-ID: <m1@crepes.fr>'
like 'R01 to the envelope sender, from nobody' "$(cat "$T/sent")" \
    '^to -i -f  -- alice@crepes.fr$'
like 'R01 says that it is automatic' "$(cat "$T/sent")" \
    '^Auto-Submitted: auto-replied$'
like 'R01 names what it answers' "$(cat "$T/sent")" \
    '^In-Reply-To: <m1@crepes.fr>$'
answers 'R01 not twice in a week' 0 alice@crepes.fr "$to"
touch -t 202001010000 .vacation-done/*
answers 'R01 again after a week' 1 ALICE@crepes.fr "$to"
answers 'R01 never to the null sender' 0 '' "$to"
for sender in owner-list@a.example list-owner@a.example list-request@a.example \
    MAILER-DAEMON@a.example; do
	answers "R01 never to $sender" 0 "$sender" "$to"
done
answers 'R01 never to an automatic message' 0 a@a.example "$to" \
    'Auto-Submitted: auto-generated'
answers 'R01 Auto-Submitted: no is no automatic message' 1 b@a.example "$to" \
    'Auto-Submitted: no'
answers 'R01 never to a list' 0 c@a.example "$to" 'List-Id: <x.a.example>'
answers 'R01 never when we are not named' 0 d@a.example 'To: all@a.example'
answers 'R01 a folded Cc names us' 1 e@a.example 'To: all@a.example' \
    'Cc: x@a.example,' '	bob@hamburger.edu'
answers 'R01 SEC-S4 an address is never an option or a command' 1 \
    "-x';touch@a.example" "$to"
is 'R01 SEC-S4 it stands behind --' "$(sed -n 1p "$T/sent")" \
    "to -i -f  -- -x';touch@a.example"

done_testing
