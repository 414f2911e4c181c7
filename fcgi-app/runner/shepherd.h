/* shepherd.h - one run from its claim to its end (polemarch-behaviour.md section 9.3, D8, D48): what the parts of its shepherd share.
 *
 *	shepherd.c   its begin, and who goes on with one whose shepherd was killed
 *	talk.c       what has come from the run, and what the database is told of it
 *	watch.c      while it runs
 *	ending.c     its end
 */
#ifndef RUNNER_SHEPHERD_H
#define RUNNER_SHEPHERD_H

#include <stdbool.h>
#include <sys/types.h>

#include <jansson.h>

#include "lib/settings.h"
#include "lib/status.h"
#include "runner/folder.h"
#include "runner/launch.h"
#include "runner/output.h"
#include "runner/record.h"
#include "runner/results.h"

#define SHEPHERD_TRIES 86400             /* seconds that what is over, or is to begin, waits for the database */
#define SHEPHERD_GATHER 100              /* milliseconds in which lines come together before they are stored */
#define SHEPHERD_LOOK 1000               /* ... between looks whether it is to be stopped */
#define SHEPHERD_REFUSED 10              /* times that lines are tried which the database does not take */

struct shepherd {
	const struct settings *settings;
	const char *name;                /* ID:TOKEN */
	struct folder folder;
	struct record *record;
	json_t *about;
	struct launch launch;
	struct output *output;
	int stored;                      /* so many lines, as far as we know */
	bool rewound;                    /* `output` is a new one, which begins again */
	struct results *results;
	int spool, told, exit;           /* files of the folder, as we read them */
	int signals;                     /* a signalfd: the machine stops */
	json_t *exit_said;               /* what the guard has told, merged */
	long long stored_at, asked_at, beat_at, try_at, late_at;         /* by program_clock_ms(); 0: never */
	bool inventory_told;
	int guard_status;                /* its exit status */
	int refused;                     /* so many times on end lines could not be stored, for no fault of the line to the database */
	bool lost;                       /* the run is not ours any more */
	bool canceled, late, stopped;    /* why it is to stop */
};

struct ending {
	const char *status;
	bool said;                       /* Ansible itself could not tell it: its output ends with it */
	char detail[LAUNCH_WHY];
};

/* ---- talk.c ---- */

/* Lines are made from the beginning of the spool, and those stored already are skipped; and all that is listened to begins. */
void shepherd_begin_output(struct shepherd *s, int lines);
void shepherd_listen(struct shepherd *s, int lines);

/* Takes from the spool what there is room for. False: there may be more. */
bool shepherd_feed(struct shepherd *s);

/* What the guard has told so far, into exit_said. */
void shepherd_hear_guard(struct shepherd *s);

/* Notes what a call of record.h came to: is the run still ours, and when may the database be tried again? True: S_OK. */
bool shepherd_owns(struct shepherd *s, enum status status);

/* Stores the next batch of lines. False: there is none, or it could not be. */
bool shepherd_store(struct shepherd *s);

/* How many lines are there? When nobody could say what came of a batch. */
void shepherd_ask_lines(struct shepherd *s);

/* The hosts that the run has come to; the text of an inventory that is a file of the project. */
void shepherd_tell_hosts(struct shepherd *s);
void shepherd_tell_inventory(struct shepherd *s);

/* All of that, as far as it is time for it. */
void shepherd_talk(struct shepherd *s);

/* ---- watch.c ---- */

bool shepherd_is_to_stop(const struct shepherd *s);

/* Until the guard has ended. */
void shepherd_watch(struct shepherd *s);

/* launch_sweep(), which may take a while, in which the run is said to be alive. */
void shepherd_sweep(struct shepherd *s, pid_t session, pid_t guard);

/* ---- ending.c ---- */

/* The guard is gone: the rest of the lines, what came of the run, and its state. */
void shepherd_finish(struct shepherd *s);

/* Tells the end. S_CONFLICT: there are fewer lines than we thought. */
enum status shepherd_settle(struct shepherd *s, const struct ending *e, json_t *results);

#endif
