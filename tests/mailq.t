# what mailq shows
# shellcheck shell=sh
. "${0%/*}/lib.sh"

mk_site
NOW=$(date +%s)

letter()
{
	printf 'From: alice@hamburger.edu\n\nDo you like ketchup?\n'
}

exits 'unknown option is usage' 100 as_user mailq -x
exits 'an argument is usage' 100 as_user mailq -c "$CONF" x
exits 'a missing configuration is temporary' 111 as_user mailq -c "$T/none"
is 'an empty queue is no line' "$(as_user mailq -c "$CONF")" ''
exits 'and exit 0' 0 as_user mailq -c "$CONF"

name=$(letter | queue_file alice@crepes.fr bob@hamburger.edu \
    carol@example.net '"d e"@example.net')
size=$(wc -c <"$SPOOL/new/$name" | tr -d ' ')
id=${name%%.hamburger*}
is 'a new message: a line for each recipient' \
    "$(as_user mailq -c "$CONF" | cut -f 1,3-)" \
    "$(printf '%s\t%s\talice@crepes.fr\t%s\t0\tnew\t\n' \
	"$id" "$size" bob@hamburger.edu \
	"$id" "$size" carol@example.net \
	"$id" "$size" '"d e"@example.net')"

mv "$SPOOL/new/$name" "$SPOOL/defer/$((NOW + 900)).$name"
sed 's/^Delivered-To: bob/Delivered-OK: bob/' \
    "$SPOOL/defer/$((NOW + 900)).$name" >"$T/marked"
cat "$T/marked" >"$SPOOL/defer/$((NOW + 900)).$name"
cat >"$SPOOL/info/$name" <<END
carol@example.net 3 $((NOW - 5400)) 450 4.2.1 mx.example.net: try "later"
"d e"@example.net 12d $((NOW - 5400)) - 4.4.1 cannot connect
END
owned "$SPOOL/info" "$SPOOL/defer"
said=$(as_user mailq -c "$CONF")
is 'who is done is not shown' "$(printf '%s\n' "$said" | wc -l | tr -d ' ')" 2
like 'attempts, seconds to the next one, reason' "$said" \
    '	carol@example.net	3	(900|89[0-9])	450 4\.2\.1 mx\.example\.net: try "later"$'
like 'a quoted local part with a blank' "$said" \
    '	"d e"@example.net	12	(900|89[0-9])	- 4\.4\.1 cannot connect$'
said=$(as_user mailq -c "$CONF" -j)
is '-j: an object per line' "$(printf '%s\n' "$said" | wc -l | tr -d ' ')" 1
if command -v python3 >/dev/null; then
	is '-j is JSON, with the members of postqueue -j' \
	    "$(printf '%s' "$said" | python3 -c '
import json, sys
m = json.loads(sys.stdin.read())
r = m["recipients"]
print(m["queue_name"], m["queue_id"], m["message_size"], m["forced_expire"],
    m["sender"], m["next_attempt"] > m["arrival_time"], len(r),
    r[0]["address"], r[0]["attempts"], r[0]["last_host"], r[1]["address"])
')" "defer $id $size False alice@crepes.fr True 2 carol@example.net 3 mx.example.net \"d e\"@example.net"
else
	skip '-j is JSON' 'no python3'
fi

mv "$SPOOL/defer/$((NOW + 900)).$name" "$SPOOL/hold/$((NOW + 900)).$name"
like 'hold/ is shown as such' "$(as_user mailq -c "$CONF")" \
    '	carol@example.net	3	hold	450 '
rm "$SPOOL/hold"/*

letter | queue_file '' "$(printf 'b\033[2Jb@hamburger.edu')" >/dev/null
said=$(as_user mailq -c "$CONF" 2>/dev/null)
unlike 'SEC-S22 no escape code gets through' "$said" "$(printf '\033')"
rm "$SPOOL/new"/*

# JSON is as exact as JSON can be; a terminal gets no controls, C1 included.
name=$(letter | queue_file '' "$(printf '\303\266@hamburger.edu')")
mv "$SPOOL/new/$name" "$SPOOL/defer/$((NOW + 900)).$name"
printf '\303\266@hamburger.edu 1 %s 450 4.2.1 mx: \\x1B \302\233 \377 \033\n' "$NOW" \
    >"$SPOOL/info/$name"
owned "$SPOOL/info" "$SPOOL/defer"
said=$(as_user mailq -c "$CONF" -j)
like 'SEC-S22 -j: controls and what is no UTF-8 are escaped' "$said" \
    '"450 4.2.1 mx: ..x1B .u009b .ufffd .u001b"'
like 'SEC-S22 -j: other UTF-8 stays' "$said" "\"$(printf '\303\266')@hamb"
for options in '' -j; do
	# shellcheck disable=SC2086
	as_user mailq -c "$CONF" $options >"$T/said"
	is "SEC-S22 mailq $options: no C1 control is raw" \
	    "$(LC_ALL=C grep -c "$(printf '\302[\200-\237]')" "$T/said")" 0
done
like 'SEC-S22 a reason is escaped once' "$(as_user mailq -c "$CONF")" \
    'mx: .x1B .xC2.x9B .xFF .x1B$'
rm "$SPOOL/defer"/* "$SPOOL/info"/*

: >"$SPOOL/bad/1"
like 'what is in bad/ is mentioned' "$(as_user mailq -c "$CONF" 2>&1)" 'bad/'
rm "$SPOOL/bad/1"

ln -s /etc/passwd "$SPOOL/new/1.M1P1R1.h,S=1,W=1"
mkfifo "$SPOOL/new/1.M2P1R1.h,S=1,W=1"
is 'SEC-S10 links and FIFOs are passed over' \
    "$(as_user limit 5 mailq -c "$CONF" 2>&1)" ''
rm "$SPOOL/new"/*

done_testing
