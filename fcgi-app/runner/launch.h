/* launch.h - from what the database tells of a run to a guard at work (guard.h): the project's files at the revision, inventory and keys,
 * the command line, the account. */
#ifndef RUNNER_LAUNCH_H
#define RUNNER_LAUNCH_H

#include <stdbool.h>
#include <sys/types.h>

#include <jansson.h>

#include "lib/settings.h"
#include "lib/status.h"
#include "runner/folder.h"
#include "runner/masks.h"

#define LAUNCH_WHY 1024

struct launch {
	/* what it is made of, borrowed */
	const struct settings *settings;
	const struct folder *folder;
	const json_t *about;             /* runner_api.run_begin */
	int spool, results, exit;        /* open files of the folder */
	bool (*is_wanted)(void *context);        /* asked while the project is fetched */
	void *context;
	/* what came of it */
	struct masks *masks;             /* all secrets of the run; the caller frees them */
	char *raw_args;                  /* the command, as it may be shown; likewise */
	pid_t guard;
	int control;                     /* closed: the run is stopped */
};

/* First all that may take long or may fail, then the start. S_INVALID: why, for people; S_ABSENT: the run was not
 * wanted any more. launch_done() is to follow in any case. */
enum status launch_prepare(struct launch *launch, char why[LAUNCH_WHY]) CHECKED;
enum status launch_start(struct launch *launch, char why[LAUNCH_WHY]) CHECKED;
void launch_done(void);

/* Kills what is left of the run, which began that session, and its guard (0: neither is known), but for a child of ours that is `spared`,
 * and removes its folders (sweep_main); waits for it. */
void launch_sweep(const struct settings *settings, const struct folder *folder, pid_t session, pid_t guard, pid_t spared);

#endif
