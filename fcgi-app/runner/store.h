/* store.h - where our copy of a project lies: projects_dir/ID.
 *
 *	struct store store;
 *	if (store_open(&store, settings, id, deadline, why) == S_OK && store_lock(&store, STORE_WRITE, why) == S_OK &&
 *	    store_become(&store, "GIT", why) == S_OK)
 *		fetch_into(store.folder);
 *	store_close(&store);                             also when it wasn't S_OK; its locks are gone with it
 *
 * GIT and TAR projects have a folder that is private; that of a MANUAL one is filled by people, and its files are put aside while the
 * project is of another kind, as .manual-ID. What kind of copy is there stands in the lock file, .lock-ID, where nobody else can
 * write. Of whatever is killed in the middle, .gone-* is left, which is removed by and by.
 *
 * Two locks: one process at a time changes a copy (WRITE), which may take long; others may read what it has had before
 * (READ), but not while something is taken away from it (ALONE).
 */
#ifndef RUNNER_STORE_H
#define RUNNER_STORE_H

#include <stdbool.h>

#include "lib/settings.h"
#include "runner/why.h"

#define STORE_PATH 400

enum store_lock { STORE_WRITE, STORE_READ, STORE_ALONE };

struct store {
	const struct settings *settings;
	long long id;
	long long deadline;              /* by program_clock_ms(): until then it waits for a lock */
	int fd;                          /* the lock file's; -1: none */
	char folder[STORE_PATH];
};

enum status store_open(struct store *store, const struct settings *settings, long long id, long long deadline, char why[WHY]) CHECKED;
void store_close(struct store *store);

/* ALONE takes the place of READ. S_LATER: somebody else had it for too long. */
enum status store_lock(struct store *store, enum store_lock which, char why[WHY]) CHECKED;
void store_unlock(struct store *store, enum store_lock which);

/* Whether a copy of that kind is there. */
bool store_is(const struct store *store, const char *kind);

/* Makes it one, empty, if it isn't; WRITE must be held, READ must not. S_LATER: why. */
enum status store_become(struct store *store, const char *kind, char why[WHY]) CHECKED;

/* A file without a name on the same disk; -1: errno. */
int store_temporary(const struct settings *settings);

/* Is there a folder of the project? */
bool store_has(const struct settings *settings, long long id);

/* Removes what is there of it. */
bool store_forget(const struct settings *settings, long long id);

/* Removes what was left by those who were killed. */
void store_clean(const struct settings *settings);

#endif
