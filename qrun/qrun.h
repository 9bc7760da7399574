/*
 * qrun - what the parts of the queue manager share.
 *
 * One process, one poll() loop.  A scan takes names out of the spool, a bounded
 * window of messages is in memory, each pending recipient waits in the list of
 * its destination: deliveries to mailboxes, or one remote host.  Results come
 * back through pipes; a message whose attempt is over is settled on disk.
 */
#ifndef QRUN_QRUN_H
#define QRUN_QRUN_H

#include <dirent.h>
#include <sys/types.h>

#include "../lib/address.h"
#include "../lib/conf.h"
#include "../lib/envelope.h"
#include "../lib/mailbox.h"
#include "../lib/spool.h"
#include "../lib/unique.h"
#include "bounce.h"
#include "spawn.h"

#define WINDOW_MESSAGES		1000	/* in memory at once, or */
#define WINDOW_RECIPIENTS	10000	/* without outcome, or */
#define LOADED_RECIPIENTS	100000	/* whichever comes first */
#define MESSAGE_RECIPIENTS	131072	/* of one message, tried at once */
#define QUEUE_NAME_MAX	(UNIQUE_NAME_MAX + 24)	/* NEXT.NAME */
#define REPLY_MAX	512		/* "CODE ENHANCED text" and a NUL */
#define HASH_SIZE	1024
#define ROUTES		64	/* domains whose smtproutes is remembered */
#define IDLE_MS		1000	/* that a qsend without work is kept */
#define SESSION_SLOTS(q) (2 * (q)->set_slots.remote)
#define SETTLE_SYNC_MS	50	/* messages that left wait for the sync of defer/ */

struct settings {
	char	me[ADDRESS_DOMAIN_MAX + 1];
	char	spool[CONF_LINE_MAX], mailroot[CONF_LINE_MAX];
	char	qsenduser[64], postmaster[ADDRESS_MAX];
	unsigned long long retry_s, lifetime_s, command_s, quota;
	unsigned long long local, remote, host;	/* concurrency */
};

enum outcome {
	WAITING,	/* listed at its destination, or with a child */
	DELIVERED,	/* in a mailbox, or with a command */
	FORWARDED,	/* in the spool again, under other recipients */
	SENT,		/* given to a server that will report (RFC 3461) */
	RELAYED,	/* given to a server that will not */
	DEFERRED,
	KEPT,		/* for a postmaster who is not there */
	FAILED
};

struct recipient {
	struct message	*message;
	struct recipient *next;		/* in a list */
	off_t		 offset;
	enum outcome	 outcome;
	int		 marked;	/* its line in the file says so */
	int		 delay_told;	/* the sender knows that it waits */
	int		 ends_record;	/* last of what a session was given */
	struct recipient *twin;		/* the next with the same address, or NULL */
	int		 is_twin;	/* has the outcome of the one before */
	unsigned int	 attempts;
	long long	 first;		/* first attempt, epoch seconds */
	char		*address, *options;
	char		*reply;		/* last "CODE ENHANCED text", or NULL */
	struct mailbox	*mailbox;	/* NULL: remote */
};

struct message {
	struct message	*next;		/* with the same hash */
	struct message	*dirty_next;
	char		 name[UNIQUE_NAME_MAX];
	char		 file[QUEUE_NAME_MAX];	/* its present name in defer/ */
	char		 id[UNIQUE_ID_MAX];
	int		 fd, dirty;
	int		 more;		/* recipients than fit the window */
	int		 gone;		/* taken away by the administrator */
	long long	 began;		/* of this attempt */
	off_t		 body;		/* where the message begins */
	char		*sender, *options;
	size_t		 count, waiting;	/* recipients; without outcome */
	struct recipient *recipients;
};

struct jobs {
	struct recipient *head, **tail;
};

struct destination {
	struct destination *next;
	struct jobs	 jobs;
	size_t		 sessions;
	int		 alive;		/* answered since it was down */
	int		 slow;		/* has not answered for long */
	unsigned long	 down_pass;	/* pass that found it down, or 0 */
	enum outcome	 down_outcome;	/* DEFERRED or FAILED */
	unsigned int	 port;
	char		 host[ADDRESS_DOMAIN_MAX + 3];
	char		 reply[REPLY_MAX];	/* why it is down */
};

struct route {
	char		 domain[ADDRESS_DOMAIN_MAX + 1];	/* "": none */
	char		 host[ADDRESS_DOMAIN_MAX + 3];
	unsigned int	 port;
};

