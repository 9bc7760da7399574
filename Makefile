.POSIX:

# pennypost.  Each program's macro names every source file that is in the binary:
# it is the list to read for an audit.
#
#	make			build everything
#	make musl		small and quick to start: all but qsend static, all
#				but qsend and checkpw against musl
#	make demo		try it: a private mail system on 127.0.0.1
#	make test		the tests
#	make bench		how fast, beside Postfix, OpenSMTPD, Dovecot, ...
#	make audit		what there is to read, and what each binary may do
#	make install		honours PREFIX, MANDIR and DESTDIR; makes no account and
#				gives no rights: share/pennypost/setup does, asked to
#	make uninstall
#	make interop		with real super-servers and mail programs
#	make remote		mail exchanged with Postfix and OpenSMTPD, DNS, TLS
#				(root: in network namespaces)
#	make test-install	a bare Debian, by the book (root, minutes)

PREFIX	= /usr/local
CONFDIR	= /etc/pennypost
MANDIR	= $(PREFIX)/share/man
SHARE	= $(PREFIX)/share/pennypost
CC	= cc
CFLAGS	= -O2 -g
HARDEN	= -fPIE -fstack-protector-strong -D_FORTIFY_SOURCE=2
LDHARDEN = -pie -Wl,-z,relro -Wl,-z,now
WARN	= -Wall -Wextra -Wpedantic -Wconversion -Wshadow \
	  -Wstrict-prototypes -Wmissing-prototypes
STD	= -std=c99 -D_XOPEN_SOURCE=700 \
	  -DCONFDIR='"$(CONFDIR)"' -DPREFIX='"$(PREFIX)"'
LDFLAGS	=

# All but qsend (the resolver) and checkpw (crypt) may have a compiler of their own.
NETCC	= $(CC)
NETHARDEN = $(HARDEN)
NETLDFLAGS = $(LDHARDEN) $(LDFLAGS)

# crypt() is the system's, static or not.
CHECKLDFLAGS = $(LDHARDEN) $(LDFLAGS)

BUILD	= $(CC) $(STD) $(WARN) $(HARDEN) $(CFLAGS) $(LDHARDEN) $(LDFLAGS)
NETBUILD = $(NETCC) $(STD) $(WARN) $(NETHARDEN) $(CFLAGS) $(NETLDFLAGS)

PROGRAMS = smtpd/smtpd inject/inject qrun/qrun qrun/mailq qsend/qsend \
	  pop3d/pop3d pop3d/pop3auth pop3d/checkpw

HEADERS	= lib/address.h lib/auth.h lib/base64.h lib/child.h lib/clock.h \
	  lib/conf.h lib/date.h lib/dot.h lib/drop.h lib/envelope.h lib/filter.h \
	  lib/groups.h lib/in.h lib/log.h \
	  lib/mailbox.h lib/maildir.h lib/mime7.h lib/mime7_state.h \
	  lib/octets.h lib/out.h lib/peer.h lib/policy.h \
	  lib/received.h lib/sasl.h lib/spool.h lib/startup.h lib/text.h \
	  lib/ucspitls.h lib/unique.h lib/xtext.h

SMTPD	= smtpd/main.c smtpd/session.c smtpd/mail.c smtpd/params.c \
	  smtpd/relay.c smtpd/data.c smtpd/bdat.c smtpd/hooks.c smtpd/login.c \
	  lib/address.c lib/auth.c lib/base64.c lib/child.c lib/clock.c \
	  lib/conf.c lib/date.c lib/dot.c lib/drop.c lib/filter.c lib/in.c \
	  lib/log.c lib/mailbox.c lib/octets.c lib/out.c lib/peer.c \
	  lib/policy.c lib/quota.c lib/received.c lib/sasl.c lib/spool.c \
	  lib/startup.c lib/text.c lib/ucspitls.c lib/unique.c lib/xtext.c

INJECT	= inject/main.c inject/become.c inject/complete.c inject/copy.c \
	  inject/fields.c inject/header.c inject/identity.c inject/input.c \
	  inject/options.c inject/recipients.c inject/submit.c \
	  inject/verdict.c lib/address.c lib/base64.c lib/child.c lib/clock.c \
	  lib/conf.c lib/date.c lib/drop.c lib/filter.c lib/localdate.c \
	  lib/log.c lib/mime7.c lib/mime7_body.c lib/mime7_field.c \
	  lib/mime7_read.c lib/mime7_type.c lib/octets.c lib/out.c \
	  lib/policy.c lib/received.c lib/spool.c lib/startup.c lib/text.c \
	  lib/unique.c lib/xtext.c
INJECTH	= inject/become.h inject/complete.h inject/copy.h inject/fields.h \
	  inject/header.h inject/identity.h inject/input.h \
	  inject/options.h inject/recipients.h inject/submit.h \
	  inject/verdict.h

