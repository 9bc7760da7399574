#!/usr/bin/env python3
"""soak: three trials of a private mail system.

usage: soak.py SITE SECONDS MESSAGES

growth  10,000 messages in one session: does smtpd grow?
load    500 clients, half of them slow or rude: do the others get through?
path    MESSAGES from smtpd to mailboxes and to a server, while qrun is killed
        at random and started again: is every one of them delivered?
"""
import collections
import os
import random
import re
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time

SITE, SECONDS, MESSAGES = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
CONF, NEW = SITE + "/conf", SITE + "/spool/new"
PASSED, FAILED = [], []


def verdict(right, what):
    (PASSED if right else FAILED).append(what)
    print("%s %s" % ("ok" if right else "not ok", what), flush=True)


def quiet(argv, **more):
    return subprocess.Popen(argv, stderr=open(SITE + "/log", "ab"), **more)


def status(pid, key):
    """A number of /proc/PID/status, 0 if the process is gone."""
    try:
        with open("/proc/%d/status" % pid) as f:
            found = re.search(key + r":\s*(\d+)", f.read())
            return int(found.group(1)) if found else 0
    except OSError:
        return 0


def empty_new():
    names = os.listdir(NEW)
    for name in names:
        os.unlink(NEW + "/" + name)
    return len(names)


# ---- growth ----

def letter(ident, recipients):
    return ("MAIL FROM:<alice@hamburger.edu>\r\n" +
            "".join("RCPT TO:<%s>\r\n" % r for r in recipients) +
            "DATA\r\nSubject: %s\r\n\r\nbody\r\n.\r\n" % ident).encode()


def growth(count=10000):
    smtpd = quiet(["smtpd", "-c", CONF], stdin=subprocess.PIPE,
                  stdout=subprocess.PIPE)
    smtpd.stdout.readline()
    smtpd.stdin.write(b"HELO a\r\n")
    seen = []
    for n in range(count):
        smtpd.stdin.write(letter("G%d" % n, ["bob@hamburger.edu"]))
        smtpd.stdin.flush()
        while not smtpd.stdout.readline().startswith(b"250 2.0.0 queued"):
            pass
        if n + 1 in (100, count):
            seen.append((status(smtpd.pid, "VmRSS"),
                         len(os.listdir("/proc/%d/fd" % smtpd.pid))))
        if n % 500 == 0:
            empty_new()
    smtpd.stdin.close()
    smtpd.wait(10)
    empty_new()
    print("growth: %d messages in one session: %d -> %d KiB resident, %d -> %d "
          "descriptors" % (count, seen[0][0], seen[1][0], seen[0][1],
                           seen[1][1]))
    verdict(seen[1][1] == seen[0][1], "SEC-S27 no descriptor is left open")
    verdict(seen[1][0] - seen[0][0] <= 64, "SEC-S3 memory does not grow")


# ---- load ----