struct local {
	int		 fd, feed;	/* -1: free; takes no more */
	long long	 began_ms, idle_ms;	/* started; its last result */
	long long	 deadline_ms;	/* then we wait for it no longer */
	struct recipient *recipient;	/* NULL: without work */
	char		 path[MAILBOX_PATH_MAX];	/* its mailbox's */
	dev_t		 dev;		/* which was this directory */
	ino_t		 ino;
	uid_t		 uid;
	char		*forwards;	/* F lines: addresses, each with its NUL */
	size_t		 forwards_bytes;
	int		 sender_set;	/* by an S line */
	char		 sender[ADDRESS_MAX];
	char		 line[DELIVER_LINE_MAX + 2];
	size_t		 used;
};

struct session {
	int		 report, feed;	/* -1: free; input closed */
	struct destination *destination;
	struct jobs	 given;		/* in the order of the reports */
	size_t		 records, answers;	/* under way; received */
	int		 closed;	/* what it reports now was not begun */
	long long	 began_ms, heard_ms;	/* started; last report or work
						   after none */
	char		 line[4096 + 8];	/* qsend's are of 4,096 at most */
	size_t		 used;
};

enum phase { SCAN_NONE, SCAN_TMP, SCAN_NEW, SCAN_DEFER };

struct qrun {
	struct settings	 set;
	struct settings	 set_slots;	/* at start: sizes of the arrays */
	const char	*conf_path;
	struct conf	 conf;
	struct spool	 spool;
	struct spawn	 spawn;
	struct spawn_conf spawn_conf;
	int		 defer, bad, info;	/* directories */
	int		 lock, trigger, signals;
	int		 watch, terminal, dry;
	size_t		 said_left;
	int		 stop;		/* SIGTERM: finish and leave, by */
	long long	 leave_ms;
	int		 orphaned;	/* the privileged parent is gone */
	int		 broken;	/* the spool cannot be trusted to remember */
	int		 postmaster_said;
	/* the scan */
	enum phase	 phase;
	DIR		*scan, *aside;	/* aside: defer/, while new/ is read */
	unsigned long	 pass;
	int		 pass_full, pass_all;
	long long	 began, next_due, last_look;
	long long	 cleaned;	/* info/, epoch seconds */
	int		 want_new, want_full, want_all;
	int		 found_new;	/* in this look into new/ */
	unsigned int	 empty_looks;	/* in a row; the last of them ended at */
	long long	 looked_ms;
	/* the window */
	size_t		 window;	/* messages that may be in memory */
	size_t		 messages, loaded;	/* loaded: recipients, */
	size_t		 waiting;	/* and of them without outcome */
	struct message	*hash[HASH_SIZE], *dirty;
	size_t		 settled;	/* messages, since the last look */
	long long	 settled_ms;	/* which was then */
	long long	 unlinked_ms;	/* when, since defer/ was synced; or 0 */
	/* the work */
	struct route	 routes[ROUTES];	/* of this look, or pass */
	struct boxes	*boxes;		/* rename.c's */
	struct jobs	 mailboxes;
	struct jobs	 crowded;	/* their mailbox has all it may have */
	struct destination *destinations;
	size_t		 destinations_known;
	size_t		 locals_running, sessions_running;
	struct local	*locals;
	struct session	*sessions;
};

/* settings.c: reads everything; 0, or -1 and conf->error says why. */
int settings_read(struct conf *, const char *path, struct settings *);

/* spooldir.c: makes what is missing under spool, opens it, takes the lock.
 * 0; 1 another qrun holds the lock; -1 with errno and *what. */
int spooldir_open(struct qrun *, const char **what);

/* scan.c: starts a pass over new/, or over everything; takes the next name of
 * it into the window.  1: something was looked at; 0: the pass is over. */
void scan_start(struct qrun *, int full, int all);
int scan_next(struct qrun *);
/* In the middle of a pass over defer/: new/ is looked at next, then it goes on. */
void scan_turn(struct qrun *);

/* tmpdir.c: promotes what a dead writer left complete, removes the rest; the
 * file system's own time, 0 if it cannot be had. */
time_t tmpdir_now(const struct qrun *);
void tmpdir_clean(struct qrun *, const char *name);

/* take.c: a name found in new/ or defer/. */
void take_later(struct qrun *, long long when);	/* something is due then */
void take_bad(struct qrun *, int dir, const char *name, const char *why);
void take_new(struct qrun *, const char *name);
/* A file that was given away comes back for the next attempt.  0, or -1. */
int take_back(struct qrun *, int dir, const char *name);
void take_deferred(struct qrun *, const char *file, const char *name,
    long long next);

/* rename.c: delivers the file new/old, just opened, by giving it away.  1: it
 * is delivered; 0: it must be copied. */
