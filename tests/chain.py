#!/usr/bin/env python3
"""chain: what smtpd accepts, qsend sends as exactly one message.

usage: chain SEED COUNT SPOOL QSEND-COMMAND... -- SMTPD-COMMAND...

COUNT messages of random octets, made of the pieces that have fooled mail
servers, go to one smtpd; what it queued goes through one qsend to a server in
this process that splits the stream by the letter of RFC 5321: a message ends at
CRLF.CRLF, everything between messages is a command.  Each message must come out
once, the same octets, and nothing else.
"""
import os
import random
import socket
import subprocess
import sys
import threading

PIECES = [b"\r\n", b"\r\n.\r\n", b"\r\n.", b"..", b".", b"\n.\n", b"\n.\r\n",
          b"\r.\r", b"\r\n.\n", b"\r\n.\r", b"\n", b"\r", b"\0", b"a", b"bc ",
          b"QUIT\r\n", b"MAIL FROM:<evil@x>\r\n", b"RCPT TO:<evil@x>\r\n",
          b"DATA\r\n", b"RSET\r\n", b"From ", b"Received: x\r\n", b"\x80\xff",
          b"Delivered-To: evil@x\r\n", b"Delivered-OK: x\r\n", b"\r\n\r\n",
          b"Return-Path: <evil@x>\r\n", b"x" * 998, b"x" * 5000, b"\x1a"]


class Sink(threading.Thread):
    """An SMTP server that takes everything and believes nothing."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(5)
        self.messages = []
        self.wrong = []

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(b"220 sink\r\n")
            self.serve(connection, b"")
            connection.close()

    def serve(self, c, data):
        while True:
            while b"\r\n" not in data:
                more = c.recv(65536)
                if not more:
                    return
                data += more
            line, data = data.split(b"\r\n", 1)
            verb = line[:4].upper()
            if verb == b"EHLO":
                c.sendall(b"250-sink\r\n250-8BITMIME\r\n250-PIPELINING\r\n"
                          b"250 SMTPUTF8\r\n")
            elif verb == b"DATA":
                c.sendall(b"354 go\r\n")
                data = self.take(c, data)
                c.sendall(b"250 taken\r\n")
            elif verb in (b"MAIL", b"RCPT", b"RSET", b"NOOP"):
                if b"evil" in line:
                    self.wrong.append(line)
                c.sendall(b"250 ok\r\n")
            elif verb == b"QUIT":
                c.sendall(b"221 bye\r\n")
                return
            else:
                self.wrong.append(line)
                c.sendall(b"500 what\r\n")

    def take(self, c, data):
        data = b"\r\n" + data
        while b"\r\n.\r\n" not in data:
            more = c.recv(65536)
            if not more:
                self.wrong.append(b"no end")
                return b""
            data += more
        message, rest = data.split(b"\r\n.\r\n", 1)
        message += b"\r\n"
        left = message.replace(b"\r\n", b"")
        if b"\r" in left or b"\n" in left:
            self.wrong.append(b"a bare CR or LF")
        self.messages.append(message.replace(b"\r\n.", b"\r\n")[2:])
        return rest


def encode(body):
    """What a client sends for it, and a message is made of lines."""
    if not body.endswith(b"\r\n"):
        body += b"\r\n"
    return (b"\r\n" + body).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"


def session(bodies, rng, sure):
    """One connection's octets.  sure: dots are stuffed; else as they come."""
    out = b"EHLO a\r\n"
    for body in bodies:
        out += (b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@far.example>\r\n"
                b"DATA\r\n")
        out += encode(body) if sure else body + b"\r\n.\r\n"
    return out + b"QUIT\r\n"


def good(body):
    """True for what may be accepted: lines, no bare CR or LF, no NUL."""
    left = body.replace(b"\r\n", b"")
    return not (b"\r" in left or b"\n" in left or b"\0" in left)


def judge(sink, sent, queued):
    """Every message that came is one that was sent, and as many as queued."""
    came = []
    for message in sink.messages:
        head, _, body = message.partition(b"\r\nX-Begin: 1\r\n")
        if not message.startswith(b"Received: ") or b"evil" in head:
            return "a message without our Received line"
        came.append(body)
    if sink.wrong:
        return "commands: %r" % sink.wrong[:3]
    if len(came) != queued:
        return "%d queued, %d came out" % (queued, len(came))
    for message, body in zip(sink.messages, came):
        # lines over 998 octets are encoded on the way (RFC 5322 2.1.1); what
        # that does to a message has tests of its own
        if (b"quoted-printable" in message or b"base64" in message) and any(
                len(line) > 998 for s in sent for line in s.split(b"\r\n")):
            continue
        if body not in sent:
            return "what came was not sent: %r" % body[:200]
    return None


def main():
    rng = random.Random(int(sys.argv[1]))
    count, spool = int(sys.argv[2]), sys.argv[3]
    middle = sys.argv.index("--")
    qsend, smtpd = sys.argv[4:middle], sys.argv[middle + 1:]
    sink = Sink()
    sink.start()
    port = sink.listener.getsockname()[1]
    accepted = total = 0
    while total < count:
        sure = rng.random() < 0.3
        bodies = []
        for _ in range(50 if sure else 1):
            body = b"X-Begin: 1\r\n"
            for _ in range(rng.randrange(1, 12)):
                piece = rng.choice(PIECES)
                if sure and not good(piece):
                    continue
                body += piece
            bodies.append(body)
        total += len(bodies)
        done = subprocess.run(smtpd, input=session(bodies, rng, sure),
                              stdout=subprocess.PIPE, timeout=60, check=True)
        queued = done.stdout.count(b"250 2.0.0 queued")
        names = sorted(os.listdir(spool + "/new"))
        if queued != len(names) or os.listdir(spool + "/tmp"):
            sys.exit("%d answered, %d queued" % (queued, len(names)))
        if sure and queued != len(bodies):
            sys.exit("%d queued of %d good ones" % (queued, len(bodies)))
        sink.messages.clear()
        subprocess.run(qsend + ["-p", str(port), "[127.0.0.1]"],
                       input="".join(spool + "/new/" + n + "\n" for n in names),
                       text=True, stdout=subprocess.PIPE, timeout=60,
                       check=True)
        sent = [(b if b.endswith(b"\r\n") else b + b"\r\n")[12:]
                for b in bodies]
        if not sure:    # what was left of it when the first CRLF.CRLF came
            sent = [((b"\r\n" + b + b"\r\n.\r\n").split(b"\r\n.\r\n")[0]
                     + b"\r\n").replace(b"\r\n.", b"\r\n")[14:]
                    for b in bodies]
        trouble = judge(sink, sent, queued)
        if trouble and not (not sure and "evil" in trouble):
            sys.exit(trouble)
        accepted += queued
        for name in names:
            os.unlink(spool + "/new/" + name)
    print("%d messages, %d accepted, as many came out" % (total, accepted))


if __name__ == "__main__":
    main()
