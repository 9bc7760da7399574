# checkpw: the checkpassword interface, over .password in a mailbox
# shellcheck shell=sh disable=SC2012,SC2016,SC2059,SC2317
. "${0%/*}/lib.sh"

mk_site
mailbox bob@hamburger.edu hungry
MAILCONF=$CONF
export MAILCONF

# check LOGIN PASSWORD program ...: checkpw's exit status and output
check()
{
	printf '%s\0%s\0%s\0' "$1" "$2" '' >"$T/home/login"
	shift 2
	as_user sh -c 'exec checkpw "$@" 3<"$0"' "$T/home/login" "$@"
}

# raw OCTETS: with these octets on descriptor 3
raw()
{
	printf "$1" >"$T/home/login"
	as_user sh -c 'exec checkpw true 3<"$0"' "$T/home/login"
}

exits 'P04 right: the status is the program'"'"'s' 7 \
    check bob hungry sh -c 'exit 7'
exits 'P04 wrong password: 1' 1 check bob angry true
exits 'P04 a password that begins as the right one: 1' 1 check bob hungryx true
exits 'P04 the beginning of the right one: 1' 1 check bob hungr true
exits 'P04 no such user: 1' 1 check alice hungry true
exits 'P04 no such domain: 1' 1 check bob@elsewhere.example hungry true
exits 'P04 the domain may be said' 0 check bob@hamburger.edu hungry true
exits 'SEC-S24 ../: 1' 1 check ../hamburger.edu/bob hungry true
exits 'SEC-S24 nor in the domain: 1' 1 check bob@../mail/hamburger.edu hungry true
exits 'P14 a program that cannot be run: 111' 111 check bob hungry /not/there
exits 'P14 no program: 2' 2 check bob hungry
exits 'P14 nothing on descriptor 3: 2' 2 as_user sh -c 'exec checkpw true 3<&-'
exits 'SEC-S7 no NUL: 2' 2 raw 'bob'
exits 'SEC-S7 one: 2' 2 raw 'bob\0hungry'
exits 'SEC-S7 two: 2' 2 raw 'bob\0hungry\0'
exits 'SEC-S7 the third is missing: 2' 2 raw 'bob\0hungry\0x'
exits 'P04 a timestamp: 0' 0 raw 'bob\0hungry\0<1.2@h>\0'
exits 'P04 something behind it: 0' 0 raw 'bob\0hungry\0<1.2@h>\0more\0'
exits 'SEC-S15 512 octets: 0' 0 raw "bob\\0hungry\\0<$(printf '%0499d' 0)\\0"
exits 'SEC-S15 513 octets: 2' 2 raw "bob\\0hungry\\0<$(printf '%0500d' 0)\\0"
exits 'SEC-S15 100,000 octets: 2' 2 raw "bob\\0<$(printf '%0100000d' 0)\\0\\0"

said=$(check bob hungry env)
like 'P04 USER is the address' "$said" '^USER=bob@hamburger\.edu$'
like 'P04 HOME is the mailbox' "$said" "^HOME=$MAILBOX\$"
like 'P04 SHELL is set' "$said" '^SHELL=/'
is 'P04 the program starts in it' "$(check bob hungry pwd)" "$MAILBOX"
unlike 'SEC-S11 no descriptor is left to the program' \
    "$(check bob hungry sh -c 'ls -l /proc/self/fd' 2>/dev/null)" \
    'login|mail|conf'

