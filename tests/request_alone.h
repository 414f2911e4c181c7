/* request_alone.h - request.c with its routes, hooks and answers, over a database, people and a libfcgi that are the test's.
 *
 *	give("HTTP_COOKIE", "a=b");                    a parameter of the next request
 *	serve(POLEMARCH, "PUT", "/users/3/", "{}");    `sent` has the answer (fastcgi.h)
 *
 * `database` says what a function answers and keeps what it was told, `people` says who asks.
 */
#ifndef TESTS_REQUEST_ALONE_H
#define TESTS_REQUEST_ALONE_H

#include "config.h"

#include <stddef.h>

#include <sodium.h>

/* What was wiped so that no compiler leaves it out. */
static struct { const void *memory; size_t size; } wiped[8];
static size_t n_wiped;

static inline void wipe_noted(void *memory, size_t size)
{
	wiped[n_wiped % 8].memory = memory;
	wiped[n_wiped++ % 8].size = size;
	sodium_memzero(memory, size);
}

#define sodium_memzero wipe_noted
#include "worker/request.c"
#undef sodium_memzero

#include "fastcgi.h"
#include "rows.h"
#include "unit/house.h"
#include "log_kept.h"

#define SECRET "0123456789abcdef0123456789abcdef01234567"

static struct {
	enum status status;                                /* how the call goes */
	const char *code, *location, *body;                /* where it goes well */
	const char *sqlstate, *message, *detail;           /* else */
	const struct piece { const char *location, *body; } *pieces;       /* of each call, where they differ; no body: it fails */
	int called, unsigned_until;                        /* so many calls first end in WE401 */
	char function[64];                                 /* the last that was called */
	json_t *told;                                      /* and what with */
	char text[4096];                                   /* the same as it was written */
} database;

static struct {
	enum status status, sign_in;
	struct actor actor, anew, by_body;                 /* who is found; once forgotten; and named by a body */
	int identified, forgotten, compared, hashed, retry_after;
} people;

static struct settings settings;
static struct worker worker;

/* ---- the database ---- */

enum status db_query(struct db *db, const struct db_statement *statement, const char *const *values,
                     PGresult **ret_result)
{
	const struct piece *piece = database.pieces != NULL ? &database.pieces[database.called] : NULL;
	const char *const cells[] = { database.code, piece != NULL ? piece->location : database.location,
		                      piece != NULL ? piece->body : database.body };
	const char *const key[] = { "7", "CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" };
	enum status s;

	(void)db;
	if (statement->n_params == 0) {
		*ret_result = row_of(2, key);              /* to seal secrets to */
		return S_OK;
	}
	s = database.called++ < database.unsigned_until ? S_UNSIGNED :
	    piece != NULL && piece->body == NULL ? S_LATER : database.status;
	snprintf(database.function, sizeof database.function, "%s", statement->name);
	json_decref(database.told);
	database.told = json_loads(values[0], 0, NULL);
	snprintf(database.text, sizeof database.text, "%s", values[0]);
	if (s == S_OK)
		*ret_result = row_of(3, cells);
	else
		*ret_result = database.sqlstate != NULL ? PQmakeEmptyPGresult(NULL, PGRES_FATAL_ERROR) : NULL;
	return s;
}

char *PQresultErrorField(const PGresult *result, int field)
{
	if (result == NULL || PQresultStatus(result) != PGRES_FATAL_ERROR || field != PG_DIAG_SQLSTATE)
		return NULL;
	return rows_text(database.sqlstate);
}

const char *db_message(const PGresult *result)
{
	return result != NULL ? database.message : "nothing";
}

const char *db_detail(const PGresult *result)
{
	return result != NULL ? database.detail : NULL;
}

void db_rest(struct db *db)
{
	(void)db;
}

/* What the function was told under that name, as JSON; "": nothing. */
static inline const char *told(const char *name)
{
	static char text[1024];
	json_t *value = json_object_get(database.told, name);
	char *dumped = value != NULL ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

	snprintf(text, sizeof text, "%s", dumped != NULL ? dumped : "");
	free(dumped);
	return text;
}

