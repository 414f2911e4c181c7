#include "config.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/db.h"
#include "lib/log.h"
#include "runner/record.h"

#define STATEMENT_SECONDS 300        /* to settle many hosts takes a while */

struct record {
	struct db *db;
	enum record_kind kind;
	char id[24], token[40];
};

struct record *record_new(const struct settings *settings, enum record_kind kind, const char *name)
{
	struct record *r = calloc(1, sizeof *r);

	assert(r != NULL);
	r->kind = kind;
	if (sscanf(name, "%20[0-9]:%36[0-9a-f-]", r->id, r->token) != 2) {
		free(r);
		return NULL;
	}
	r->db = db_new(settings->runner_database, "moirai-run", STATEMENT_SECONDS);
	return r;
}

void record_free(struct record **record)
{
	if (*record != NULL)
		db_free(&(*record)->db);
	free(*record);
	*record = NULL;
}

/* ---- calls ---- */

/* A function of one value, which is null when the record is not ours. */
static enum status outcome(const struct db_statement *statement, enum status s, PGresult *result)
{
	if (s == S_OK)
		return PQgetisnull(result, 0, 0) ? S_ABSENT : S_OK;
	if (s == S_ABSENT || s == S_LATER || s == S_CONFLICT)
		return s;
	log_line(LOG_LEVEL_ERROR, "%s: %s", statement->name, db_message(result));
	return S_INTERNAL;
}

/* The first two values are the record's own. The caller owns *ret_result. */
static enum status call(struct record *r, const struct db_statement *statement, const char **values, PGresult **ret_result)
{
	enum status s;

	values[0] = r->id;
	values[1] = r->token;
	s = db_query(r->db, statement, values, ret_result);
	return outcome(statement, s, *ret_result);
}

static enum status call_for_json(struct record *r, const struct db_statement *statement, json_t **ret_json)
{
	const char *values[2];
	AUTO(pgresult) PGresult *result = NULL;
	enum status s = call(r, statement, values, &result);

	if (s != S_OK)
		return s;
	*ret_json = json_loads(PQgetvalue(result, 0, 0), 0, NULL);
	assert(*ret_json != NULL);
	return S_OK;
}

enum status record_begin(struct record *r, json_t **ret_about)
{
	static const struct db_statement run = { "begin", "select runner_api.run_begin($1, $2)", 2 };
	static const struct db_statement sync = { "sync_begin", "select runner_api.sync_begin($1, $2)", 2 };

	return call_for_json(r, r->kind == RECORD_RUN ? &run : &sync, ret_about);
}

enum status record_resume(struct record *r, json_t **ret_about)
{
	static const struct db_statement statement = { "resume", "select runner_api.run_resume($1, $2)", 2 };

	return call_for_json(r, &statement, ret_about);
}

enum status record_started(struct record *r, const char *args, const char *inventory)
{
	static const struct db_statement statement = { "started", "select runner_api.run_started($1, $2, $3, $4)", 4 };
	const char *values[] = { NULL, NULL, args, inventory };
	AUTO(pgresult) PGresult *result = NULL;

	return call(r, &statement, values, &result);
}

enum status record_beat(struct record *r)
{
	static const struct db_statement run = { "beat", "select runner_api.run_beat($1, $2)", 2 };
	static const struct db_statement sync = { "sync_beat", "select runner_api.sync_held($1, $2)", 2 };
	const char *values[2];
	AUTO(pgresult) PGresult *result = NULL;

	return call(r, r->kind == RECORD_RUN ? &run : &sync, values, &result);
}

enum status record_asked(struct record *r, bool *ret_cancel)
{
	static const struct db_statement statement = { "asked", "select runner_api.run_asked($1, $2)", 2 };
	const char *values[2];
	AUTO(pgresult) PGresult *result = NULL;
	enum status s = call(r, &statement, values, &result);

	*ret_cancel = s == S_OK && *PQgetvalue(result, 0, 0) == 't';
	return s;
}

enum status record_lines(struct record *r, const char *rows, size_t size, int first, int last, bool *ret_cancel)
{
	static const struct db_statement statement = { "lines", "select runner_api.lines_stored($1, $2, $3, $4)", 4 };
	char from[16], to[16];
	const char *values[] = { r->id, r->token, from, to };
	const struct db_copy copy = { "copy work.lines (day, run_id, n, line) from stdin", rows, size, &statement, values };
	AUTO(pgresult) PGresult *result = NULL;
	enum status s;

	snprintf(from, sizeof from, "%d", first);
	snprintf(to, sizeof to, "%d", last);
	s = db_copy(r->db, &copy, &result);
	s = outcome(&statement, s, result);
	*ret_cancel = s == S_OK && *PQgetvalue(result, 0, 0) == 't';
	return s;
}

enum status record_hosts(struct record *r, const json_t *names)
{
	static const struct db_statement statement = {
		"hosts", "select runner_api.hosts_started($1, $2, array(select jsonb_array_elements_text($3)))", 3
	};
	AUTO(text) char *text = json_dumps(names, JSON_COMPACT);
	const char *values[] = { NULL, NULL, text };
	AUTO(pgresult) PGresult *result = NULL;

	return call(r, &statement, values, &result);
}

enum status record_settle(struct record *r, const char *status, const char *detail, const json_t *results)
{
	static const struct db_statement statement = { "settle", "select runner_api.run_settle($1, $2, $3, $4, $5)", 5 };
	AUTO(text) char *text = json_dumps(results, JSON_COMPACT);
	const char *values[] = { NULL, NULL, status, detail, text };
	AUTO(pgresult) PGresult *result = NULL;

	return call(r, &statement, values, &result);
}

enum status record_synced(struct record *r, const char *revision, const json_t *playbooks, const char *detail)
{
	static const struct db_statement statement = {
		"synced", "select runner_api.sync_settle($1, $2, $3, array(select jsonb_array_elements_text($4)), $5)", 5
	};
	AUTO(text) char *text = playbooks != NULL ? json_dumps(playbooks, JSON_COMPACT) : NULL;
	const char *values[] = { NULL, NULL, revision, text, detail };
	AUTO(pgresult) PGresult *result = NULL;

	return call(r, &statement, values, &result);
}
