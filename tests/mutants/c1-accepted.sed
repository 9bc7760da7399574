# C1 controls, line ends and escapes to some terminals, pass in addresses.
# file: lib/text.c
# test: tests/smtpd.t
# sees: 8-bit octets that are no text
s/(c == 0xc2 && \*p < 0xa0) ||$/0 ||/
