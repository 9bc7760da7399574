#!/bin/sh
# What every server takes, as a stock parser sees it: Korean mail in 7 bits, and
# mail with lines over 998 octets, has the same text, names and attachments.
. "${0%/*}/lib.sh"

command -v python3 >/dev/null || skip_all 'no python3'
cat >convert.c <<'END'
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include "lib/mime7.h"

static int
put(void *to, const char *block, size_t length)
{
	return fwrite(block, 1, length, to) == length ? 0 : -1;
}

int
main(int argc, char **argv)
{
	const struct mime7_sink sink = { put, stdout };
	const char *why;
	int fd = argc > 2 ? open(argv[2], O_RDONLY) : -1, what = atoi(argv[1]);

	if (mime7_check(fd, 0, what, &why) != MIME7_CONVERT)
		return 1;
	return mime7_send(fd, 0, what, &sink) == -1 || fflush(stdout) != 0;
}
END
# shellcheck disable=SC2086
${CC:-cc} -std=c99 -D_XOPEN_SOURCE=700 ${SANFLAGS-} -I"$TOP" -o convert convert.c \
    "$TOP"/lib/mime7*.c "$TOP"/lib/base64.c "$TOP"/lib/text.c || exit 1

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

what = int(sys.argv[2]) if len(sys.argv) > 2 else 3
source = open(sys.argv[1], 'rb').read()
wire = subprocess.run(['./convert', str(what), sys.argv[1]],
    stdout=subprocess.PIPE, check=True).stdout
assert not what & 1 or all(octet < 128 for octet in wire), 'an 8-bit octet'
assert all(len(line) <= 998 for line in wire.split(b'\n')), 'a long line'
before = email.message_from_bytes(source, policy=email.policy.SMTPUTF8)
after = email.message_from_bytes(wire, policy=email.policy.SMTPUTF8 if
    what == 2 else email.policy.default)
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

# ---- long lines ----

# words LENGTH TEXT: one line of it, without an end
words()
{
	awk -v n="$1" -v s="$2" 'BEGIN {
		while (length(t) < n) t = t s
		printf "%s", t }'
}

# like PHPMailer with an HTML template on one line
{
	printf 'Date: Sat, 21 Nov 2026 01:00:00 +0000\nTo: a@example.org,'
	words 3000 ' someone@example.org,'
	printf ' b@example.org\nFrom: Shop <shop@example.org>\n'
	printf 'Subject: Your order\nX-Mailer: PHP/8.2\nMIME-Version: 1.0\n'
	printf 'Content-Type: multipart/alternative;\n boundary="b1_x="\n'
	printf 'Content-Transfer-Encoding: 8bit\n\nThis is MIME.\n\n'
	printf -- '--b1_x=\nContent-Type: text/plain; charset=us-ascii\n\n'
	printf 'short lines = here\n\n'
	printf -- '--b1_x=\nContent-Type: text/html; charset=us-ascii\n\n'
	words 5000 '<p class="x">--b1_x= text.</p> '
	printf '\n.\n\n--b1_x=--\n'
} >mail/php
{
	printf 'From: a@example.kr\nTo: b@example.kr\nSubject: nested\n'
	printf 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=o\n'
	printf '\n--o\n'
	printf 'Content-Type: message/rfc822\n\n'
	cat mail/php
	printf '\n--o\nContent-Type: multipart/related; boundary=i\n\n--i\n'
	printf 'Content-Type: text/html; charset=utf-8\n'
	printf 'Content-Transfer-Encoding: 8bit\n\n'
	words 3000 '한국어 and more words '
	printf '\n--i\nContent-Type: text/plain; charset=utf-8\n'
	printf 'Content-Transfer-Encoding: 8bit\n\n한국어\n'
	printf -- '--i\nContent-Type: image/png\n'
	printf 'Content-Transfer-Encoding: base64\n\n'
	words 4000 iVBORw0KGgoA
	printf '\n--i\nContent-Type: text/css; charset=utf-8\n'
	printf 'Content-Transfer-Encoding: quoted-printable\n\n'
	words 4000 'a=3D =C3=A9--i-- '
	printf '.\n--i--\n--o--\n'
} >mail/nested
for file in php nested; do
	ok "I06 $file: long lines" python3 compare.py "mail/$file" 2
	ok "E05 I06 $file: and in 7 bits" python3 compare.py "mail/$file" 3
done
is 'I06 what is not too long stays as it is' \
    "$(./convert 2 mail/nested | grep -c '^한국어$')" 1
is 'I06 all parts were compared' "$(python3 compare.py mail/nested 2)" 6

# memory does not grow with the message
{
	printf 'Subject: big\n\n'
	awk 'BEGIN { for (i = 0; i < 400000; i++) print "한국어 본문입니다 이 줄은 길다" }'
} >mail/big
ok 'SEC-S13 a large body in constant memory' \
    sh -c 'ulimit -v 20000; ./convert 3 mail/big >big.out'
done_testing
