#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/program.h"
#include "runner/beater.h"
#include "runner/shepherd.h"

#define TROUBLE 1000                     /* milliseconds until the database is tried again */
#define TURN_BATCHES 4                   /* that are stored before we look around */
#define WAITING_MOST ((size_t)2 << 20)   /* bytes of lines that are held; the rest stays in the spool */
#define ONE_READ ((size_t)64 << 10)
#define BATCH_BYTES ((size_t)1 << 20)
#define BATCH_LINES 20000

/* ---- what has come ---- */

/* From the beginning of the spool, but for the lines that are stored already. */
void shepherd_begin_output(struct shepherd *s, int lines)
{
	output_free(&s->output);
	s->output = output_new(json_string_value(json_object_get(s->about, "day")), atoll(s->name), s->launch.masks,
	                       (int)s->settings->run_max_lines);
	output_stored(s->output, lines);
	s->stored = lines;
	s->rewound = true;
	lseek(s->spool, 0, SEEK_SET);
}

void shepherd_listen(struct shepherd *s, int lines)
{
	shepherd_begin_output(s, lines);
	s->results = results_new(s->launch.masks);
	s->exit_said = json_object();
}

bool shepherd_feed(struct shepherd *s)
{
	char bytes[ONE_READ];
	ssize_t n;

	while (output_waiting(s->output) < WAITING_MOST && (n = read(s->spool, bytes, sizeof bytes)) > 0)
		output_feed(s->output, bytes, (size_t)n);
	return output_waiting(s->output) < WAITING_MOST;
}

/* A line is a JSON object; one that was cut off by its end is none. */
void shepherd_hear_guard(struct shepherd *s)
{
	FILE *file = fdopen(dup(s->exit), "r");
	AUTO(text) char *line = NULL;
	size_t room = 0;

	if (file == NULL)
		return;
	rewind(file);
	while (getline(&line, &room, file) > 0) {
		AUTO(json) json_t *said = json_loads(line, 0, NULL);

		json_object_update(s->exit_said, said);
	}
	fclose(file);
}

/* ---- the database ---- */

bool shepherd_owns(struct shepherd *s, enum status status)
{
	if (status == S_ABSENT)
		s->lost = true;
	if (status == S_LATER || status == S_INTERNAL)
		s->try_at = program_clock_ms() + TROUBLE;
	return status == S_OK;
}

/* What came of it when nobody could say: the lines are there, all of a batch or none. A database that was killed may have lost some that it
 * had acknowledged (db_copy): these come from the spool once more. */
void shepherd_ask_lines(struct shepherd *s)
{
	AUTO(json) json_t *found = NULL;
	int lines;

	if (!shepherd_owns(s, record_resume(s->record, &found)))
		return;
	lines = (int)json_integer_value(json_object_get(found, "lines"));
	if (lines < s->stored)
		shepherd_begin_output(s, lines);
	output_stored(s->output, lines);
	s->stored = lines;
}

bool shepherd_store(struct shepherd *s)
{
	struct output_batch batch;
	bool cancel;
	enum status status;

	if (!output_batch(s->output, BATCH_BYTES, BATCH_LINES, &batch))
		return false;
	status = record_lines(s->record, batch.data, batch.size, batch.first, batch.last, &cancel);
	s->refused = status == S_INTERNAL ? s->refused + 1 : 0;
	if (shepherd_owns(s, status)) {
		output_stored(s->output, batch.last);
		s->stored = batch.last;
		s->canceled = s->canceled || cancel;
		s->stored_at = s->asked_at = s->beat_at = program_clock_ms();
	} else if (!s->lost && status != S_INTERNAL) {
		shepherd_ask_lines(s);
	}
	return status == S_OK;
}

void shepherd_tell_hosts(struct shepherd *s)
{
	json_t *names;
	enum status status;

	results_read(s->results, s->told);
	names = results_started(s->results);
	if (names == NULL)
		return;
	status = record_hosts(s->record, names);
	if (!shepherd_owns(s, status) && status == S_LATER)
		results_started_again(s->results, names);
	else
		json_decref(names);
}

/* The text of an inventory that is a file of the project, which only the guard has seen. */
void shepherd_tell_inventory(struct shepherd *s)
{
	const char *inventory;

	if (s->inventory_told)
		return;
	shepherd_hear_guard(s);
	inventory = json_string_value(json_object_get(s->exit_said, "inventory"));
	if (json_object_get(s->exit_said, "pid") != NULL)
		s->inventory_told = inventory == NULL || shepherd_owns(s, record_started(s->record, NULL, inventory));
}

static void look_around(struct shepherd *s, long long now)
{
	bool cancel = false;

	shepherd_tell_inventory(s);
	if (now >= s->asked_at + SHEPHERD_LOOK && shepherd_owns(s, record_asked(s->record, &cancel)))
		s->asked_at = now;
	if (now >= s->beat_at + BEAT_SECONDS * 1000 && shepherd_owns(s, record_beat(s->record)))
		s->beat_at = now;
	s->canceled = s->canceled || cancel;
}

void shepherd_talk(struct shepherd *s)
{
	long long now = program_clock_ms();

	if (now < s->try_at)
		return;
	s->try_at = 0;
	look_around(s, now);
	if (s->try_at != 0 || s->lost)
		return;
	if (output_waiting(s->output) > 0 && (now >= s->stored_at + SHEPHERD_GATHER || output_waiting(s->output) >= BATCH_BYTES / 2))
		for (int i = 0; i < TURN_BATCHES && shepherd_store(s); i++)
			shepherd_feed(s);
	if (s->try_at == 0 && !s->lost)
		shepherd_tell_hosts(s);
}
