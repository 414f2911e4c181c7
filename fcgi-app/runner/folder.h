/* folder.h - where a run has its files while it lasts.
 *
 *	runs_dir/ID-TOKEN/             the shepherd's own: lock, spool, results, exit (guard.h)
 *	runs_dir/ID-TOKEN.files/       run_account's, made by the guard: the project, HOME, TMPDIR
 *	secrets_dir/moirai-ID-TOKEN/   the same in memory: keys, inventory
 *	secrets_dir/moirai-TOKEN.masks what must not be shown, for who goes on with the run
 *
 * Who holds the lock has the run; the guard holds it along. A folder is there only with its lock held, so one whose lock is free is left
 * over: its shepherd and its guard are gone.
 */
#ifndef RUNNER_FOLDER_H
#define RUNNER_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/settings.h"

#define FOLDER_PATH 400
#define FOLDER_WHY 500

struct folder {
	char path[FOLDER_PATH], disk[FOLDER_PATH], memory[FOLDER_PATH], masks[FOLDER_PATH];
	int lock;                    /* -1: not ours */
};

/* Makes the folder of the run ID:TOKEN, and has it. False: why. */
bool folder_make(struct folder *folder, const struct settings *settings, const char *name, char why[FOLDER_WHY]) __attribute__((warn_unused_result));

/* Has the folder that is there already. False: there is none, or somebody has it. */
bool folder_take(struct folder *folder, const struct settings *settings, const char *name) __attribute__((warn_unused_result));

/* Opens a file of it, made when flags say so; -1: errno. */
int folder_file(const struct folder *folder, const char *name, int flags);

/* The next of the folders below runs_dir that nobody has: its ID:TOKEN. `each` is opendir()'s, of runs_dir. False: there are no more. */
bool folder_next_free(const struct settings *settings, void *each, char ret_name[64]);

/* Is there still something of run_account's? */
bool folder_is_left(const struct folder *folder);

/* Removes what those have left who were killed while they made a folder: for a program's start. */
void folder_clean(const struct settings *settings);

/* It is gone; what run_account has there is removed by `moirai-run --sweep`. */
void folder_remove(struct folder *folder);

#endif
