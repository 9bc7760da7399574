# the manual pages say what the programs do: options, environment, settings, and
# what mandoc thinks of them
# shellcheck shell=sh
. "${0%/*}/lib.sh"
cd "$TOP" || exit 1

# PAGE: the program's page.  SOURCES: what only it is made of.
pages='smtpd/smtpd.8 smtpd/*.c
inject/inject.8 inject/*.c
qrun/qrun.8 qrun/main.c qrun/settings.c qrun/route.c
qrun/mailq.8 qrun/mailq.c qrun/listing.c
qsend/qsend.8 qsend/*.c
pop3d/pop3d.8 pop3d/main.c
pop3d/pop3auth.8 pop3d/pop3auth.c
pop3d/checkpw.8 pop3d/checkpw.c'

missing_from() # words of $1 that $2 lacks
{
	for word in $1; do
		printf '%s\n' "$2" | grep -qxF -e "$word" || printf '%s ' "$word"
	done
}

printf '%s\n' "$pages" | while read -r page sources; do
	# shellcheck disable=SC2086
	text=$(cat $sources | tr '\n' ' ')
	page_text=$(cat "$page")
	# options: every letter of getopt's string is in SYNOPSIS and explained
	letters=$(printf '%s' "$text" | grep -oE 'getopt\(argc, argv, "[^"]*"' |
	    sed 's/.*"\(.*\)"/\1/' | tr -d '+:' | sed 's/./& /g')
	synopsis=$(printf '%s\n' "$page_text" | sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESC/p' |
	    grep '^\.Op Fl' | sed 's/^\.Op Fl \([a-z |]*\).*/\1/' | tr -d ' |' | sed 's/./&\n/g')
	echo "options|$page|$(missing_from "$letters" "$synopsis")"
	explained=$(printf '%s\n' "$page_text" | sed -n 's/^\.It Fl \([a-zA-Z]\).*/\1/p')
	echo "explained options|$page|$(missing_from "$letters" "$explained")"
	[ "$page" = inject/inject.8 ] ||
		echo "invented options|$page|$(missing_from "$explained" \
		    "$(printf '%s' "$letters" | tr ' ' '\n')")"
	# environment
	used=$(printf '%s' "$text" | grep -oE '(getenv|first_of|peer_variable)\([^)]*\)' |
	    grep -oE '"[A-Z_]+"' | tr -d '"' | sed 's/^REMOTE\(IP\|HOST\)$/TCPREMOTE\1/' | sort -u)
	echo "environment|$page|$(missing_from "$used" \
	    "$(grep '\.It Ev\|\.Ev ' "$page" | tr ' ' '\n' | tr -d ',')")"
	# settings
	used=$(printf '%s' "$text" | grep -oE '(conf_text|conf_number|conf_each|read_number|list_find)\([^;]*;' |
	    sed -n 's/^[a-z_]*([^"]*"\([a-z0-9]*\)".*/\1/p' | sort -u)
	case $text in *conf_me*) used="$used me" ;; esac
	echo "settings|$page|$(missing_from "$used" \
	    "$(grep '\.It Pa\|\.Pa ' "$page" | tr ' ' '\n' | tr -d ',')")"
done >"$T/found"
ok 'the pages were read' test "$(wc -l <"$T/found")" -gt 30
while IFS='|' read -r what page missing; do
	is "$page: $what" "$missing" ''
done <"$T/found"

for page in */*.[1-8]; do
	sections=$(grep '^\.Sh ' "$page" | sed 's/^\.Sh //')
	want='NAME
DESCRIPTION
SECURITY CONSIDERATIONS'
	case $page in
	*.8)	want="$want
SYNOPSIS
ENVIRONMENT
EXIT STATUS
EXAMPLES" ;;
	esac
	lacking=$(printf '%s\n' "$want" | while read -r section; do
		printf '%s\n' "$sections" | grep -qx "$section" || printf '%s ' "$section"
	done)
	is "$page: has its sections" "$lacking" ''
done
if command -v mandoc >/dev/null; then
	is 'mandoc finds nothing' "$(mandoc -Tlint -Wwarning ./*/*.[1-8] 2>&1)" ''
else
	skip 'mandoc -Tlint' 'mandoc is not installed'
fi
done_testing