int rename_deliver(struct qrun *, int fd, const char *old, const char *name,
    const char *id);
void rename_sync(struct qrun *);	/* makes durable, then logs */

/* message.c: the window, and what the disk knows about its messages. */
struct message *message_load(struct qrun *, int fd, const char *file,
    const char *name);
int message_known(const struct qrun *, const char *name);
/* Gives a recipient and its twins their outcome; reply is "CODE ENHANCED text". */
void message_result(struct qrun *, struct recipient *, enum outcome,
    const char *reply);
void message_free(struct qrun *, struct message *);

/* twins.c: links a message's recipients that are the same.  0, or -1 with errno. */
int twins_find(struct message *);

void message_touch(struct qrun *, struct message *);	/* to be settled */
/* A descriptor of its own, O_RDONLY, of the same file; -1 with errno, ENOENT:
 * the administrator took it away. */
int message_reopen(struct qrun *, struct message *);
void message_settle(struct qrun *);	/* settle.c: all that have results */
/* Makes durable that messages have left; only if it is time, unless now. */
void settle_sync(struct qrun *, int now);

/* notify.c: writes the notifications of a message whose attempt is over. */
enum notify_status {
	NOTIFY_DONE,
	NOTIFY_FAILED,	/* now is no time: those who failed stay pending */
	NOTIFY_BAD	/* nobody is left to be told */
};
enum notify_status notify_message(struct qrun *, struct message *);

/* info.c: what is remembered between attempts; all of it advisory. */
void info_clean(struct qrun *);	/* of messages that were taken away */
void info_read(struct qrun *, struct message *, long long excess);
void info_write(struct qrun *, struct message *);

/* route.c: the host that mail for a domain goes to. */
int route_find(struct conf *, const char *domain, char *host, size_t size,
    unsigned int *port);
/* What was found is remembered until then. */
void route_forget(struct qrun *);
/* Decides where a recipient goes and lists it there, or gives it its outcome. */
void route_recipient(struct qrun *, struct recipient *);

/* jobs.c */
void jobs_init(struct jobs *);
void jobs_add(struct jobs *, struct recipient *);
struct recipient *jobs_take(struct jobs *);
void jobs_add_first(struct jobs *, struct recipient *);
/* The first one whose mailbox has this path, or NULL. */
struct recipient *jobs_take_for(struct jobs *, const char *mailbox);

/* local.c and remote.c: start what may be started; read what came. */
void local_start(struct qrun *);
void local_read(struct qrun *, struct local *);
void local_expire(struct qrun *);	/* gives up on those that hang */

/* workers.c: one without work for the mailbox, or NULL; a new one, NULL: none can
 * be had now. */
struct local *workers_kept(struct qrun *, const char *path);
struct local *workers_new(struct qrun *, const char *path);
void workers_end(struct qrun *, struct local *);
/* Ends those without work for long.  How long to wait for events: most, or until
 * the next one is to end. */
int workers_wait_ms(struct qrun *, int most);

struct destination *remote_destination(struct qrun *, const char *host,
    unsigned int port);
int remote_open(struct qrun *, struct destination *);	/* a qsend: 0, or -1 */
void remote_feed(struct qrun *);
void remote_close(struct session *);	/* gets nothing more */
void remote_read(struct qrun *, struct session *);
void remote_forget(struct qrun *);	/* destinations without work */
/* The longest lists give up their places in the window, until the next attempt:
 * so many of them that enough recipients have settled. */
void remote_shed(struct qrun *, size_t enough);

/* places.c: starts the qsends that may be started. */
void remote_start(struct qrun *);
/* How long to wait for events: most, or until a qsend has waited enough. */
int remote_wait_ms(const struct qrun *, int most);

/* forward.c: a new message from an old one. */
/* addresses: n octets, each address with its NUL; sender NULL: the original's.
 * 0: it is durable in the spool; -1 with errno. */
int forward_write(struct qrun *, const struct recipient *, const char *sender,
    const char *addresses, size_t n);

/* run.c: the loop.  Returns the exit status. */
int run(struct qrun *);

/* dryrun.c: says what would be done. */
int dryrun(struct qrun *);

/* say.c: one event, to the log or in plain words to a terminal.  reply may be
 * NULL.  say_new: a message was taken from new/, where it was called old. */
void say_new(struct qrun *, const char *id, const char *old,
    const char *sender);
void say_event(struct qrun *, const char *event, const char *id,
    const char *to, const char *reply);
void say_trouble(struct qrun *, const char *what, const char *name);
void say_left(struct qrun *);

#endif
