/*
 * ucspitls - UCSPI-TLS: a TLS terminator that waits beside us, on descriptors
 * $SSLCTLFD, $SSLREADFD and $SSLWRITEFD.
 */
#ifndef LIB_UCSPITLS_H
#define LIB_UCSPITLS_H

struct ucspitls {
	int	ctl_fd, read_fd, write_fd;	/* all -1: TLS is not offered */
	char	protocol[32], cipher[64];	/* once started; "" if not told */
};

/* Reads the three variables' values; any of them missing or no open descriptor:
 * not offered. */
void ucspitls_init(struct ucspitls *, const char *ctl, const char *rd,
    const char *wr);

/*
 * Asks the terminator to start ("Y") and waits for its report, at most timeout_s.
 * 0: from now on the peer is at read_fd and write_fd, ctl_fd is closed.  -1: the
 * handshake failed; the connection is of no more use.
 */
int ucspitls_start(struct ucspitls *, unsigned int timeout_s);

#endif
