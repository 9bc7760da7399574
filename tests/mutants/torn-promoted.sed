# A file that is shorter than its name says is delivered.
# file: qrun/tmpdir.c
# test: tests/crash/powerloss -m 60 smtpd-one
# sees: ^smtpd-one
/^promote/,/^}/s/(unsigned long long)st.st_size != size ||//
