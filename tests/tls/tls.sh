# tls.sh - a certificate authority for the test, and a real UCSPI-TLS terminator.
# Sourced after lib.sh.
# shellcheck shell=sh

command -v openssl >/dev/null || skip_all 'no openssl'
${CC:-cc} -std=c99 -D_XOPEN_SOURCE=700 -O1 -g -Wall -Wextra -Wpedantic \
    -o "$BIN/ucspitls" "$TESTS/tls/ucspitls.c" -lssl -lcrypto \
    2>"$T/ucspitls.log" || skip_all 'no OpenSSL to compile with (libssl-dev)'
chmod 755 "$BIN/ucspitls"

# authority NAME: $T/NAME.pem and $T/NAME.key
authority()
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -days 2 -subj "/CN=$1" -keyout "$T/$1.key" -out "$T/$1.pem" \
	    2>/dev/null
}

# certificate FILE AUTHORITY DNS-NAME: $T/FILE.pem and $T/FILE.key
certificate()
{
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -subj "/CN=$3" -keyout "$T/$1.key" -out "$T/$1.csr" 2>/dev/null &&
	    echo "subjectAltName=DNS:$3" >"$T/$1.ext" &&
	    openssl x509 -req -in "$T/$1.csr" -CA "$T/$2.pem" \
	    -CAkey "$T/$2.key" -set_serial "$(date +%s)" -days 2 \
	    -extfile "$T/$1.ext" -out "$T/$1.pem" 2>/dev/null
	chmod 644 "$T/$1.key"
}
