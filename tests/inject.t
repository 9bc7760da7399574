# inject: what goes in on the command line and standard input, and the queue file
# that comes out
. "${0%/*}/lib.sh"

mk_site
QMAILUSER=alice QMAILNAME=Alice MAILCONF=$CONF
export QMAILUSER QMAILNAME MAILCONF

# normal FILE: with ids, dates and uids replaced
normal()
{
	sed -e 's/uid [0-9][0-9]*)/uid UID)/' \
	    -e 's/\<[0-9]*\.M[0-9]*P[0-9]*R[0-9a-f]*/ID/' \
	    -e 's/[A-Z][a-z][a-z], [0-9 ]*[0-9] [A-Z][a-z][a-z] [0-9]* [0-9:]* [+-][0-9]*$/DATE/' \
	    "$1"
}

# finish: runs the case that has been read
finish()
{
	[ -n "$what" ] || return 0
	eval "set -- $arguments"
	as_user inject "$@" <"$T/in" >"$T/out" 2>"$T/err"
	status=$?
	if [ -n "$refusal" ]; then
		said=$(cat "$T/err")
		case "$status $said" in
		"${refusal%% *} inject: ${refusal#* }"*)
			is "$what" "$(files "$SPOOL")" 0 ;;
		*)	fail "$what" "status $status: $said" ;;
		esac
	elif [ "$status" != 0 ] || ! file=$(only "$SPOOL/new"); then
		fail "$what" "status $status" "$(cat "$T/err")"
	else
		normal "$file" >"$T/got"
		same "$what" "$T/want" "$T/got"
	fi
	rm -f "$SPOOL"/new/*
}

play()
{
	what=
	while IFS= read -r line; do
		case $line in
		'= '*)	finish
			what=${line#= } arguments='' refusal=''
			: >"$T/in"
			: >"$T/want" ;;
		'$ '*)	arguments=${line#??} ;;
		'< '*)	printf '%s\n' "${line#??}" >>"$T/in" ;;
		'<')	echo >>"$T/in" ;;
		'<| '*)	# shellcheck disable=SC2059
			printf "${line#???}" >>"$T/in" ;;
		'> '*)	printf '%s\n' "${line#??}" >>"$T/want" ;;
		'>')	echo >>"$T/want" ;;
		'! '*)	refusal=${line#??} ;;
		esac
	done <"$1"
	finish
}

chmod 755 "$T"
play "$TESTS/inject/header.cases"
play "$TESTS/inject/flags.cases"

done_testing
