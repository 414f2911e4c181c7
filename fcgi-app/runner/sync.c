/* A sync: the project's files are brought up to date, and its playbooks become tasks (polemarch-behaviour.md section 7). */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/log.h"
#include "lib/program.h"
#include "runner/beater.h"
#include "runner/interpreter.h"
#include "runner/credentials.h"
#include "runner/queue.h"
#include "runner/record.h"
#include "runner/run.h"

#define TRIES 5
#define SETTLE_TRIES 600

/* What our own disks or settings do is no fault of the repository, but is told all the same. One that takes its time is not tried again. */
static enum status bring_up_to_date(const struct settings *s, const struct project *p, char **ret_revision, json_t **ret_playbooks,
                                    char why[PROJECT_WHY])
{
	long long end = program_clock_ms() + s->sync_timeout * 1000LL;
	enum status status = S_LATER;

	for (int try = 0; try < TRIES && status != S_OK && program_clock_ms() < end; try++) {
		if (try > 0)
			sleep(1);
		status = project_sync(s, p, ret_revision, ret_playbooks, why);
	}
	return status;
}

static enum status settle(struct record *record, const char *revision, const json_t *playbooks, const char *why)
{
	enum status s = S_LATER;

	for (int try = 0; try < SETTLE_TRIES && s == S_LATER; try++) {
		if (try > 0)
			sleep(1);
		s = record_synced(record, revision, playbooks, why);
	}
	return s;
}

/* People have filled its folder, on another machine. Here they may have put a copy. */
static bool is_elsewhere(const struct settings *s, const json_t *about, const struct project *p, char why[PROJECT_WHY])
{
	const char *home = json_string_value(json_object_get(about, "elsewhere"));

	if (home == NULL || strcmp(p->type, "MANUAL") != 0 || project_is_here(s, p->id))
		return false;
	(void)why_say(S_INVALID, why, "The project's files are on %s, of which nothing was heard for a minute.", home);
	return true;
}

static enum status sync_project(const struct settings *s, struct record *record, const char *name, const json_t *about)
{
	struct seal_keys *keys = credentials_keys(s);
	struct credentials credentials;
	AUTO(text) char *revision = NULL;
	AUTO(json) json_t *playbooks = NULL;
	char why[PROJECT_WHY];
	pid_t beater = beater_start(s, RECORD_SYNC, name);
	enum status status = credentials_open(&credentials, keys, about, why);

	if (status == S_OK && is_elsewhere(s, about, &credentials.project, why))
		status = S_INVALID;
	/* What lies there is another project's, which had this id before. */
	if (json_is_true(json_object_get(about, "fresh")) && !project_forget(s, credentials.project.id))
		log_line(LOG_LEVEL_WARNING, "project %lld: old files could not be removed", credentials.project.id);
	if (status == S_OK)
		status = bring_up_to_date(s, &credentials.project, &revision, &playbooks, why);
	credentials_done(&credentials);
	seal_keys_free(&keys);
	status = settle(record, revision, playbooks, status == S_OK ? NULL : why);
	beater_stop(beater);
	return status;
}

int run_sync(const struct settings *s, const char *name)
{
	struct record *record = record_new(s, RECORD_SYNC, name);
	AUTO(json) json_t *about = NULL;
	enum status status = record == NULL ? S_INVALID : S_LATER;

	for (int try = 0; try < SETTLE_TRIES && status == S_LATER; try++) {
		if (try > 0)
			sleep(1);
		status = record_begin(record, &about);
	}

	if (status == S_OK)
		status = sync_project(s, record, name, about);
	if (status != S_OK)
		log_line(LOG_LEVEL_WARNING, "sync %s: it was not ours to the end", name);
	record_free(&record);
	return status == S_OK ? 0 : 1;
}

int run_reference(const struct settings *s, const char *version)
{
	AUTO(json) json_t *found = interpreter_reference(s);
	struct queue *queue = queue_new(s);
	enum status status = S_INTERNAL;

	if (found != NULL)
		status = queue_reference(queue, version, json_object_get(found, "options"), json_object_get(found, "modules"));
	queue_free(&queue);
	return status == S_OK ? 0 : 1;
}
