# LIST counts a line end as one octet.
# file: pop3d/message.c
# test: tests/pop3d.t
# sees: P06 P08 the size of message
s/dot_encode(&count, buf, (size_t)n);/count.octets += (size_t)n;/
