/*
 * octets - looks at many octets at once: lines are long, and what ends them is
 * rare.
 */
#ifndef LIB_OCTETS_H
#define LIB_OCTETS_H

/*
 * The first octet below 16 at or behind p, before end; end if there is none.
 * NUL, LF and CR are among them, and hardly any of the others is in mail.
 */
const char *octets_control(const char *p, const char *end);

#endif
