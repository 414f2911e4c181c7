#include "config.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "courier/outbox.h"
#include "lib/auto.h"
#include "lib/db.h"
#include "lib/log.h"

/* Sorting and the digest may be work for many hosts. */
#define STATEMENT_SECONDS 300

#define QUIET_SECONDS 60         /* the same trouble is not told again for so long */

struct outbox {
	struct db *db;
	char said[256];
	time_t said_at;
	char *told;            /* settings_told() as text */
};

struct outbox *outbox_new(const struct settings *settings)
{
	struct outbox *o = calloc(1, sizeof *o);
	AUTO(json) json_t *told = settings_told(settings);

	assert(o != NULL);
	o->db = db_new(settings->courier_database, "moirai-courier", STATEMENT_SECONDS);
	o->told = json_dumps(told, JSON_COMPACT);
	return o;
}

void outbox_free(struct outbox **outbox)
{
	if (*outbox != NULL) {
		db_free(&(*outbox)->db);
		free((*outbox)->told);
	}
	free(*outbox);
	*outbox = NULL;
}

/* A database that is away for an hour is away for each of thousands of calls. */
static void say(struct outbox *o, const char *name, const char *message)
{
	char text[sizeof o->said];
	time_t now = time(NULL);

	snprintf(text, sizeof text, "%s: %s", name, message);
	if (strcmp(text, o->said) == 0 && now - o->said_at < QUIET_SECONDS)
		return;
	log_line(LOG_LEVEL_ERROR, "%s", text);
	strcpy(o->said, text);
	o->said_at = now;
}

/* Calls a statement that gives one value. The caller owns *ret_result. */
static enum status call(struct outbox *o, const struct db_statement *statement, const char *const *values,
                        PGresult **ret_result)
{
	enum status s = db_query(o->db, statement, values, ret_result);

	if (s == S_OK)
		return S_OK;
	say(o, statement->name, db_message(*ret_result));
	PQclear(*ret_result);
	*ret_result = NULL;
	return s == S_LATER ? S_LATER : S_INTERNAL;
}

static enum status call_for_number(struct outbox *o, const struct db_statement *statement, const char *const *values,
                                   int *ret_n)
{
	AUTO(pgresult) PGresult *result = NULL;
	enum status s = call(o, statement, values, &result);

	if (s == S_OK)
		*ret_n = atoi(PQgetvalue(result, 0, 0));
	return s;
}

static enum status call_for_json(struct outbox *o, const struct db_statement *statement, const char *const *values,
                                 json_t **ret_json)
{
	AUTO(pgresult) PGresult *result = NULL;
	enum status s = call(o, statement, values, &result);

	if (s != S_OK)
		return s;
	*ret_json = json_loads(PQgetvalue(result, 0, 0), 0, NULL);
	assert(*ret_json != NULL);
	return S_OK;
}

enum status outbox_sort(struct outbox *o, int most, int *ret_n)
{
	static const struct db_statement statement = { "sort", "select courier_api.sort($1, $2)", 2 };
	char n[16];
	const char *values[] = { n, o->told };

	snprintf(n, sizeof n, "%d", most);
	return call_for_number(o, &statement, values, ret_n);
}

enum status outbox_sort_later(struct outbox *o)
{
	static const struct db_statement statement = { "sort_later", "select courier_api.sort_later()", 0 };
	AUTO(pgresult) PGresult *result = NULL;

	return call(o, &statement, NULL, &result);
}

enum status outbox_alive(struct outbox *o, const char *name)
{
	static const struct db_statement statement = { "alive", "select courier_api.alive($1, $2)", 2 };
	const char *values[] = { name, o->told };
	AUTO(pgresult) PGresult *result = NULL;

	return call(o, &statement, values, &result);
}

enum status outbox_claim(struct outbox *o, const struct channel *channel, bool slow, long lease, json_t **ret_letters)
{
	static const struct db_statement statement = {
		"claim", "select coalesce(courier_api.claim($1, $2, $3, $4, $5), '[]')", 5
	};
	char batch[24], seconds[24];
	const char *lane = !channel->two_lanes ? NULL : slow ? "true" : "false";
	const char *values[] = { channel->name, batch, seconds, o->told, lane };

	snprintf(batch, sizeof batch, "%zu", channel->batch);
	snprintf(seconds, sizeof seconds, "%ld", lease);
	return call_for_json(o, &statement, values, ret_letters);
}

static json_t *result_of(const struct delivery *d)
{
	static const char *const words[] = {
		[OUT_SENT] = "sent", [OUT_RETRY] = "retry", [OUT_STALLED] = "stalled", [OUT_PARK] = "park"
	};

	/* What a channel says in rubbish must not keep its letter from being settled. */
	json_t *error = json_string(d->error);

	if (error == NULL)
		error = json_string("?");
	return json_pack("{s:O, s:O, s:O, s:s, s:o, s:I, s:O*, s:O*}", "id", json_object_get(d->letter, "id"),
	                 "lease", json_object_get(d->letter, "lease"), "attempt", json_object_get(d->letter, "attempt"), "outcome", words[d->outcome], "error", error,
	                 "retryAfter", (json_int_t)d->retry_after, "left", d->left, "reply", d->reply);
}

enum status outbox_settle(struct outbox *o, const struct channel *channel, const struct delivery *deliveries, size_t n)
{
	static const struct db_statement statement = { "settle", "select courier_api.settle($1, $2, $3)", 3 };
	AUTO(json) json_t *results = json_array();
	AUTO(text) char *text = NULL;
	AUTO(pgresult) PGresult *result = NULL;
	const char *values[] = { channel->name, NULL, o->told };

	for (size_t i = 0; i < n; i++)
		json_array_append_new(results, result_of(&deliveries[i]));
	assert(json_array_size(results) == n);
	values[1] = text = json_dumps(results, JSON_COMPACT);
	return call(o, &statement, values, &result);
}

enum status outbox_digest_questions(struct outbox *o, json_t **ret_questions)
{
	static const struct db_statement statement = { "questions", "select courier_api.digest_questions($1)", 1 };
	const char *values[] = { o->told };

	return call_for_json(o, &statement, values, ret_questions);
}

enum status outbox_digest(struct outbox *o, const json_t *answers, const char *send_to, int *ret_n)
{
	static const struct db_statement statement = { "digest", "select courier_api.digest($1, $2, $3)", 3 };
	AUTO(text) char *text = json_dumps(answers, JSON_COMPACT);
	const char *values[] = { text, send_to, o->told };

	return call_for_number(o, &statement, values, ret_n);
}
