/*
 * nosync - linked into a copy of smtpd with -Wl,--wrap=fsync, to compare with
 * servers that do not fsync before they answer.
 */
int __wrap_fsync(int fd);

int
__wrap_fsync(int fd)
{
	(void)fd;
	return 0;
}