/* ---- people ---- */

enum status actor_identify(struct request *r)
{
	r->actor = people.status != S_OK ? (struct actor){ 0 } : people.forgotten == 0 ? people.actor : people.anew;
	people.identified++;
	strcpy(r->session, SECRET);
	r->retry_after = people.retry_after;
	return people.status;
}

void actor_forget(struct request *r)
{
	assert_int_not_equal(r->actor.id, 0);
	people.forgotten++;
}

const char *actor_via(const struct request *r)
{
	return r->actor.via == VIA_NOTHING ? NULL : r->actor.via == VIA_SESSION ? "session" : "another";
}

enum status sign_in_by_body(struct request *r)
{
	people.compared++;
	r->actor = people.by_body;
	r->retry_after = people.retry_after;
	json_object_set_new(r->body, "password", json_string("compared"));
	return people.sign_in;
}

enum status sign_in_new_password(struct request *r)
{
	people.hashed++;
	json_object_set_new(r->body, "password", json_string("hashed"));
	return people.sign_in;
}

/* ---- a request ---- */

static char parameters[24][512], *envp[25];
static size_t n_parameters;

static inline void give(const char *name, const char *value)
{
	assert_true(n_parameters < COUNT(parameters));
	snprintf(parameters[n_parameters], sizeof parameters[0], "%s=%s", name, value);
	envp[n_parameters] = parameters[n_parameters];
	envp[++n_parameters] = NULL;
}

/* `path`: below the family's mount, with query. A body is JSON unless a CONTENT_TYPE was given. */
static inline void serve(enum family family, const char *method, const char *path, const char *body)
{
	const char *mount = family == POLEMARCH ? "/polemarch/api/v1" : "/api/v1", *query = strchr(path, '?');
	char uri[400], size[20];

	snprintf(uri, sizeof uri, "%s%s", mount, path);
	snprintf(size, sizeof size, "%zu", strlen(body));
	give("CONTENT_TYPE", "application/json");
	give("CONTENT_LENGTH", size);
	give("REQUEST_METHOD", method);
	give("REQUEST_URI", uri);
	give("QUERY_STRING", query != NULL ? query + 1 : "");
	give("MOIRAI_FAMILY", family == POLEMARCH ? "polemarch" : "hermes");
	give("MOIRAI_MOUNT", mount);
	give("HTTP_HOST", "moirai");
	body_sent = body;
	fastcgi_begin(envp);
	request_serve(&worker, &fcgi);
	n_parameters = 0;
}

static inline int begin(void **state)
{
	static char none[] = "";

	(void)state;
	memset(&database, 0, sizeof database);
	database.code = "200";
	database.body = "{\"a\":1}";
	database.message = "the database's words";
	memset(&people, 0, sizeof people);
	people.actor = people.anew = (struct actor){ .id = 7, .stamp = 3, .via = VIA_PASSWORD };
	settings = (struct settings){ .api_xsrf_enabled = true, .num_processes = 4, .live_socket = none, .sentry_dsn = none,
	                              .metrics_token = none, .query_server = none };
	worker = (struct worker){ .settings = &settings, .told = json_object(), .metrics = metrics_new() };
	n_parameters = 0;
	*logged = '\0';
	return 0;
}

static inline int end(void **state)
{
	(void)state;
	json_decref(worker.told);
	json_decref(database.told);
	return 0;
}

static inline void is_answered(const char *status, const char *body)
{
	const char *got = strstr(sent, "\r\n\r\n");

	assert_memory_equal(sent, "Status: ", 8);
	assert_memory_equal(sent + 8, status, strlen(status));
	assert_int_equal(sent[8 + strlen(status)], '\r');
	assert_non_null(got);
	assert_string_equal(got + 4, body);
}

#define DETAIL(text) "{\"detail\":\"" text "\"}"
#define ERROR(code, text) "{\"status\":\"error\",\"error\":{\"code\":" #code ",\"message\":\"" text "\"}}"

#define IN_A_WORKER(test) cmocka_unit_test_setup_teardown(test, begin, end)

#endif
