#!/bin/sh
# Korean mail to a server without 8BITMIME, through smtpd, qrun and qsend
# shellcheck disable=SC1091,SC2154
. "${0%/*}/../lib.sh"

command -v python3 >/dev/null || skip_all 'no python3'
super_server >/dev/null || skip_all 'no super-server'

mk_site
IN=$(free_port)
RELAYCLIENT=
export RELAYCLIENT
serve "$IN" smtpd -c "$CONF"
unset RELAYCLIENT
printf 'EHLO 250-old.example\\r\\n250 SIZE 0\n' >script
printf 'EHLO 250-new.example\\r\\n250 8BITMIME\n' >script8
for server in '' 8; do
	port=$(free_port)
	eval "OUT$server=$port"
	start fakesmtp "$port" "$T/log$server" "script$server"
	freeport "$port"
done
conf smtproutes "old.example:[127.0.0.1]:$OUT" "new.example:[127.0.0.1]:$OUT8"

# Makes the message, sends it with 8BITMIME by a stock client.
cat >make.py <<'END'
import email.policy, smtplib, sys
from email.message import EmailMessage

def lines():
    return ''.join('%d 줄: 케첩을 좋아하세요?\n' % n for n in range(2000))

def message():
    m = EmailMessage(policy=email.policy.SMTPUTF8.clone(cte_type='8bit'))
    m['From'] = '박기현 <park@hamburger.edu>'
    m['To'] = '홍길동 <hong@old.example>'
    m['Subject'] = '아주 긴 제목입니다, 여러 줄로 나누어야 합니다 and English, 그리고 한글'
    m.set_content('안녕하세요\n.\n..두 점\nFrom 여기\n끝 \n', cte='8bit')
    m.add_alternative('<p>안녕 <b>하세요</b></p>\n', subtype='html', cte='8bit')
    m.add_attachment(lines(), filename='보고서 (최종).txt', cte='8bit')
    m.add_attachment(bytes(range(256)) * 40, maintype='application',
                     subtype='octet-stream', filename='그림.bin')
    return m

if __name__ == '__main__':
    m = message()
    with smtplib.SMTP('127.0.0.1', int(sys.argv[1]), timeout=20) as s:
        for to in 'hong@old.example', 'hong@new.example':
            s.sendmail('park@hamburger.edu', [to], m.as_bytes(),
                       ['BODY=8BITMIME'])
END
cat >check.py <<'END'
import email, email.policy, sys
from make import message

log = open(sys.argv[1], 'rb').read()
wire = log[log.index(b'Received:'):log.index(b'\r\n.\r\n') + 2]
if sys.argv[2] == 'bits':
    print('8' if any(c > 127 for c in wire) else '7',
          all(len(l) <= 998 for l in wire.split(b'\r\n')))
    sys.exit()
got = email.message_from_bytes(wire.replace(b'\r\n..', b'\r\n.'),
                               policy=email.policy.default)
want = message()
if sys.argv[2] == 'defects':
    print([d for part in got.walk() for d in part.defects])
elif sys.argv[2] == 'header':
    print(all(str(got[f]) == str(want[f]) for f in ('from', 'to', 'subject')))
else:
    def leaves(m):
        for p in m.walk():
            if not p.is_multipart():
                c = p.get_content()
                if isinstance(c, str):
                    c = c.replace('\r\n', '\n').rstrip('\n')
                yield p.get_content_type(), p.get_filename(), c
    a, b = list(leaves(got)), list(leaves(want))
    print(len(a), [x == y for x, y in zip(a, b)])
END
ok 'smtpd takes it' python3 make.py "$IN"
as_user qrun -c "$CONF" 2>log.qrun
like 'C16 it is sent' "$(cat log.qrun)" 'event=sent .*to=hong@old.example'
wait_for 5 grep -q '^# end' log
wait_for 5 grep -q '^# end' log8
check()
{
	python3 check.py "$@" 2>&1
}
is 'E05 C16 every octet is of 7 bits, no line is too long' "$(check log bits)" \
    '7 True'
is 'E05 a stock parser finds no defect' "$(check log defects)" '[]'
is 'E05 the header decodes to the same' "$(check log header)" True
is 'E05 text and attachments decode to the same' "$(check log parts)" \
    '4 [True, True, True, True]'
unlike 'C19 BODY is not said to who does not know it' "$(cat log)" '^MAIL.*BODY='
is 'C16 with 8BITMIME the octets stay' "$(check log8 bits)" '8 True'
is 'C16 and say the same' "$(check log8 parts)" '4 [True, True, True, True]'
like 'C16 BODY is said' "$(cat log8)" '^MAIL.* BODY=8BITMIME'
done_testing