QRUN	= qrun/main.c qrun/settings.c qrun/run.c qrun/spooldir.c qrun/scan.c \
	  qrun/tmpdir.c qrun/take.c qrun/rename.c qrun/message.c \
	  qrun/twins.c qrun/name.c qrun/info.c qrun/infoline.c qrun/route.c \
	  qrun/jobs.c qrun/local.c qrun/workers.c qrun/worker.c \
	  qrun/remote.c qrun/places.c qrun/forward.c qrun/settle.c \
	  qrun/notify.c qrun/say.c qrun/dryrun.c qrun/deliver.c \
	  qrun/delivery.c qrun/dotqmail.c qrun/command.c qrun/mbox.c \
	  qrun/spawn.c qrun/children.c qrun/owner.c qrun/parent.c \
	  qrun/bounce.c qrun/bouncereport.c lib/quota.c lib/address.c \
	  lib/child.c lib/clock.c lib/conf.c lib/date.c lib/drop.c \
	  lib/groups.c lib/localdate.c lib/envelope.c lib/log.c \
	  lib/mailbox.c lib/maildir.c lib/octets.c lib/out.c lib/received.c \
	  lib/spool.c lib/startup.c lib/text.c lib/unique.c lib/xtext.c

QRUNH	= qrun/bounce.h qrun/bouncereport.h qrun/children.h qrun/command.h \
	  qrun/deliver.h qrun/delivery.h qrun/dotqmail.h qrun/infoline.h \
	  qrun/listing.h qrun/mbox.h qrun/name.h qrun/owner.h qrun/parent.h \
	  qrun/qrun.h qrun/rename.h qrun/spawn.h qrun/worker.h

MAILQ	= qrun/mailq.c qrun/listing.c qrun/infoline.c qrun/name.c \
	  lib/address.c lib/conf.c lib/envelope.c lib/out.c lib/startup.c \
	  lib/text.c

QSEND	= qsend/main.c qsend/connect.c qsend/feed.c qsend/message.c \
	  qsend/relay.c qsend/reply.c qsend/report.c qsend/resolve.c \
	  qsend/route.c qsend/session.c qsend/settings.c qsend/tls.c \
	  qsend/transaction.c lib/address.c lib/base64.c lib/child.c \
	  lib/clock.c lib/conf.c lib/dot.c lib/envelope.c lib/in.c lib/log.c \
	  lib/mime7.c lib/mime7_body.c lib/mime7_field.c lib/mime7_read.c \
	  lib/mime7_type.c lib/octets.c lib/out.c lib/startup.c lib/text.c \
	  lib/xtext.c

POP3D	= pop3d/main.c pop3d/session.c pop3d/retrieve.c pop3d/maildrop.c \
	  pop3d/message.c pop3d/name.c pop3d/update.c lib/clock.c lib/conf.c \
	  lib/dot.c lib/in.c lib/log.c lib/octets.c lib/out.c lib/startup.c \
	  lib/text.c

POP3AUTH = pop3d/pop3auth.c pop3d/authorization.c \
	  lib/auth.c lib/base64.c lib/child.c lib/clock.c lib/conf.c \
	  lib/drop.c lib/in.c lib/log.c lib/out.c lib/peer.c lib/sasl.c \
	  lib/startup.c lib/text.c lib/ucspitls.c

CHECKPW	= pop3d/checkpw.c pop3d/account.c pop3d/password.c \
	  lib/address.c lib/conf.c lib/drop.c lib/log.c lib/mailbox.c \
	  lib/startup.c lib/text.c

all: $(PROGRAMS)

smtpd/smtpd: $(SMTPD) $(HEADERS) lib/quota.h smtpd/session.h
	$(NETBUILD) -o $@ $(SMTPD)

inject/inject: $(INJECT) $(HEADERS) $(INJECTH)
	$(NETBUILD) -o $@ $(INJECT)

qrun/qrun: $(QRUN) $(HEADERS) $(QRUNH)
	$(NETBUILD) -o $@ $(QRUN)

qrun/mailq: $(MAILQ) $(HEADERS) $(QRUNH)
	$(NETBUILD) -o $@ $(MAILQ)

qsend/qsend: $(QSEND) $(HEADERS) qsend/connect.h qsend/feed.h \
	  qsend/message.h qsend/relay.h qsend/reply.h qsend/report.h \
	  qsend/resolve.h qsend/route.h \
	  qsend/session.h qsend/settings.h qsend/tls.h qsend/transaction.h
	$(BUILD) -o $@ $(QSEND) -lresolv

pop3d/pop3d: $(POP3D) $(HEADERS) pop3d/capa.h pop3d/maildrop.h pop3d/name.h \
    pop3d/retrieve.h pop3d/session.h
	$(NETBUILD) -o $@ $(POP3D)

pop3d/pop3auth: $(POP3AUTH) $(HEADERS) pop3d/authorization.h pop3d/capa.h
	$(NETBUILD) -o $@ $(POP3AUTH)

pop3d/checkpw: $(CHECKPW) $(HEADERS) pop3d/account.h pop3d/password.h
	$(CC) $(STD) $(WARN) $(HARDEN) $(CFLAGS) $(CHECKLDFLAGS) \
	    -o $@ $(CHECKPW) -lcrypt

