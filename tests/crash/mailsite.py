"""A private mail site for the crash tests, and the invariants it is held to.

Every message carries a token.  After a fault the queue is drained with programs
that run undisturbed; then each token must be found as often as was promised.
"""
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time

UNPRIVILEGED = 65534


class Sink:
    """A remote SMTP server that keeps what it accepts.  RCPT TO:<no...> is
    refused for good, RCPT TO:<later...> for now."""

    def __init__(self):
        self.accepted = []          # (recipient, data)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.session, args=(connection,),
                             daemon=True).start()

    def session(self, connection):
        recipients = []
        try:
            with connection, connection.makefile("rwb") as peer:
                def say(text):
                    peer.write(text + b"\r\n")
                    peer.flush()
                say(b"220 sink")
                for line in peer:
                    verb = line[:4].upper()
                    if verb == b"EHLO":
                        say(b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME")
                    elif verb == b"RCPT":
                        who = line.split(b"<")[1].split(b">")[0].decode()
                        if who.startswith("no"):
                            say(b"550 5.1.1 no such user")
                        elif who.startswith("later"):
                            say(b"450 4.2.0 not now")
                        else:
                            recipients.append(who)
                            say(b"250 ok")
                    elif verb == b"DATA":
                        say(b"354 go" if recipients else b"554 nobody")
                        if not recipients:
                            continue
                        data = b""
                        for line in peer:
                            if line == b".\r\n":
                                break
                            data += line
                        else:
                            return
                        self.accepted += [(r, data) for r in recipients]
                        recipients = []
                        say(b"250 2.0.0 ok")
                    elif verb == b"QUIT":
                        say(b"221 bye")
                        return
                    else:
                        if verb in (b"MAIL", b"RSET"):
                            recipients = []
                        say(b"250 ok")
        except OSError:
            pass


class Site:
    def __init__(self, top, programs, sink):
        self.top, self.programs, self.sink = top, programs, sink
        self.sent = []
        self.make()

    def path(self, *parts):
        return os.path.join(self.top, *parts)

    def make(self):
        shutil.rmtree(self.top, ignore_errors=True)
        for name in ("conf", "spool/tmp", "spool/new", "vmail/example.org/alice",
                     "vmail/example.org/bob", "vmail/example.org/fwd",
                     "vmail/example.org/postmaster", "log"):
            os.makedirs(self.path(name), 0o700)
        for name, value in (("me", "mail.example.org"),
                            ("spool", self.path("spool")),
                            ("mailroot", self.path("vmail")),
                            ("postmaster", "postmaster@example.org"),
                            ("retry", "1"), ("queuelifetime", "100000"),
                            ("timeoutconnect", "5"), ("timeoutremote", "10"),
                            ("smtproutes", ":[127.0.0.1]:%d" % self.sink.port)):
            self.configure(name, value)
        self.write("vmail/example.org/fwd/.qmail", "&bob@example.org\n")
        self.write("fault", b"\0" * 48)
        if os.getuid() == 0:
            for base, names, files in os.walk(self.top):
                for name in [base] + [os.path.join(base, f) for f in files]:
                    os.chown(name, UNPRIVILEGED, UNPRIVILEGED)
        self.sink.accepted = []

    def configure(self, name, value):
        self.write("conf/" + name, value + "\n")

    def write(self, name, text):
        with open(self.path(name), "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())

    def environment(self, fault=None, trace=None):
        env = {"PATH": ":".join([os.path.join(self.programs, d) for d in
                                 ("smtpd", "qrun", "qsend", "inject", "pop3d")]
                                + ["/usr/bin", "/bin"]),
               "MAILCONF": self.path("conf"), "TZ": "UTC", "RELAYCLIENT": ""}
        if fault is not None or trace is not None:
            env["LD_PRELOAD"] = os.path.join(self.programs, "fault.so")
            env["FAULT_FILE"] = self.path("fault")
        if trace is not None:
            env["FAULT_TRACE"] = trace
        return env

    def run(self, argv, stdin=b"", fault=None, trace=None, timeout=20):
        """fault: (n, kind, errno, every), or (0, 0, 0, 0) only to count.
        Returns status, stdout; self.calls and self.hit say what happened."""
        def become():
            os.setsid()
            if os.getuid() == 0:
                os.setgroups([])
                os.setgid(UNPRIVILEGED)
                os.setuid(UNPRIVILEGED)
        if fault is not None:
            n, kind, error, every = fault
            self.write("fault", struct.pack("=IIIIII24s", 0, n, kind, error, 0,
                                            every, b""))
        if isinstance(stdin, str):
            stdin = stdin.encode()
        with open(self.path("log", "log"), "ab") as log:
            child = subprocess.Popen(
                argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                env=self.environment(fault, trace), preexec_fn=become,
                cwd=self.top)
            try:
                out, _ = child.communicate(stdin, timeout=timeout)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                out, _ = child.communicate()
                raise AssertionError("%s hung with fault %s" % (argv, fault))
        if fault is not None:
            with open(self.path("fault"), "rb") as f:
                state = struct.unpack("=IIIIII24s", f.read(48))
            self.calls, self.hit = state[0], state[4]
            self.call = state[6].rstrip(b"\0").decode()
        return child.returncode, out

    # ---- sending ----

    def session(self, token, recipients, sender="sender@far.example",
                extra=b"", lines=40):
        text = "EHLO client.example\r\nMAIL FROM:<%s>\r\n" % sender
        text += "".join("RCPT TO:<%s>\r\n" % r for r in recipients)
        text += "DATA\r\nSubject: %s\r\n\r\n%s\r\n..body of %s\r\n.\r\nQUIT\r\n" % (
            token, "line\r\n" * lines, token)
        return text.encode() + extra

    def submit(self, token, recipients, fault=None, trace=None, **more):
        """One SMTP session; True accepted, False refused, None not answered.
        self.taken: the recipients that were answered 250."""
        status, out = self.run(["smtpd"], self.session(token, recipients, **more),
                               fault, trace)
        replies = [line for line in out.decode(errors="replace").split("\r\n")
                   if re.match(r"\d\d\d ", line)]
        # greeting, EHLO, MAIL, RCPT ..., DATA, the dot
        self.taken = [r for r, line in zip(recipients, replies[3:])
                      if line.startswith("250 2.1.5")]
        verdict = None
        if any("queued as" in line for line in replies):
            verdict = True
        elif any(line[0] in "45" for line in replies):
            verdict = False
        return verdict

    # ---- draining ----

    def due_now(self):
        directory = self.path("spool", "defer")
        if not os.path.isdir(directory):
            return
        for name in os.listdir(directory):
            _, _, rest = name.partition(".")
            os.rename(os.path.join(directory, name),
                      os.path.join(directory, "1." + rest))

    def drain(self):
        for _ in range(6):
            self.due_now()
            self.run(["qrun"])
            if not self.waiting():
                return
        raise AssertionError("the queue does not drain: %s" % self.waiting())

    def waiting(self):
        found = []
        for name in ("new", "defer", "hold", "bad"):
            directory = self.path("spool", name)
            if os.path.isdir(directory):
                found += [name + "/" + f for f in os.listdir(directory)]
        return found

    # ---- what has arrived ----

    def mailbox(self, user):
        texts = []
        for sub in ("new", "cur"):
            directory = self.path("vmail/example.org", user, "Maildir", sub)
            if os.path.isdir(directory):
                for name in sorted(os.listdir(directory)):
                    with open(os.path.join(directory, name), "rb") as f:
                        text = f.read()
                    size = re.search(r",S=(\d+)", name)
                    assert size is None or int(size.group(1)) == len(text), \
                        "torn file %s in %s" % (name, user)
                    assert text.startswith(b"Return-Path:"), \
                        "partial file %s in %s" % (name, user)
                    texts.append(text)
        return texts

    def count(self, user, token):
        """Messages (bounces excepted) with the token in a mailbox."""
        token = token.encode()
        return sum(1 for text in self.mailbox(user)
                   if b"\nSubject: " + token in text
                   and b"multipart/report" not in text
                   and text.rstrip().endswith(b".body of " + token))

    def bounces(self, user, token):
        token = token.encode()
        return sum(1 for text in self.mailbox(user)
                   if b"multipart/report" in text and token in text)

    def remote(self, recipient, token):
        return sum(1 for who, data in self.sink.accepted
                   if who == recipient and token.encode() in data)

    def litter(self):
        """Files that should not be left when all is over."""
        left = self.waiting()
        for name in os.listdir(self.path("spool")):
            if name == "info":
                left += ["info/" + f for f in
                         os.listdir(self.path("spool/info"))]
        return left