class Client:
    """A client of one kind; its octets come from a generator, which gets the
    replies, and says None to wait for one."""

    def __init__(self, load, kind):
        self.load, self.kind = load, kind
        self.start()

    def start(self):
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.connect_ex(("127.0.0.1", self.load.port))
        self.out, self.replies, self.pause = b"", b"", 0.0
        self.began = time.monotonic()
        self.talk = getattr(self, self.kind)()
        next(self.talk)
        self.load.selector.register(
            self.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, self)

    def again(self, reset=False):
        if reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                   b"\1\0\0\0\0\0\0\0")
        try:
            self.load.selector.unregister(self.socket)
        except KeyError:
            pass
        self.socket.close()
        self.load.counts[self.kind] += 1
        if not self.load.ending:
            self.start()

    def ready(self, mask):
        try:
            if mask & selectors.EVENT_READ:
                got = self.socket.recv(65536)
                if not got:
                    if self.kind == "good":
                        self.load.broken += 1
                    return self.again()
                self.replies += got
            if mask & selectors.EVENT_WRITE and self.out:
                n = self.socket.send(self.out[:65536])
                self.load.octets += n if self.kind != "good" else 0
                self.out = self.out[n:]
        except (ConnectionError, BlockingIOError):
            if self.kind == "good":
                self.load.broken += 1
            return self.again()
        self.step()
        return None

    def step(self):
        if self.out or time.monotonic() < self.pause:
            return
        done = self.talk.send(None)
        if done in ("again", "reset"):
            self.again(done == "reset")

    def say(self, octets):
        self.out += octets

    def expect(self, text):
        """Waits until text was received, and forgets it."""
        while text not in self.replies:
            yield
        self.replies = self.replies[self.replies.index(text) + len(text):]

    def good(self):
        yield
        yield from self.expect(b"220 ")
        self.say(b"HELO a\r\n")
        yield from self.expect(b"250 ")
        self.say(letter("L", ["bob@hamburger.edu"]))
        yield from self.expect(b"250 2.0.0 queued")
        self.load.sent += 1
        self.load.waits.append(time.monotonic() - self.began)
        self.say(b"QUIT\r\n")
        yield from self.expect(b"221 ")
        yield "again"

    def slow(self):
        while True:
            yield
            for c in b"EHLO slow.example\r\nMAIL FROM:<a@b.example>\r\nRC":
                self.say(bytes([c]))
                self.pause = time.monotonic() + 1
                yield
            self.pause = time.monotonic() + 3600

    def endless(self):
        while True:
            yield
            self.say(b"x" * 65536)
            self.replies = b""

    def recipients(self):
        yield
        self.say(b"HELO a\r\nMAIL FROM:<>\r\n")
        for _ in range(100):
            self.say(b"RCPT TO:<bob@hamburger.edu>\r\n" * 100)
            yield
            self.replies = b""
        yield "again"

    def junk(self):
        yield
        self.say(b"HELO a\r\nMAIL FROM:<>\r\nRCPT TO:<bob@hamburger.edu>\r\n"
                 b"DATA\r\n")
        for _ in range((1 << 30) // (1 << 16)):
            self.say(self.load.noise)
            yield
            self.replies = b""
        yield "reset"

    def resets(self):
        yield
        self.say(b"HELO a\r\nMAIL FROM:<>\r\nRCPT TO:<bob@hamburger.edu>\r\n"
                 b"DATA\r\nhalf a message")
        yield
        self.pause = time.monotonic() + random.random()
        yield
        yield "reset"


class Load:
    def __init__(self, port):
        self.port, self.selector = port, selectors.DefaultSelector()
        self.counts, self.waits = collections.Counter(), []
        self.sent = self.broken = self.peak = self.queued = self.octets = 0
        self.ending, self.noise = False, os.urandom(1 << 16)
        self.clients = []

    def run(self, server, seconds):
        rude = ["slow", "endless", "recipients", "junk", "resets"]
        for n in range(500):
            self.clients.append(Client(self, "good" if n % 2 else
                                       rude[n // 2 % len(rude)]))
        end = time.monotonic() + seconds
        look = 0.0
        while time.monotonic() < end:
            for key, mask in self.selector.select(0.1):
                if key.fileobj.fileno() != -1:
                    key.data.ready(mask)
            if time.monotonic() > look:
                look = time.monotonic() + 2
                self.measure(server)
                empty = empty_new()
                self.queued += empty
        self.ending = True
        for client in self.clients:
            client.socket.close()

    def measure(self, server):
        with open("/proc/%d/task/%d/children" % (server, server)) as f:
            for pid in f.read().split():
                self.peak = max(self.peak, status(int(pid), "VmHWM"))


def load():
    port = int(subprocess.check_output(["freeport"]))
    server = quiet(["tcpserver", "-c", "600", "-b", "500", "-HR", "-l",
                    "127.0.0.1", "127.0.0.1", str(port), "smtpd", "-c", CONF],
                   stdout=subprocess.DEVNULL)
    subprocess.check_call(["freeport", str(port)])
    trial = Load(port)
    trial.run(server.pid, SECONDS)
    time.sleep(3)
    with open("/proc/%d/task/%d/children" % (server.pid, server.pid)) as f:
        left = len(f.read().split())
    server.terminate()
    server.wait()
    trial.queued += empty_new()
    waits = sorted(trial.waits) or [SECONDS]
    print("load: %d s, 250 good clients sent %d messages (%.0f/s), took %.2f s "
          "in the middle, %.2f s at most; 250 others sent %d MB: 50 a letter a "
          "second, 50 lines without end, 10,000 recipients %d times, 1 GB of "
          "junk each, %d resets; largest smtpd %d KiB" % (
              SECONDS, trial.sent, trial.sent / SECONDS,
              waits[len(waits) // 2], waits[-1], trial.octets // 1000000,
              trial.counts["recipients"], trial.counts["resets"], trial.peak))
    verdict(trial.sent > 250 and trial.broken == 0,
            "S34 SEC-S27 good clients keep working (%d broken)" % trial.broken)
    verdict(waits[-1] < 30, "SEC-S27 nobody waits for half a minute")
    verdict(trial.sent <= trial.queued <= trial.sent + 250,
            "SEC-S19 %d were queued, %d answered" % (trial.queued, trial.sent))
    verdict(trial.peak < 8192, "SEC-S3 SEC-S27 no smtpd needs 8 MiB")
    verdict(left == 0, "SEC-S27 all sessions ended with their clients (%d "
            "left)" % left)
    verdict(not os.listdir(SITE + "/spool/tmp"), "nothing is left in tmp/")


# ---- path ----

class Sink(threading.Thread):
    """A server that counts what it takes."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = self.listener.getsockname()[1]
        self.taken = collections.Counter()

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(connection,),
                             daemon=True).start()

    def serve(self, c):
        try:
            self.talk(c, c.makefile("rb"))
        except OSError:
            pass
        c.close()

    def talk(self, c, lines):
        c.sendall(b"220 sink\r\n")
        for line in lines:
            verb = line[:4].upper()
            if verb == b"DATA":
                c.sendall(b"354 go\r\n")
                ident = None
                for line in lines:
                    if line == b".\r\n":
                        break
                    if line.startswith(b"Subject: ") and ident is None:
                        ident = line[9:].strip().decode()
                else:
                    return
                self.taken[ident] += 1
                c.sendall(b"250 taken\r\n")
            elif verb == b"EHLO":
                c.sendall(b"250-sink\r\n250 PIPELINING\r\n")
            elif verb == b"QUIT":
                c.sendall(b"221 bye\r\n")
                return
            else:
                c.sendall(b"250 ok\r\n")


class Killer(threading.Thread):
    """qrun -w, killed at random and started again."""

    def __init__(self):
        super().__init__(daemon=True)
        self.kills, self.ending = 0, False

    def run(self):
        while not self.ending:
            qrun = quiet(["qrun", "-w", "-c", CONF])
            until = time.monotonic() + random.uniform(0.1, 0.8)
            while not self.ending and time.monotonic() < until:
                time.sleep(0.05)
            qrun.send_signal(signal.SIGKILL)
            qrun.wait()
            self.kills += 1


def recipients_of(n):
    """Of four messages two are for one mailbox, one for two and a server, one
    for the server."""
    return (["bob@hamburger.edu"], ["carol@hamburger.edu"],
            ["alice@hamburger.edu", "bob@hamburger.edu", "x@far.example"],
            ["y@far.example"])[n % 4]


def feed(first, count, accepted):
    """One session of count messages, written as fast as it answers."""
    smtpd = quiet(["smtpd", "-c", CONF], stdin=subprocess.PIPE,
                  stdout=subprocess.PIPE, env=dict(os.environ, RELAYCLIENT=""))
    octets = b"HELO a\r\n" + b"".join(
        letter("P%d" % n, recipients_of(n)) for n in range(first, first + count)
    ) + b"QUIT\r\n"
    out, _ = smtpd.communicate(octets)
    accepted.append(out.count(b"250 2.0.0 queued"))


def count_mailbox(who, found):
    """Adds what is in the mailbox, and removes it."""
    path = SITE + "/mail/hamburger.edu/%s/Maildir/new/" % who
    for name in os.listdir(path) if os.path.isdir(path) else []:
        with open(path + name, "rb") as f:
            text = f.read(4096)
        ident = re.search(rb"^Subject: (P\d+)$", text, re.M)
        if ident is None or not text.endswith(b"\n\nbody\n"):
            FAILED.append("not ok a message is whole: " + name)
        else:
            found[who + " " + ident.group(1).decode()] += 1
        os.unlink(path + name)


def waiting():
    spool = SITE + "/spool/"
    return sum(len(os.listdir(spool + d)) for d in ("new", "defer", "tmp"))


def path():
    sink, killer, found = Sink(), Killer(), collections.Counter()
    with open(CONF + "/smtproutes", "w") as f:
        f.write("far.example:[127.0.0.1]:%d\n" % sink.port)
    sink.start()
    killer.start()
    began, accepted, first = time.monotonic(), [], 0
    while first < MESSAGES:
        n = min(250, MESSAGES - first)
        feed(first, n, accepted)
        first += n
        while waiting() > 5000:         # faster than it can be delivered
            time.sleep(0.2)
        for who in ("alice", "bob", "carol"):
            count_mailbox(who, found)
    fed = time.monotonic() - began
    killer.ending = True
    killer.join()
    end = time.monotonic() + 120
    while waiting() and time.monotonic() < end:
        quiet(["qrun", "-c", CONF]).wait()
        time.sleep(0.5)
    took = time.monotonic() - began
    for who in ("alice", "bob", "carol"):
        count_mailbox(who, found)
    judge(sink, found, accepted, "%.0f s (%.0f/s, %.0f s of them fed), qrun "
          "killed %d times" % (took, MESSAGES / took, fed, killer.kills))


def judge(sink, found, accepted, figures):
    lost = twice = 0
    for n in range(MESSAGES):
        for r in recipients_of(n):
            who, _, domain = r.partition("@")
            came = (sink.taken["P%d" % n] if domain == "far.example" else
                    found["%s P%d" % (who, n)])
            lost += came == 0
            twice += max(0, came - 1)
    bad = os.listdir(SITE + "/spool/bad")
    print("path: %d messages sent, %d accepted, lost %d, twice %d; %s" % (
        MESSAGES, sum(accepted), lost, twice, figures))
    verdict(sum(accepted) == MESSAGES, "SEC-S20 all were accepted")
    verdict(lost == 0, "SEC-S20 sent = delivered, lost %d" % lost)
    verdict(waiting() == 0 and not bad, "the spool is empty")


if __name__ == "__main__":
    random.seed(1)
    growth()
    if SECONDS > 0:
        load()
    if MESSAGES > 0:
        path()
    print("%d passed, %d failed" % (len(PASSED), len(FAILED)))
    sys.exit(1 if FAILED else 0)
