/* infoline - a line of info/NAME. */
#include "infoline.h"

#include <string.h>

#include "../lib/text.h"

/* Cuts off the word at *line, which moves behind it. */
static char *
word(char **line)
{
	char *start = *line, *end = start + strcspn(start, " ");

	*line = end + (*end != '\0');
	*end = '\0';
	return start;
}

int
infoline_parse(char *line, const char *recipient, struct infoline *i)
{
	unsigned long long attempts, first;
	size_t n = strlen(recipient);
	char *s;

	if (strncmp(line, recipient, n) != 0 || line[n] != ' ')
		return 0;
	line += n + 1;
	s = word(&line);
	n = strlen(s);
	i->delay_told = n > 0 && s[n - 1] == 'd';
	if (i->delay_told)
		s[n - 1] = '\0';
	if (text_number(s, 1000000, &attempts) == -1 ||
	    text_number(word(&line), 1ULL << 40, &first) == -1)
		return 0;
	i->attempts = (unsigned int)attempts;
	i->first = (long long)first;
	i->reply = line;
	return 1;
}