# -- .password --
for hash in "$(mkhash hungry)" \
    "$(perl -e 'print crypt("hungry", "\$y\$j75\$pennypost.nobody")' 2>/dev/null)" \
    "$(perl -e 'print crypt("hungry", "\$5\$pennypost")' 2>/dev/null)"; do
	[ -n "$hash" ] || continue
	printf '%s\n' "$hash" >"$MAILBOX/.password"
	exits "P04 a hash of the kind ${hash%"${hash#???}"}" 0 check bob hungry true
	exits 'P04 and the wrong password' 1 check bob angry true
done
printf '%s' "$(mkhash hungry)" >"$MAILBOX/.password"
exits 'P04 without a line end' 0 check bob hungry true
printf '%s\r\n' "$(mkhash hungry)" >"$MAILBOX/.password"
exits 'P04 or with CRLF' 0 check bob hungry true
for hash in '' '*' '!' x hungry '*0' '*1' '$6$'; do
	printf '%s\n' "$hash" >"$MAILBOX/.password"
	exits "SEC-S16 a hash \"$hash\" lets nobody in" 1 check bob hungry true
	exits 'SEC-S16 nor with the hash as password' 1 check bob "$hash" true
done
rm "$MAILBOX/.password"
exits 'SEC-S16 nor does no .password: 1' 1 check bob hungry true
mkhash hungry >"$MAILBOX/.password"
owned "$MAILBOX"
chmod 604 "$MAILBOX/.password"
exits 'SEC-S16 one that others may read: 111' 111 check bob hungry true
like 'SEC-S16 and the log says why' "$(check bob hungry true 2>&1)" \
    'event=cannot-read-password user=bob text="it must be a file of .*, mode 0600'
chmod 620 "$MAILBOX/.password"
exits 'SEC-S16 or the group may change: 111' 111 check bob hungry true
chmod 640 "$MAILBOX/.password"
exits 'SEC-S16 the group may read it: 0' 0 check bob hungry true
chmod 600 "$MAILBOX/.password"
mv "$MAILBOX/.password" "$MAILBOX/real"
ln -s real "$MAILBOX/.password"
exits 'SEC-S10 a link: 111' 111 check bob hungry true
rm "$MAILBOX/.password"
mkfifo -m 600 "$MAILBOX/.password"
owned "$MAILBOX"
exits 'SEC-S10 a FIFO: 111, at once' 111 limit 5 env PATH="$PATH" \
    sh -c 'printf "bob\0hungry\0\0" >'"$T/home/login"'
	exec '"$AS_USER"' sh -c "exec checkpw true 3<'"$T/home/login"'"'
rm "$MAILBOX/.password"
mv "$MAILBOX/real" "$MAILBOX/.password"

# -- aliases and the rest of the tree --
ln -s bob "$MAILROOT/hamburger.edu/robert"
exits 'P04 an alias logs in with the password of its mailbox' 0 \
    check robert hungry true
ln -s bob "$MAILROOT/hamburger.edu/@"
exits 'SEC-S24 the catch-all logs nobody in' 1 check whoever hungry true
exits 'SEC-S24 nor by its own name' 1 check @ hungry true
exits 'SEC-S24 nor does a +tag' 1 check bob+tag hungry true
conf mailroot "$T/absent"
exits 'P14 no mailroot: 111' 111 check bob hungry true
like 'P14 and the log names it' "$(check bob hungry true 2>&1)" \
    "event=unavailable user=bob text=\"$T/absent: No such file"
conf mailroot "$MAILROOT"
MAILCONF=$T/absent
exits 'P14 no configuration: 111' 111 check bob hungry true
MAILCONF=$CONF

if [ -n "$ROOT" ]; then
	printf 'bob\0hungry\0\0' >"$T/login"
	is 'SEC-S11 as root it becomes the owner' \
	    "$(checkpw id -u 3<"$T/login")" "$TEST_UID"
	unlike 'SEC-S11 and leaves root'"'"'s groups' \
	    "$(checkpw id -G 3<"$T/login")" '(^| )0( |$)'
	chown 12345:12346 "$MAILBOX" "$MAILBOX/.password"
	is 'SEC-S11 an owner without an account has the directory'"'"'s gid' \
	    "$(checkpw sh -c 'echo $(id -u) $(id -G)' 3<"$T/login")" '12345 12346'
	chown "$TEST_UID" "$MAILBOX" "$MAILBOX/.password"
	if id -nu "$TEST_UID" >/dev/null 2>&1; then
		account=$(id -nu "$TEST_UID")
		chgrp 12346 "$MAILBOX"
		is 'SEC-S11 one with an account has the group of that' \
		    "$(checkpw id -g 3<"$T/login")" "$(id -g "$account")"
		is 'P04 and its shell' \
		    "$(checkpw sh -c 'echo $SHELL' 3<"$T/login")" \
		    "$(awk -F: -v u="$TEST_UID" '$3 == u { print $7; exit }' \
		    /etc/passwd)"
	else
		skip 'SEC-S11 P04 group and shell' 'no account'
	fi
	cp /etc/group "$T/group"
	echo "extra:x:54321:$(id -nu "$TEST_UID")" >>"$T/group"
	if id -nu "$TEST_UID" >/dev/null 2>&1 &&
	    unshare -m mount --bind "$T/group" /etc/group 2>/dev/null; then
		is 'SEC-S11 nor the groups that its account has besides its own' \
		    "$(unshare -m sh -c 'mount --bind "$0/group" /etc/group
		    exec checkpw id -G 3<"$0/login"' "$T")" \
		    "$(id -g "$(id -nu "$TEST_UID")")"
	else
		skip 'SEC-S11 nor its other groups' 'no account, or no unshare'
	fi
	chown 0:0 "$MAILBOX" "$MAILBOX/.password"
	exits 'SEC-S11 root'"'"'s own mailbox has no login: 111' 111 \
	    sh -c 'exec checkpw true 3<"$0"' "$T/login"
fi
done_testing
