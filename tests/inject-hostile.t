# inject: started by somebody who wants mail lost, a crash or a line in a file
# shellcheck shell=sh
. "${0%/*}/lib.sh"

mk_site
QMAILUSER=alice MAILCONF=$CONF
export QMAILUSER MAILCONF
printf 'From: a@x.example\n\nbody\n' >"$T/in"
chmod 644 "$T/in"

# right WHAT: exit status 0 and one whole file, or another and none
right()
{
	status=$?
	new=$(files "$SPOOL/new") tmp=$(files "$SPOOL/tmp") torn=''
	for file in "$SPOOL"/new/*; do
		[ -f "$file" ] || continue
		size=${file##*,S=}
		[ "$(wc -c <"$file")" = "${size%%,*}" ] || torn='a torn file'
		! grep -q 'event=' "$file" || torn='a line of the log in a file'
	done
	rm -f "$SPOOL"/new/* "$SPOOL"/tmp/*
	case "$status $new $tmp$torn" in
	'0 1 0'|[1-9]*' 0 0')	return ;;
	esac
	what="$what
$1: status $status, $new files in new/, $tmp in tmp/ $torn"
}

# ---- closed descriptors, few of them, small files ----

what=''
for closed in '<&-' '>&-' '2>&-' '<&- >&-' '<&- 2>&-' '>&- 2>&-' '<&- >&- 2>&-'; do
	eval "as_user inject -v -i bob <\"\$T/in\" $closed" 2>/dev/null
	right "closed $closed"
done
is 'SEC-S10 descriptors 0, 1, 2 closed: no file takes their place' "$what" ''
what=''
for n in 3 4 5 6 7 8 9 10 20; do
	as_user sh -c "ulimit -n $n; exec inject -v -i bob" <"$T/in" 2>/dev/null
	right "$n descriptors"
done
is 'I12 few descriptors: queued or refused' "$what" ''
what=''
{ cat "$T/in"; awk 'BEGIN { for (i = 0; i < 3000; i++) print "a line" }'; } >"$T/big"
for n in 0 1 2 10 100; do
	as_user sh -c "ulimit -f $n; exec inject -v -i bob" <"$T/big" >/dev/null 2>&1
	right "files of $n blocks"
done
is 'I12 small files only: queued or refused' "$what" ''

# ---- killed at any time ----

what=''
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	# shellcheck disable=SC2086	# as_user would be a shell of its own
	$AS_USER inject -i bob <"$T/in" &
	pid=$!
	sleep "0.00$n"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	status=$?
	[ "$status" != 0 ] || [ "$(files "$SPOOL/new")" = 1 ] ||
		what="$what $n: status 0 and no file"
	rm -f "$SPOOL"/new/* "$SPOOL"/tmp/*
done
is 'SEC-S20 killed: status 0 means a file' "$what" ''

# ---- what callers leave behind ----

conf filter cat
cat >"$T/deaf.c" <<'END'
#include <signal.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	signal(SIGCHLD, SIG_IGN);
	return argc > 1 ? execvp(argv[1], argv + 1), 99 : 98;
}
END
if ${CC:-cc} -o "$BIN/deaf" "$T/deaf.c" 2>/dev/null; then
	as_user deaf inject -i bob <"$T/in" 2>"$T/err"
	is 'I12 a caller who ignores SIGCHLD: the filter is heard all the same' \
	    "$? $(files "$SPOOL/new")" '0 1'
else
	skip 'I12 a caller who ignores SIGCHLD' 'no C compiler'
fi
rm -f "$CONF/filter" "$SPOOL"/new/*
if command -v python3 >/dev/null; then
	# shellcheck disable=SC2086
	python3 -c 'import os, subprocess, sys, time
r, w = os.pipe()
os.set_blocking(r, False)
child = subprocess.Popen(sys.argv[1:], stdin=r)
for piece in b"From: a@x.exa", b"mple\n\nfirst\n", b"second\n":
    time.sleep(0.2)
    os.write(w, piece)
os.close(w)
sys.exit(child.wait())' $AS_USER inject -i bob 2>"$T/err"
	is 'I12 a pipe that does not block is waited for' "$? $(tail -n 2 \
	    "$SPOOL"/new/* | tr '\n' ' ')" '0 first second '
	rm -f "$SPOOL"/new/*
else
	skip 'I12 a pipe that does not block' 'python3 is not installed'
fi

# ---- arguments ----

as_user env -u MAILCONF sh -c 'exec inject "$@"' sh -c "$CONF" -i \
    "$(awk 'BEGIN { for (i = 0; i < 12000; i++) printf "r%d,", i }')" <"$T/in"
is 'SEC-S13 a list of 12,000 in one argument' "$? $(grep -c '^Delivered-To: r' \
    "$SPOOL"/new/*)" '0 12000'
rm -f "$SPOOL"/new/*
deep=$(awk 'BEGIN { for (i = 0; i < 100000; i++) printf "(" }')
as_user inject "$deep" <"$T/in" 2>/dev/null
is 'SEC-S13 100,000 open comments' $? 67
as_user inject "g: $deep" <"$T/in" 2>/dev/null
is 'SEC-S13 ... in a group' $? 67

# A program without any argument, not even its name (argc is 0).  Some kernels
# give it an empty one.
cat >"$T/bare.c" <<'END'
#include <unistd.h>
int main(int argc, char **argv)
{
	char *none[] = { 0 }, *env[] = { "PATH=/bin", argv[2], 0 };
	return argc > 2 ? execve(argv[1], none, env), 99 : 98;
}
END
if ${CC:-cc} -o "$BIN/bare" "$T/bare.c" 2>/dev/null; then
	what=''
	for program in smtpd inject qrun mailq qsend pop3d pop3auth checkpw; do
		echo QUIT | as_user limit 10 bare "$BIN/$program" \
		    "MAILCONF=$CONF" >/dev/null 2>&1
		status=$?
		[ "$status" -lt 126 ] || what="$what $program: $status"
	done
	is 'SEC-S4 argc 0: no program dies of it' "$what" ''
else
	skip 'SEC-S4 argc 0' 'no C compiler'
fi
done_testing
