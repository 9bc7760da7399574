# smtpd: sessions made of random words; FUZZ=n plays n of each kind, SEED=n others
# limit: 120
. "${0%/*}/lib.sh"

mk_site
mailbox bob@hamburger.edu hungry
cp "$TESTS/smtpd/fuzz.dict" "$T/dict"
chmod 777 "$T"
ALLOWPLAINAUTH=1
export ALLOWPLAINAUTH

fuzz()
{
	as_user smtpfuzz "${SEED:-1}" "${FUZZ:-400}" "$T/dict" "$SPOOL" \
	    smtpd -c "$CONF" true 2>>"$T/log"
}

ok 'SEC-S3 SEC-S7 SEC-S8 SEC-S9 SEC-S14 S30 S31 random sessions' fuzz
like 'SEC-S9 some of them queue a message' "$said" ' [1-9][0-9]* messages queued'
BARELF=normalize
export BARELF
ok 'SEC-S1 SEC-S7 random sessions, bare line ends normalized' fuzz
unlike 'SEC-S22 the log is printable' "$(LC_ALL=C tr -d '\n -~' <"$T/log")" .

done_testing
