/*
 * infoline - a line of info/NAME: "RECIPIENT attempts first-try CODE ENHANCED
 * text".  A "d" behind attempts: the sender was told of the delay.
 */
#ifndef QRUN_INFOLINE_H
#define QRUN_INFOLINE_H

struct infoline {
	unsigned int attempts;
	int	 delay_told;
	long long first;	/* epoch seconds */
	char	*reply;		/* in the line that was parsed */
};

/*
 * Reads a line, without its end, that is about the recipient: 1; about another
 * one, or not understood: 0.
 */
int infoline_parse(char *line, const char *recipient, struct infoline *);

#endif
