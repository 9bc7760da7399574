# inject: sizes, long lines, failures of the disk; what it costs
. "${0%/*}/lib.sh"

mk_site
QMAILUSER=alice QMAILNAME=Alice MAILCONF=$CONF
export QMAILUSER QMAILNAME MAILCONF
header='Subject: x\nFrom: a@x.example\nDate: d\nMessage-ID: <m>'

# put LENGTH OCTET: that many of it
put()
{
	awk -v n="$1" -v c="$2" 'BEGIN {
		for (s = c; length(s) < n; ) s = s s
		printf "%s", substr(s, 1, n) }'
}

# inject_file WHAT STATUS ARG ...: standard input is $T/in; $QUEUED is the result
inject_file()
{
	what=$1 want=$2
	shift 2
	rm -f "$SPOOL"/new/*
	as_user inject "$@" <"$T/in" >"$T/out" 2>"$T/err"
	is "$what" "$? $(files "$SPOOL/tmp")" "$want 0"
	QUEUED=$(only "$SPOOL/new" 2>/dev/null)
}

body()
{
	sed '1,/^$/d' "$1"
}

# ---- lines ----

{ printf "$header\n\n"; put 998 a; printf '\n.\n'; put 998 b; } >"$T/in"
inject_file 'I06 lines of 998 octets pass' 0 -i bob
body "$T/in" >"$T/want"
echo >>"$T/want"
body "$QUEUED" >"$T/got"
same 'I06 ... as they are' "$T/want" "$T/got"

{ printf "$header\n\n"; put 999 a; printf ' = \t\n.\nGr\303\274\303\237e \n'; } >"$T/in"
inject_file 'I06 a line of 999 octets passes' 0 -i bob
like 'I06 ... in quoted-printable' "$(cat "$QUEUED")" \
    '^Content-Transfer-Encoding: quoted-printable$'
is 'I06 ... under the id it has in Received' \
    "$(sed -n 's/.* id \([^ ;]*\).*/\1/p' "$QUEUED" | head -n 1)" \
    "$(basename "$QUEUED" | sed 's/^\([0-9]*\.[^.]*\)\..*/\1/')"
like 'I06 ... with the MIME-Version and charset' "$(cat "$QUEUED")" \
    '^Content-Type: text/plain; charset=utf-8$'
is 'I06 ... no line is over 76' "$(body "$QUEUED" | awk 'length > 76' | wc -l |
    tr -d ' ')" 0
unlike 'I06 ... no blank at the end of a line, no 8-bit' "$(body "$QUEUED")" \
    '[ 	]$|[^ -~]'
if command -v python3 >/dev/null; then
	body "$QUEUED" | python3 -c 'import quopri, sys
sys.stdout.buffer.write(quopri.decodestring(sys.stdin.buffer.read()))' >"$T/got"
	body "$T/in" >"$T/want"
	same 'I06 ... and it decodes to what it was' "$T/want" "$T/got"
fi

{ printf "$header\nMIME-Version: 1.0\nContent-Type: text/html\n"
printf 'Content-Transfer-Encoding: 8bit\n\n'; put 2000 a; } >"$T/in"
inject_file 'I06 the same with MIME fields' 0 bob
is 'I06 ... one of each' "$(grep -c -e '^MIME-Version: 1.0$' \
    -e '^Content-Type: text/html$' \
    -e '^Content-Transfer-Encoding: quoted-printable$' "$QUEUED")
$(grep -c -i -e '^MIME-V' -e '^Content-' "$QUEUED")" '3
3'

# as it comes from PHP: parts, one of them HTML in one line
{ printf "$header\n"; printf 'MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b1"

--b1
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Gr\303\274\303\237e
--b1
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: 8bit

'; put 5000 '<p>--b1 = \303\274 </p>'; printf '\n--b1--\n'; } >"$T/in"
inject_file 'I06 a long line in one of several parts' 0 -i bob
is 'I06 ... no line is over 76' "$(body "$QUEUED" | awk 'length > 76' | wc -l |
    tr -d ' ')" 0
like 'I06 ... the other part stays as it is' "$(cat "$QUEUED")" '^Gr.*e$'
if command -v python3 >/dev/null; then
	ok 'I06 ... and all decode to what they were' python3 -c 'import email, sys
def parts(name):
    return [(p.get_content_type(), p.get_payload(decode=True))
        for p in email.message_from_binary_file(open(name, "rb")).walk()
        if not p.is_multipart()]
assert parts(sys.argv[1]) == parts(sys.argv[2]), parts(sys.argv[2])
assert len(parts(sys.argv[1])) == 2' "$T/in" "$QUEUED"
fi

{ printf "$header\nMIME-Version: 1.0\nContent-Transfer-Encoding: base64\n\n"
put 2000 YWJj; } >"$T/in"
inject_file 'I06 a long line of base64' 0 bob
is 'I06 ... gets lines of 76' "$(body "$QUEUED" | awk '{ print length }' |
    sort -un | tr '\n' ' ')$(body "$QUEUED" | tr -d '\n' | wc -c | tr -d ' ')" \
    '24 76 2000'

for field in 'Content-Type: multipart/signed; boundary=x' 'DKIM-Signature: x' \
    'Content-Transfer-Encoding: x-own'; do
	{ printf "$header\n$field\n\n--x\n\n"; put 999 a
	printf '\n--x--\n'; } >"$T/in"
	inject_file "I06 a long line stays with $field" 0 bob
	body "$T/in" >"$T/want"
	body "$QUEUED" >"$T/got"
	same 'I06 ... the body is not touched' "$T/want" "$T/got"
	like 'I06 ... the log says so' "$(cat "$T/err")" \
	    'event=long-line id=[^ ]* text='
