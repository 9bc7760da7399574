/*
 * text - build bounded text.  What does not fit is never written and never
 * forgotten: the object turns "full" and stays so until text_init().
 */
#ifndef LIB_TEXT_H
#define LIB_TEXT_H

#include <stddef.h>

struct text {
	char	*data;		/* always ends in a NUL */
	size_t	 size;		/* octets at data, the NUL included */
	size_t	 used;		/* octets of text, the NUL not included */
	int	 full;		/* something did not fit */
};

/* Starts an empty text in the size > 0 octets at data. */
void text_init(struct text *, char *data, size_t size);

/* Appends a string, some octets, a decimal number of at least digits digits. */
void text_add(struct text *, const char *);
void text_add_bytes(struct text *, const char *, size_t);
void text_add_number(struct text *, unsigned long long, unsigned int digits);

/*
 * Appends what is fit to be shown: printable ASCII as it is, every other octet
 * and the backslash as \xHH.  Stops before what does not fit, without turning
 * full: for logs, replies and bounces, where a cut is harmless.
 */
void text_add_printable(struct text *, const char *, size_t);

/*
 * True if the string is well-formed UTF-8 (RFC 3629 4) without C1 controls
 * (U+0080 to U+009F), which are line ends and escapes to some terminals.  ASCII,
 * controls included, is not judged.
 */
int text_is_utf8(const char *);

/*
 * Reads an unsigned decimal number: digits only, no sign, no blank, nothing
 * behind, not over max.  Returns 0, or -1 and *number is untouched.
 */
int text_number(const char *, unsigned long long max,
    unsigned long long *number);

#endif