# checkpw is static too, but against the system's libc.
musl:
	rm -f $(PROGRAMS)
	$(MAKE) NETCC=musl-gcc NETHARDEN= NETLDFLAGS=-static \
	    CHECKLDFLAGS='-static -no-pie' all

# PREFIX and CONFDIR are compiled in: inject, when it runs setgid, looks for mailq
# and smtpd nowhere else.
install: all
	@grep -q '$(PREFIX)/bin:$(PREFIX)/sbin' inject/inject && \
	    grep -q '$(CONFDIR)' inject/inject || { echo 'built for another' \
	    'PREFIX or CONFDIR: make clean all, with the same words' >&2; exit 1; }
	mkdir -p '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/sbin' \
	    '$(DESTDIR)$(MANDIR)/man5' '$(DESTDIR)$(MANDIR)/man8' \
	    '$(DESTDIR)$(SHARE)'
	for f in $(PROGRAMS); do \
	    cp "$$f" "$(DESTDIR)$(PREFIX)/bin/.new" && \
	    chmod 755 "$(DESTDIR)$(PREFIX)/bin/.new" && \
	    mv "$(DESTDIR)$(PREFIX)/bin/.new" \
	    "$(DESTDIR)$(PREFIX)/bin/$${f##*/}" || exit 1; done
	ln -sf inject '$(DESTDIR)$(PREFIX)/bin/newaliases'
	ln -sf ../bin/inject '$(DESTDIR)$(PREFIX)/sbin/sendmail'
	for f in */*.[58]; do \
	    to="$(DESTDIR)$(MANDIR)/man$${f##*.}/$${f##*/}" && \
	    cp "$$f" "$$to" && chmod 644 "$$to" || exit 1; done
	for f in sendmail newaliases; do \
	    ln -sf inject.8 "$(DESTDIR)$(MANDIR)/man8/$$f.8" || exit 1; done
	cp -R conf/. '$(DESTDIR)$(SHARE)'
	for f in setup check check-services recipes/vacation recipes/redirect-spam \
	    recipes/vacation.qmail recipes/spam.qmail; do \
	    sed -e 's|^bindir=[^ ]*|bindir=$(PREFIX)/bin|' \
	    -e 's|confdir=/etc/pennypost|confdir=$(CONFDIR)|' \
	    -e 's|/usr/local/share/pennypost|$(SHARE)|' conf/$$f \
	    >"$(DESTDIR)$(SHARE)/$$f" || exit 1; done
	chmod -R u=rwX,go=rX '$(DESTDIR)$(SHARE)'

# Settings, spool and mailboxes stay.
uninstall:
	for f in $(PROGRAMS) newaliases; do \
	    rm -f "$(DESTDIR)$(PREFIX)/bin/$${f##*/}"; done
	rm -f '$(DESTDIR)$(PREFIX)/sbin/sendmail'
	for f in */*.[58] sendmail.8 newaliases.8; do \
	    rm -f "$(DESTDIR)$(MANDIR)/man$${f##*.}/$${f##*/}"; done
	rm -rf '$(DESTDIR)$(SHARE)'

clean:
	rm -f $(PROGRAMS)
	rm -rf tests/build

demo: all
	@sh tests/demo

test: all
	@tests/run

# All tests, with programs built under ASan and UBSan in a directory apart.
test-san:
	@SAN=1 tests/run

audit:
	@tests/audit

# What each asks the kernel, as strace sees it, against the reviewed lists and the
# filters of conf/systemd (minutes).
audit-syscalls: all
	@tests/syscalls

# Kills and fails the programs at every call; cuts the power after every change of
# names, in a model and on a real file system.
crashtest:
	@tests/crash/crashtest $(CRASH)
	@tests/crash/powerloss $(POWERLOSS)
	@tests/crash/replay $(REPLAY)

# Beside the peers, on this machine, in one run; BENCH=accept for one row.
bench:
	@tests/bench/run $(BENCH)

# Each harness for FUZZ_S seconds, from its corpus on.
fuzz:
	@tests/fuzz/run $(FUZZ)

# Breaks the programs on purpose; each time a test must see it.  MUTANTS="a b": some.
mutants:
	@tests/mutants/run $(MUTANTS)

# What compilers and analysers find without running anything.
static:
	@tests/static

# Which lines and branches the tests reach; names what they do not.
coverage:
	@tests/coverage

# SOAK_S seconds of rude clients; SOAK_N messages while qrun is killed.
soak: all
	@tests/soak/run

# Each test skips what is not installed; .ci/packages lists the packages.
interop: all
	@tests/run tests/interop/*.t

# Postfix, OpenSMTPD and NSD are fetched, but neither installed nor started outside.
remote: all
	@tests/run tests/remote/*.t tests/tls/*.t

test-install:
	@tests/install/bare

.PHONY: all musl clean install uninstall demo test test-san audit \
	audit-syscalls crashtest mutants fuzz static coverage soak interop \
	remote test-install bench
