#include "qrun.h"

int
dryrun(struct qrun *q)
{
	(void)q;
	return 0;
}