done

conf filter 'cat'
{ printf "$header\n\n"; put 999 a; } >"$T/in"
inject_file 'I06 with a filter, too' 0 bob
like 'I06 ... which sees it encoded' "$(cat "$QUEUED")" \
    '^Content-Transfer-Encoding: quoted-printable$'
rm "$CONF/filter"

{ printf "$header\nX-Long:"; for i in 1 2 3 4 5 6 7 8 9; do printf ' '
put 200 "$i"; done; printf '\n\n'; } >"$T/in"
inject_file 'I06 a header line over 998 octets is folded' 0 bob
is 'I06 ... at blanks' "$(awk 'length > 998' "$QUEUED" | wc -l | tr -d ' ')
$(sed -n '/^X-Long/,/^$/p' "$QUEUED" | tr -d '\n')" "0
$(sed -n '/^X-Long/,/^$/p' "$T/in" | tr -d '\n')"

{ printf "$header\nX-Long: "; put 999 a; printf '\n\n'; } >"$T/in"
inject_file 'I06 I12 one without blanks is refused' 65 bob
like 'I06 ... in words' "$(cat "$T/err")" 'header line is over 998 octets'

{ printf 'From: a@x.example\nTo: a0@x.example'
awk 'BEGIN { for (i = 0; i < 500; i++) printf ",bare%d", i; print "\n" }'
} >"$T/in"
inject_file 'I06 I11 a list without blanks is folded behind commas' 0 -t
is 'I06 ... and complete' "$(awk 'length > 998' "$QUEUED" | wc -l | tr -d ' ')
$(sed -n '/^To:/,/^$/p' "$QUEUED" | tr -d ' \n' | sed 's/@hamburger.edu//g')
$(grep -c '^Delivered-To: bare' "$QUEUED")" \
"0
$(sed -n '/^To:/,/^$/p' "$T/in" | tr -d ' \n')
500"

# ---- sizes ----

conf databytes 1000
{ printf "$header\n\n"; put 500 a; } >"$T/in"
inject_file 'I12 a message below databytes' 0 bob
{ printf "$header\n\n"; put 950 a; } >"$T/in"
inject_file 'I12 a message over databytes is refused' 65 bob
like 'I12 ... in words' "$(cat "$T/err")" 'over the limit'
DATABYTES=2000; export DATABYTES
inject_file 'I12 $DATABYTES counts instead' 0 bob
DATABYTES=x
inject_file 'I12 $DATABYTES that is no number is a wrong configuration' 78 bob
unset DATABYTES
rm "$CONF/databytes"

{ printf 'To: a,'; put 200000 'a,'; printf '\n\n'; } >"$T/in"
before=$(date +%s)
inject_file 'SEC-S13 200 KB of "To: a," pass' 0 -t
{ printf 'To: a,'; put 1000000 'a,'; printf '\n\n'; } >"$T/in"
inject_file 'SEC-S13 SEC-S3 1 MB of "To: a," is refused' 65 -t
awk 'BEGIN { for (i = 0; i < 40000; i++) printf "%s", "(" ; print "" }' |
    sed 's/^/To: /' >"$T/in"
inject_file 'SEC-S13 40,000 comments that never end' 65 -t
awk 'BEGIN { print "Subject: x"
for (i = 0; i < 15000; i++) printf "To: a%d@x\n", i ; print "" }' >"$T/in"
inject_file 'SEC-S13 15,000 fields' 0 -t
after=$(date +%s)
ok 'SEC-S13 in about a second' test $((after - before)) -le 3
is 'SEC-S13 ... with all recipients' "$(grep -c ^Delivered-To "$QUEUED")" 15000

put 300000 a >"$T/in"
inject_file 'I09 a body without header and without line end is no header' 0 bob

{ printf "$header\n\n"; put 20000000 "some text that is long enough
"; } >"$T/in"
inject_file 'I12 20 MB' 0 bob
body "$T/in" >"$T/want"
[ -z "$(tail -c 1 "$T/want")" ] || echo >>"$T/want"
body "$QUEUED" >"$T/got"
same 'I08 ... unharmed' "$T/want" "$T/got"

# ---- failures ----

{ printf "$header\n\n"; put 100000 "line
"; } >"$T/in"
rm -f "$SPOOL"/new/*
(ulimit -f 90; as_user inject bob) <"$T/in" >"$T/out" 2>"$T/err"
is 'I12 D07 a file that cannot grow: try again, nothing is left' \
    "$? $(files "$SPOOL")" '75 0'

conf spool "$SPOOL-not"
inject_file 'I12 no spool' 73 bob
conf spool "$SPOOL"
conf databytes many
inject_file 'I12 a setting that cannot be parsed' 78 bob
like 'I12 ... is named' "$(cat "$T/err")" '^inject: databytes: '
rm "$CONF/databytes"
MAILCONF=$T/none
inject_file 'I12 no configuration' 78 bob
MAILCONF=$CONF
mkdir "$T/directory"
as_user inject bob <"$T/directory" >"$T/out" 2>"$T/err"
is 'I12 standard input that cannot be read' "$?" 71
if [ -n "$ROOT" ]; then
	chmod 700 "$SPOOL/tmp"
	chown 0:0 "$SPOOL/tmp"
	inject_file 'I12 no permission' 77 bob
	owned "$SPOOL/tmp"
fi

# ---- the trigger ----

rm -f "$SPOOL"/new/*
echo x >"$T/in"
inject_file 'Q01 nobody at the trigger: inject does not wait' 0 bob
rm "$SPOOL/trigger"
inject_file 'Q01 no trigger at all' 0 bob

done_testing
