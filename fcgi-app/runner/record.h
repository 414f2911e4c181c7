/* record.h - what the database keeps of a run or a sync, for the shepherd that has it (sql/runner_api/run.sql, sync.sql).
 *
 * All calls tell the token by which it is ours. S_ABSENT: it is not any more, so the shepherd must stop; S_LATER: the database is away, the
 * same call may be made again; S_INTERNAL: anything else, which has been logged.
 */
#ifndef RUNNER_RECORD_H
#define RUNNER_RECORD_H

#include <stdbool.h>

#include <jansson.h>

#include "lib/settings.h"
#include "lib/status.h"

#define RECORD_LEASE 30        /* seconds (runner_api.lease) */

struct record;

enum record_kind { RECORD_RUN, RECORD_SYNC };

/* `name` is ID:TOKEN, borrowed as the settings are. NULL: it is none. */
struct record *record_new(const struct settings *settings, enum record_kind kind, const char *name);
void record_free(struct record **record);

/* All there is to know: the caller owns *ret_about. */
enum status record_begin(struct record *record, json_t **ret_about) CHECKED;

/* For who goes on with a run that somebody else has begun: {"kind", "day", "lines", "cancel"}. */
enum status record_resume(struct record *record, json_t **ret_about) CHECKED;

/* The command by which it runs; and the text of its inventory, if that is a file of the project, else NULL. */
enum status record_started(struct record *record, const char *args, const char *inventory) CHECKED;

/* We are still at it: to be said before a lease is over. */
enum status record_beat(struct record *record) CHECKED;

/* *ret_cancel: somebody wants the run to stop. May be asked often. */
enum status record_asked(struct record *record, bool *ret_cancel) CHECKED;

/* Stores lines from `first` to `last`, as rows for COPY. When S_LATER came, record_resume() tells whether they are there. */
enum status record_lines(struct record *record, const char *rows, size_t size, int first, int last, bool *ret_cancel) CHECKED;

/* The run has come to these hosts: an array of names. */
enum status record_hosts(struct record *record, const json_t *names) CHECKED;

/* The run is over. detail: why, or NULL; results: {"hosts": [...], "facts": [...], "lines": how many are
 * there}; S_CONFLICT: it is another number. */
enum status record_settle(struct record *record, const char *status, const char *detail, const json_t *results) CHECKED;

/* The sync is over. detail: why it failed, or NULL: revision (may be NULL) and playbooks, an array of names. */
enum status record_synced(struct record *record, const char *revision, const json_t *playbooks, const char *detail) CHECKED;

#endif
