# what smtpd accepts, qsend sends as exactly one message: random octets through
# both programs to a strict server; CHAIN=n sends n messages, SEED=n others
# limit: 120
[ ! -w /dev/shm ] || TMPDIR=/dev/shm
. "${0%/*}/lib.sh"

command -v python3 >/dev/null || skip_all 'no python3'
mk_site
chmod 777 "$T"
RELAYCLIENT=
export RELAYCLIENT
ok 'SEC-S1 D01 D02 D03 C15 one message in is one message out' \
    as_user python3 "$TESTS/chain.py" "${SEED:-1}" "${CHAIN:-2000}" "$SPOOL" \
    qsend -c "$CONF" -- smtpd -c "$CONF"
diag "$said"
done_testing
