/*
 * filter - pipes a message through the configured program on its way into a
 * queue file, so that what is queued is what the program printed.
 */
#ifndef LIB_FILTER_H
#define LIB_FILTER_H

struct policy;
struct spool_file;

/*
 * draft holds the message alone, from our Received line on; file has its
 * envelope block and gets the program's output.  The caller has set the
 * policy's command, timeout_s and what it knows.  Returns what policy_run()
 * does, but accepts no output that is empty or begins like a line of the
 * envelope block, which it would be taken for: that is POLICY_TEMPORARY.
 */
int filter_run(struct policy *, struct spool_file *draft,
    struct spool_file *file);

#endif
