#include "config.h"

#include <assert.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/auto.h"
#include "lib/db.h"

#define MAX_STATEMENTS 512
#define TRIES 6
#define MOST_AT_ONCE ((size_t)1 << 20)       /* bytes of COPY */

struct db {
	const char *url, *program;
	long timeout;
	PGconn *conn;
	const struct db_statement *prepared[MAX_STATEMENTS];
	size_t n_prepared;
};

struct db *db_new(const char *url, const char *program, long timeout)
{
	struct db *db = calloc(1, sizeof *db);

	assert(db != NULL);
	db->url = url;
	db->program = program;
	db->timeout = timeout;
	return db;
}

static void disconnect(struct db *db)
{
	PQfinish(db->conn);
	db->conn = NULL;
	db->n_prepared = 0;
}

void db_free(struct db **db)
{
	if (*db != NULL)
		disconnect(*db);
	free(*db);
	*db = NULL;
}

void db_rest(struct db *db)
{
	disconnect(db);
}

/* Our wishes come before the URL, so that it may overrule them. */
static bool connect_again(struct db *db)
{
	char options[64];
	/* A machine that is gone without a word is noticed within seconds. */
	const char *const keys[] = { "application_name", "connect_timeout", "target_session_attrs", "tcp_user_timeout", "keepalives_idle",
	                             "keepalives_interval", "keepalives_count", "client_encoding", "options", "dbname", NULL };
	const char *const values[] = { db->program, "3", "read-write", "15000", "5", "5", "3", "UTF8", options, db->url, NULL };

	snprintf(options, sizeof options, "-c statement_timeout=%lds", db->timeout);
	disconnect(db);
	db->conn = PQconnectdbParams(keys, values, 1);
	if (PQstatus(db->conn) == CONNECTION_OK)
		return true;
	disconnect(db);
	return false;
}

/* A server that went away has sent its farewell or closed the line: both make the idle socket readable. */
static bool line_is_alive(struct db *db)
{
	struct pollfd p = { .fd = PQsocket(db->conn), .events = POLLIN | POLLRDHUP };

	if (PQstatus(db->conn) != CONNECTION_OK)
		return false;
	if (poll(&p, 1, 0) == 0)
		return true;
	return (p.revents & (POLLHUP | POLLRDHUP | POLLERR)) == 0 && PQconsumeInput(db->conn) &&
	       PQstatus(db->conn) == CONNECTION_OK;
}

static bool ready(struct db *db)
{
	return (db->conn != NULL && line_is_alive(db)) || connect_again(db);
}

static enum status outcome(const PGresult *result)
{
	ExecStatusType s = PQresultStatus(result);

	if (s == PGRES_TUPLES_OK || s == PGRES_COMMAND_OK)
		return S_OK;
	return status_of_sqlstate(PQresultErrorField(result, PG_DIAG_SQLSTATE));
}

static enum status prepare(struct db *db, const struct db_statement *statement, PGresult **ret_result)
{
	PGresult *result;
	enum status s;

	for (size_t i = 0; i < db->n_prepared; i++)
		if (strcmp(db->prepared[i]->name, statement->name) == 0)
			return S_OK;
	assert(db->n_prepared < MAX_STATEMENTS);
	result = PQprepare(db->conn, statement->name, statement->text, statement->n_params, NULL);
	s = outcome(result);
	if (s != S_OK) {
		*ret_result = result;
		return s;
	}
	PQclear(result);
	db->prepared[db->n_prepared++] = statement;
	return S_OK;
}

/* An upgrade that replaced a function while we were connected: a new connection sees the new one. */
static bool plan_is_stale(const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	return state != NULL && (strcmp(state, "0A000") == 0 || strcmp(state, "42883") == 0 ||
	                         strcmp(state, "26000") == 0);
}

static void pause_a_little(int try)
{
	long ms = 2L << try;
	struct timespec t = { .tv_nsec = (ms + random() % ms) * 1000000 };

	nanosleep(&t, NULL);
}

enum status db_query(struct db *db, const struct db_statement *statement, const char *const *values,
                     PGresult **ret_result)
{
	enum status s = S_LATER;

	assert(statement->n_params <= DB_MAX_PARAMS);
	*ret_result = NULL;
	for (int try = 0; try < TRIES; try++) {
		if (*ret_result != NULL)
			PQclear(*ret_result);
		*ret_result = NULL;
		if (!ready(db))
			return S_LATER;
		s = prepare(db, statement, ret_result);
		if (s == S_OK) {
			*ret_result = PQexecPrepared(db->conn, statement->name, statement->n_params, values, NULL, NULL, 0);
			s = outcome(*ret_result);
		}
		if (s == S_AGAIN)
			pause_a_little(try);
		else if (s != S_OK && try == 0 && plan_is_stale(*ret_result))
			disconnect(db);
		else
			break;
	}
	if (s == S_LATER)
		disconnect(db);
	return s == S_AGAIN ? S_LATER : s;
}

/* What the last of some commands says, once all have been heard. */
static PGresult *last_result(struct db *db)
{
	PGresult *last = NULL, *next;

	while ((next = PQgetResult(db->conn)) != NULL) {
		PQclear(last);
		last = next;
	}
	return last;
}

static enum status put_rows(struct db *db, const struct db_copy *c, PGresult **ret_result)
{
	enum status s = S_OK;

	PQclear(*ret_result);
	*ret_result = PQexec(db->conn, c->into);
	if (PQresultStatus(*ret_result) != PGRES_COPY_IN)
		return outcome(*ret_result);
	PQclear(*ret_result);
	*ret_result = NULL;
	for (size_t done = 0, n; done < c->size && s == S_OK; done += n) {
		n = c->size - done < MOST_AT_ONCE ? c->size - done : MOST_AT_ONCE;
		s = PQputCopyData(db->conn, c->rows + done, (int)n) == 1 ? S_OK : S_LATER;
	}
	if (s == S_OK && PQputCopyEnd(db->conn, NULL) == 1) {
		*ret_result = last_result(db);
		return outcome(*ret_result);
	}
	return S_LATER;
}

enum status db_copy(struct db *db, const struct db_copy *c, PGresult **ret_result)
{
	PGresult *ended;
	enum status s;

	*ret_result = NULL;
	if (!ready(db))
		return S_LATER;
	s = prepare(db, c->after, ret_result);
	if (s != S_OK)
		return s;
	*ret_result = PQexec(db->conn, "begin; set local synchronous_commit to off");
	s = outcome(*ret_result);
	if (s == S_OK)
		s = put_rows(db, c, ret_result);
	if (s == S_OK) {
		PQclear(*ret_result);
		*ret_result = PQexecPrepared(db->conn, c->after->name, c->after->n_params, c->values, NULL, NULL, 0);
		s = outcome(*ret_result);
	}
	ended = PQexec(db->conn, s == S_OK ? "commit" : "rollback");
	if (outcome(ended) != S_OK) {
		disconnect(db);
		s = S_LATER;
	} else if (s != S_OK && plan_is_stale(*ret_result)) {
		disconnect(db);
		s = S_LATER;
	}
	PQclear(ended);
	return s == S_AGAIN ? S_LATER : s;
}

const char *db_message(const PGresult *result)
{
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	return message != NULL ? message : "The database does not answer.";
}

const char *db_detail(const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	return state != NULL && strncmp(state, "WE", 2) == 0 ? PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL) : NULL;
}
