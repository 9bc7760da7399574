# run by "bare" where README's commands about TLS have been
# shellcheck shell=sh
. "${0%/*}/../lib.sh"

for port in 465 587 995; do
	ok "TLS: somebody listens on port $port" freeport $port
done
login=$(printf '\0alice@example.org\0ketchup' | base64)

# talk_tls PORT [OPTION ...]: what is said when alice logs in
talk_tls()
{
	port=$1
	shift
	( sleep 1
	printf 'EHLO me\r\nAUTH PLAIN %s\r\n' "$login"
	sleep 1
	printf 'MAIL FROM:<alice@example.org>\r\nRCPT TO:<x@elsewhere.example>\r\nQUIT\r\n'
	sleep 1 ) | limit 20 openssl s_client -quiet "$@" -connect "127.0.0.1:$port" 2>&1
}
like 'TLS: alice logs in on port 465' "$(talk_tls 465)" '^235 '
said=$(talk_tls 587 -starttls smtp)
like 'STARTTLS: alice logs in on port 587' "$said" '^235 '
like 'STARTTLS: and may send to elsewhere' "$said" '^250 2.1.5'
said=$( (sleep 1; printf 'user alice@example.org\r\npass ketchup\r\nstat\r\nquit\r\n'
    sleep 1) | limit 20 openssl s_client -quiet -connect 127.0.0.1:995 2>&1)
like 'TLS: and fetches on port 995' "$said" '^\+OK [0-9]+ [0-9]+'
exits 'check has no more than a note' 0 /usr/local/share/pennypost/check
done_testing
