#!/bin/sh
# The 7-bit rule as a stock parser sees it: Korean mail converted for a server
# without 8BITMIME decodes to the same text, names and attachments.
. "${0%/*}/lib.sh"

command -v python3 >/dev/null || skip_all 'no python3'
cat >convert.c <<'END'
#include <fcntl.h>
#include "lib/dot.h"
#include "lib/out.h"
#include "qsend/mime7.h"

int
main(int argc, char **argv)
{
	static struct out out;
	struct dot_out dot;
	const char *why;
	int fd = argc > 1 ? open(argv[1], O_RDONLY) : 0;

	if (mime7_check(fd, 0, &why) != MIME7_CONVERT)
		return 1;
	out_file(&out, 1);
	dot_out_init(&dot, &out);
	if (mime7_send(fd, 0, &dot) == -1)
		return 2;
	dot_end_line(&dot);
	return out_flush(&out) == -1;
}
END
# shellcheck disable=SC2086
${CC:-cc} -std=c99 -D_XOPEN_SOURCE=700 ${SANFLAGS-} -I"$TOP" -o convert convert.c \
    "$TOP"/qsend/mime7*.c "$TOP"/lib/dot.c "$TOP"/lib/out.c \
    "$TOP"/lib/base64.c "$TOP"/lib/text.c "$TOP"/lib/clock.c || exit 1

cat >compare.py <<'END'
import email, email.policy, subprocess, sys

def clean(text):
    return '\n'.join(text.split('\r\n')).rstrip('\n')

def name(value):
    """What is displayed, however the header was folded."""
    return ' '.join(str(value).split())

def leaves(message, before):
    found = []
    for part in message.walk():
        if part.is_multipart():
            for field in ('subject', 'from', 'to', 'cc'):
                if field in part and not before:
                    found.append((field, name(part[field])))
            continue
        data = part.get_payload(decode=True).replace(b'\r\n', b'\n')
        if before and part.get_content_maintype() == 'text':
            data.decode(part.get_content_charset('utf-8'))
        found.append((part.get_content_type(), part.get_filename(),
            data.rstrip(b'\n')))
    return found

source = open(sys.argv[1], 'rb').read()
wire = subprocess.run(['./convert', sys.argv[1]], stdout=subprocess.PIPE,
    check=True).stdout
assert all(octet < 128 for octet in wire), 'an 8-bit octet'
assert all(len(line) <= 998 for line in wire.split(b'\r\n')), 'a long line'
wire = wire.replace(b'\r\n..', b'\r\n.')
before = email.message_from_bytes(source, policy=email.policy.SMTPUTF8)
after = email.message_from_bytes(wire, policy=email.policy.default)
want = [leaf for leaf in leaves(before, True)]
got = [leaf for leaf in leaves(after, False) if len(leaf) == 3]
assert got == want, '\n%r\n%r' % (got, want)
assert not after.defects, after.defects
for field in ('subject', 'from', 'to', 'cc'):
    if field in before:
        raw = str(email.message_from_bytes(source,
            policy=email.policy.SMTPUTF8)[field])
        raw = raw.encode('ascii', 'surrogateescape').decode() if \
            any('\udc80' <= c <= '\udcff' for c in raw) else raw
        assert name(raw) == name(after[field]), \
            '%s\n%s' % (name(raw), name(after[field]))
print(len(got))
END

mkdir mail
cat >mail/textbook <<'END'
From: 박기현 <park@kihyun.uu.ac.kr>
To: bob@hamburger.edu
Subject: 안녕하세요

케첩을 좋아하세요?
피클은 어때요?
.
..두 점
From 여기
END

cat >mail/multipart <<'END'
From: "홍, 길동" <hong@example.kr>
To: 박기현 <park@kihyun.uu.ac.kr>, bob@example.org
Cc: 김철수 <kim@example.kr>
Subject: 이것은 아주 긴 한국어 제목입니다. 여러 줄로 나누어야 합니다 and some
 words that are not Korean, 그리고 다시 한글입니다
MIME-Version: 1.0
Content-Type: multipart/mixed;
	boundary="=_outer(not really" (comment)
Content-Transfer-Encoding: 8bit

This is a message in MIME format.
--=_outer(not really
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

첨부한 파일을 보세요.   

감사합니다.
--inner
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: 8bit

<html><body><p>첨부한 <b>파일</b>을 보세요. = &amp;</p></body></html>
--inner--
--=_outer(not really
Content-Type: application/x-hwp; name="보고서 (최종).hwp"
Content-Disposition: attachment;
	filename="아주 긴 이름을 가진 보고서 최종 수정본 진짜 마지막 (2).hwp"
Content-Transfer-Encoding: 8bit

END
awk 'BEGIN { for (i = 0; i < 3000; i++) print i, "줄", i * i }' >>mail/multipart
cat >>mail/multipart <<'END'
--=_outer(not really
Content-Type: image/png; name=logo.png
Content-Disposition: attachment; filename=logo.png
Content-Transfer-Encoding: base64

iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8A
AAAASUVORK5CYII=
--=_outer(not really
Content-Type: message/rfc822

From: 철수 <a@example.kr>
Subject: 전달된 편지
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

전달된 본문
--=_outer(not really--
END

{
	printf 'From: a@example.kr\nTo: b@example.kr\nSubject: x\n'
	printf 'MIME-Version: 1.0\nContent-Type: text/plain; charset=euc-kr\n\n'
	printf '\276\310\263\347 hello hello hello hello\n'
} >mail/euckr

{
	printf 'Subject: one line\nMIME-Version: 1.0\n'
	printf 'Content-Type: text/plain; charset=utf-8\n\n'
	awk 'BEGIN { for (i = 0; i < 2000; i++) printf "%s", "word 한 "; print "" }'
} >mail/longline

for file in textbook multipart euckr longline; do
	ok "E05 C16 $file: the same text and attachments" \
	    python3 compare.py "mail/$file"
done
is 'E05 all parts were compared' \
    "$(python3 compare.py mail/multipart)" 5

# memory does not grow with the message
{
	printf 'Subject: big\n\n'
	awk 'BEGIN { for (i = 0; i < 400000; i++) print "한국어 본문입니다 이 줄은 길다" }'
} >mail/big
ok 'SEC-S13 a large body in constant memory' \
    sh -c 'ulimit -v 20000; ./convert mail/big >big.out'
done_testing
