/*
 * quota - does a mailbox hold more octets than it may?
 */
#ifndef LIB_QUOTA_H
#define LIB_QUOTA_H

/*
 * mailbox is a mailbox directory, named below the directory at.  Its limit is
 * the number in its file .quota, else limit; 0 is none.  What counts is the
 * S= of the names in Maildir/new and Maildir/cur, and the size of files whose
 * name has none; it stops counting when it knows.  Returns 1 when the limit is
 * reached, 0 when not, -1 with errno when that cannot be told (EINVAL: .quota
 * holds no number).
 */
int quota_over(int at, const char *mailbox, unsigned long long limit);

#endif
