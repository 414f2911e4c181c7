#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/log.h"
#include "runner/guard.h"
#include "runner/shepherd.h"

/* All of it, however long the database is away. */
static void store_all(struct shepherd *s)
{
	for (int tries = 0; !s->lost && tries < SHEPHERD_TRIES && s->refused < SHEPHERD_REFUSED;) {
		bool all = shepherd_feed(s);

		if (all && output_waiting(s->output) == 0)
			return;
		while (shepherd_store(s))
			;
		if (output_waiting(s->output) > 0) {
			sleep(1);
			tries++;
		}
	}
}

__attribute__((format(printf, 3, 4)))
static struct ending ending(const char *status, bool said, const char *format, ...)
{
	struct ending e = { .status = status, .said = said };
	va_list args;

	va_start(args, format);
	vsnprintf(e.detail, sizeof e.detail, format, args);
	va_end(args);
	return e;
}

/* How Ansible ended by itself. */
static struct ending ending_of(const struct shepherd *s, int status)
{
	bool module = strcmp(json_string_value(json_object_get(s->about, "kind")), "MODULE") == 0;
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	if (code == 0 && module && results_no_host(s->results))
		return ending("ERROR", true, "No host matched the pattern: nothing was done.");
	if (code == 0)
		return (struct ending){ .status = "OK" };
	if (code == 4 && !output_has_error(s->output))
		return ending("OFFLINE", false, "A host could not be reached.");
	if (code < 0)
		return ending("ERROR", true, "Ansible was killed by signal %d.", WTERMSIG(status));
	return ending("ERROR", false, "Ansible ended with exit code %d.", code);
}

/* What we add to the output: why Ansible itself could not tell. */
static void say(struct shepherd *s, const struct ending *e)
{
	if (strcmp(e->status, "INTERRUPTED") == 0) {
		output_say(s->output, "");
		output_say(s->output, "[ERROR]: User interrupted execution");
	} else {
		output_say(s->output, e->detail);
	}
}

/* Was it stopped for that reason? Not if it had come to its end already. */
static bool was_stopped(const struct shepherd *s, bool reason)
{
	const json_t *status = json_object_get(s->exit_said, "status");

	return reason && !(status != NULL && json_integer_value(status) == 0 && !json_is_true(json_object_get(s->exit_said, "orphan")));
}

static struct ending judge(const struct shepherd *s)
{
	const json_t *status = json_object_get(s->exit_said, "status");
	const char *failed = json_string_value(json_object_get(s->exit_said, "failed"));

	if (s->refused >= SHEPHERD_REFUSED)
		return ending("ERROR", true, "Its output could not be stored.");
	if (was_stopped(s, s->canceled))
		return ending("INTERRUPTED", true, "canceled");
	if (was_stopped(s, s->late))
		return ending("ERROR", true, "It was stopped after %ld seconds (run_time_limit).", s->settings->run_time_limit);
	if (was_stopped(s, s->stopped))
		return ending("ERROR", true, "It was stopped with the runner's machine.");
	if (failed != NULL)
		return ending("ERROR", true, "%s", failed);
	if (json_is_true(json_object_get(s->exit_said, "orphan")))
		return ending("ERROR", true, "The process that watched over the run was killed, and the run with it.");
	if (status == NULL && s->guard_status == GUARD_REFUSED)
		return ending("ERROR", true, "The runner may not become the account %s (run_account).", s->settings->run_account);
	if (status == NULL)
		return ending("ERROR", true, "The run's guard was killed, and the run with it.");
	return ending_of(s, (int)json_integer_value(status));
}

/* S_CONFLICT: there are fewer lines than we thought. */
enum status shepherd_settle(struct shepherd *s, const struct ending *e, json_t *results)
{
	AUTO(json) json_t *none = json_pack("{s:[], s:[], s:b, s:i}", "hosts", "facts", "unknown", true, "lines", s->stored);
	enum status status = S_LATER;

	json_object_set_new(results, "lines", json_integer(s->stored));
	for (int try = 0; try < SHEPHERD_TRIES && (status == S_LATER || status == S_INTERNAL); try++) {
		if (try > 0)
			sleep(1);
		/* Results that can't be stored must not keep the run from being over. */
		status = record_settle(s->record, e->status, *e->detail != '\0' ? e->detail : NULL, status == S_INTERNAL ? none : results);
	}
	s->lost = s->lost || (status != S_OK && status != S_CONFLICT);
	return status;
}

static pid_t session_of(const struct shepherd *s)
{
	return (pid_t)json_integer_value(json_object_get(s->exit_said, "pid"));
}

/* The lines that are left, and ours after them. */
static void store_end(struct shepherd *s, const struct ending *e)
{
	do {
		store_all(s);
		s->rewound = false;
		output_end(s->output);
		if (json_is_true(json_object_get(s->exit_said, "cut")))
			output_say(s->output, "[moirai] The output ends here: more could not be kept (run_max_output, or the runner's disk).");
		if (e->said)
			say(s, e);
		store_all(s);
	} while (s->rewound && !s->lost);
}

/* Whatever came of it. */
static bool ended_by_itself(const struct shepherd *s)
{
	const json_t *status = json_object_get(s->exit_said, "status");

	return status != NULL && WIFEXITED((int)json_integer_value(status));
}

static void tell_left_out(const struct shepherd *s, struct ending *e)
{
	size_t size = strlen(e->detail);
	int n = results_left_out(s->results);

	if (n > 0)
		snprintf(e->detail + size, sizeof e->detail - size, "%s%d results of hosts (most likely facts) were too large to be kept.",
		         size > 0 ? " " : "", n);
}

/* The guard is gone. */
void shepherd_finish(struct shepherd *s)
{
	AUTO(json) json_t *results = NULL;
	enum status status = S_CONFLICT;
	struct ending e;

	shepherd_hear_guard(s);
	if (json_object_get(s->exit_said, "status") == NULL || folder_is_left(&s->folder))
		shepherd_sweep(s, session_of(s), 0);
	shepherd_tell_inventory(s);
	store_all(s);
	shepherd_tell_hosts(s);
	e = judge(s);
	results = results_settled(s->results, ended_by_itself(s));
	tell_left_out(s, &e);
	for (int tries = 0; status == S_CONFLICT && !s->lost && tries < SHEPHERD_TRIES; tries++) {
		store_end(s, &e);
		status = shepherd_settle(s, &e, results);
		if (status == S_CONFLICT) {
			sleep(1);
			shepherd_ask_lines(s);
			shepherd_begin_output(s, s->stored);
		}
	}
	if (s->lost)
		log_line(LOG_LEVEL_WARNING, "run %s: it was not ours to the end", s->name);
}
