#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/db.h"
#include "lib/log.h"
#include "lib/program.h"
#include "runner/queue.h"

#define STATEMENT_SECONDS 120
#define STALL 5000                   /* milliseconds that a call may take */

struct queue {
	struct db *db;
	char *told;                  /* settings_told() as text */
	char name[256];              /* of this machine */
	bool away;
	long long since;             /* when it was last away, or we began */
	long long drift;             /* between the clock on the wall and the one that only goes on */
};

void queue_renew(struct queue *q, const struct settings *settings)
{
	AUTO(json) json_t *told = settings_told(settings);

	db_free(&q->db);
	free(q->told);
	q->db = db_new(settings->runner_database, "moirai-runner", STATEMENT_SECONDS);
	q->told = json_dumps(told, JSON_COMPACT);
}

struct queue *queue_new(const struct settings *settings)
{
	struct queue *q = calloc(1, sizeof *q);

	assert(q != NULL);
	queue_renew(q, settings);
	q->since = program_clock_ms();
	gethostname(q->name, sizeof q->name - 1);
	return q;
}

void queue_free(struct queue **queue)
{
	if (*queue != NULL) {
		db_free(&(*queue)->db);
		free((*queue)->told);
	}
	free(*queue);
	*queue = NULL;
}

/* Who was suspended, or set the clock, finds all leases over. */
static void watch_clock(struct queue *q)
{
	struct timespec t;
	long long drift;

	clock_gettime(CLOCK_REALTIME, &t);
	drift = t.tv_sec * 1000LL + t.tv_nsec / 1000000 - program_clock_ms();
	if (llabs(drift - q->drift) > STALL)
		q->since = program_clock_ms();
	q->drift = drift;
}

long long queue_connected(const struct queue *q)
{
	return q->away ? 0 : program_clock_ms() - q->since;
}

/* A database that is away is told of once. */
static void tell(struct queue *q, enum status s, const char *name, const char *message)
{
	if (s == S_LATER && !q->away)
		log_line(LOG_LEVEL_ERROR, "%s: %s", name, message);
	else if (s == S_OK && q->away)
		log_line(LOG_LEVEL_INFO, "the database is back");
	else if (s != S_OK && s != S_LATER)
		log_line(LOG_LEVEL_ERROR, "%s: %s", name, message);
	if (s == S_LATER || q->away)
		q->since = program_clock_ms();
	q->away = s == S_LATER;
}

/* The caller owns *ret_result, if S_OK. */
static enum status call(struct queue *q, const struct db_statement *statement, const char *const *values, PGresult **ret_result)
{
	long long begun = program_clock_ms();
	enum status s = db_query(q->db, statement, values, ret_result);

	/* A database that has stalled could be heard by nobody else either. */
	if (program_clock_ms() - begun > STALL)
		q->since = program_clock_ms();
	watch_clock(q);
	tell(q, s, statement->name, s == S_OK ? "" : db_message(*ret_result));
	if (s == S_OK)
		return S_OK;
	PQclear(*ret_result);
	*ret_result = NULL;
	return s == S_LATER ? S_LATER : S_INTERNAL;
}

static enum status call_for_nothing(struct queue *q, const struct db_statement *statement, const char *const *values)
{
	AUTO(pgresult) PGresult *result = NULL;

	return call(q, statement, values, &result);
}

static enum status call_for_json(struct queue *q, const struct db_statement *statement, const char *const *values, json_t **ret_json)
{
	AUTO(pgresult) PGresult *result = NULL;
	enum status s = call(q, statement, values, &result);

	if (s != S_OK)
		return s;
	*ret_json = json_loads(PQgetvalue(result, 0, 0), 0, NULL);
	assert(*ret_json != NULL);
	return S_OK;
}

enum status queue_claim(struct queue *q, json_t **ret_jobs)
{
	static const struct db_statement statement = { "claim", "select runner_api.claim($1, $2)", 2 };
	const char *values[] = { q->name, q->told };

	return call_for_json(q, &statement, values, ret_jobs);
}

enum status queue_tick(struct queue *q)
{
	static const struct db_statement statement = { "tick", "select runner_api.tick($1)", 1 };
	const char *values[] = { q->told };

	return call_for_nothing(q, &statement, values);
}

enum status queue_reap(struct queue *q)
{
	static const struct db_statement statement = { "reap", "select runner_api.reap()", 0 };

	return call_for_nothing(q, &statement, NULL);
}

enum status queue_alive(struct queue *q, const char *ansible)
{
	static const struct db_statement statement = { "alive", "select runner_api.alive($1, $2, $3)", 3 };
	const char *values[] = { q->name, PACKAGE_VERSION, ansible };

	return call_for_nothing(q, &statement, values);
}

enum status queue_tidy(struct queue *q)
{
	static const struct db_statement statement = { "tidy", "select runner_api.tidy($1)", 1 };
	const char *values[] = { q->told };

	return call_for_nothing(q, &statement, values);
}

enum status queue_projects_gone(struct queue *q, const json_t *ids, json_t **ret_gone)
{
	static const struct db_statement statement = {
		"projects_gone", "select coalesce(json_agg(id), '[]') from runner_api.projects_gone("
		"array(select jsonb_array_elements_text($1)::bigint)) id", 1
	};
	AUTO(text) char *text = json_dumps(ids, JSON_COMPACT);
	const char *values[] = { text };

	return call_for_json(q, &statement, values, ret_gone);
}

enum status queue_reference_known(struct queue *q, const char *version, bool *ret_known)
{
	static const struct db_statement statement = { "reference_seen", "select runner_api.reference_seen($1)", 1 };
	const char *values[] = { version };
	AUTO(pgresult) PGresult *result = NULL;
	enum status s = call(q, &statement, values, &result);

	*ret_known = s == S_OK && *PQgetvalue(result, 0, 0) == 't';
	return s;
}

enum status queue_reference(struct queue *q, const char *version, const json_t *options, const json_t *modules)
{
	static const struct db_statement statement = { "reference_put", "select runner_api.reference_put($1, $2, $3)", 3 };
	AUTO(text) char *option_text = json_dumps(options, JSON_COMPACT);
	AUTO(text) char *module_text = json_dumps(modules, JSON_COMPACT);
	const char *values[] = { version, option_text, module_text };

	return call_for_nothing(q, &statement, values);
}
