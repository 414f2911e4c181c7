/* db.c over a libpq that does what a test says: each call of the script's is answered by its next line. */
#include "lib/db.c"

#include <sys/socket.h>

#include "house.h"

struct pg_conn {
	int line[2];               /* ours and the server's end of it */
	bool bad;
};

struct pg_result {
	const char *sqlstate;      /* NULL: it went well */
	bool lost;                 /* the line broke: no SQLSTATE either */
};

static struct {
	int connects, prepares, executes, finishes, cleared;
	bool away;                             /* nobody answers a connect */
	bool deaf;                             /* a line that was read from is found broken */
	PGconn *line;
	const char *executed[16], *prepared[16];      /* SQLSTATE of the nth such call; "" it went well; NULL lost */
	char options[64];
} pq;

PGconn *PQconnectdbParams(const char *const *keys, const char *const *values, int expand)
{
	PGconn *conn = calloc(1, sizeof *conn);

	assert_non_null(conn);
	assert_int_equal(expand, 1);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, conn->line), 0);
	for (size_t i = 0; keys[i] != NULL; i++)
		if (strcmp(keys[i], "options") == 0)
			snprintf(pq.options, sizeof pq.options, "%s", values[i]);
	pq.connects++;
	conn->bad = pq.away;
	pq.line = conn;
	return conn;
}

void PQfinish(PGconn *conn)
{
	if (conn == NULL)
		return;
	pq.finishes++;
	close(conn->line[0]);
	close(conn->line[1]);
	free(conn);
}

ConnStatusType PQstatus(const PGconn *conn)
{
	return conn == NULL || conn->bad ? CONNECTION_BAD : CONNECTION_OK;
}

int PQsocket(const PGconn *conn)
{
	return conn->line[0];
}

int PQconsumeInput(PGconn *conn)
{
	char byte;

	conn->bad = pq.deaf || recv(conn->line[0], &byte, 1, MSG_DONTWAIT) == 0;
	return !conn->bad;
}

static PGresult *result_of(const char *sqlstate)
{
	PGresult *result = calloc(1, sizeof *result);

	assert_non_null(result);
	result->sqlstate = sqlstate;
	result->lost = sqlstate == NULL;
	pq.cleared--;
	return result;
}

PGresult *PQprepare(PGconn *conn, const char *name, const char *text, int n_params, const Oid *types)
{
	(void)name, (void)text, (void)n_params, (void)types;
	assert_ptr_equal(conn, pq.line);
	return result_of(pq.prepared[pq.prepares++]);
}

PGresult *PQexecPrepared(PGconn *conn, const char *name, int n_params, const char *const *values, const int *lengths,
                         const int *formats, int format)
{
	(void)name, (void)n_params, (void)values, (void)lengths, (void)formats, (void)format;
	assert_ptr_equal(conn, pq.line);
	return result_of(pq.executed[pq.executes++]);
}

ExecStatusType PQresultStatus(const PGresult *result)
{
	return result != NULL && !result->lost && *result->sqlstate == '\0' ? PGRES_TUPLES_OK : PGRES_FATAL_ERROR;
}

char *PQresultErrorField(const PGresult *result, int field)
{
	if (result == NULL || result->lost || *result->sqlstate == '\0')
		return NULL;
	return (char *)(uintptr_t)(field == PG_DIAG_SQLSTATE ? result->sqlstate :
	                           field == PG_DIAG_MESSAGE_DETAIL ? "detail" : "words");
}

void PQclear(PGresult *result)
{
	pq.cleared += result != NULL;
	free(result);
}

static const struct db_statement one = { "one", "select 1", 0 }, two = { "two", "select 2", 0 };
static const struct db_statement one_again = { "one", "select 1", 0 };
static struct db *db;

static int begin(void **state)
{
	(void)state;
	memset(&pq, 0, sizeof pq);
	for (size_t i = 0; i < COUNT(pq.executed); i++)
		pq.executed[i] = pq.prepared[i] = "";
	db = db_new("postgresql:///nowhere", "test", 42);
	return 0;
}

/* Whatever happened, all was given back. */
static int end(void **state)
{
	(void)state;
	db_free(&db);
	assert_null(db);
	assert_int_equal(pq.finishes, pq.connects);
	assert_int_equal(pq.cleared, 0);
	return 0;
}

static enum status query(const struct db_statement *statement)
{
	AUTO(pgresult) PGresult *result = NULL;

	return db_query(db, statement, NULL, &result);
}

static void nothing_connects_before_the_first_use(void **state)
{
	(void)state;
	assert_int_equal(pq.connects, 0);
	assert_int_equal(query(&one), S_OK);
	assert_int_equal(query(&one), S_OK);
	assert_int_equal(pq.connects, 1);
	assert_string_equal(pq.options, "-c statement_timeout=42s");
}

static void a_statement_is_prepared_once_a_connection(void **state)
{
	(void)state;
	assert_int_equal(query(&one), S_OK);
	assert_int_equal(query(&two), S_OK);
	assert_int_equal(query(&one), S_OK);
	assert_int_equal(query(&two), S_OK);
	assert_int_equal(pq.prepares, 2);
	assert_int_equal(pq.executes, 4);
}

static void two_rows_with_one_function_share_its_statement(void **state)
{
	(void)state;
	assert_int_equal(query(&one), S_OK);
	assert_int_equal(query(&one_again), S_OK);
	assert_int_equal(pq.prepares, 1);
}

static void a_database_that_is_away_is_later_and_found_when_it_is_back(void **state)
{
	PGresult *result;

	(void)state;
	pq.away = true;
	assert_int_equal(db_query(db, &one, NULL, &result), S_LATER);
	assert_null(result);
	assert_string_equal(db_message(result), "The database does not answer.");
	assert_int_equal(pq.connects, 1);
	pq.away = false;
	assert_int_equal(query(&one), S_OK);
	assert_int_equal(pq.connects, 2);
}

static void a_line_that_died_while_idle_is_replaced_unseen(void **state)
{
	(void)state;
	assert_int_equal(query(&one), S_OK);
	shutdown(pq.line->line[1], SHUT_RDWR);
	assert_int_equal(query(&one), S_OK);
	assert_int_equal(pq.connects, 2);
	assert_int_equal(pq.prepares, 2);
}

static void a_notice_on_an_idle_line_does_no_harm(void **state)
{
	(void)state;
	assert_int_equal(query(&one), S_OK);
	assert_int_equal(write(pq.line->line[1], "N", 1), 1);
	assert_int_equal(query(&one), S_OK);
	assert_int_equal(pq.connects, 1);
	assert_int_equal(write(pq.line->line[1], "E", 1), 1);
	pq.deaf = true;
	assert_int_equal(query(&one), S_OK);
	assert_int_equal(pq.connects, 2);
}

static void a_line_that_dies_under_a_call_is_later_and_not_tried_again(void **state)
{
	(void)state;
	pq.executed[0] = NULL;
	assert_int_equal(query(&one), S_LATER);
	assert_int_equal(pq.executes, 1);
	assert_int_equal(query(&one), S_OK);
	assert_int_equal(pq.connects, 2);
}

static void a_deadlock_is_tried_again(void **state)
{
	(void)state;
	pq.executed[0] = "40P01";
	pq.executed[1] = "40001";
	assert_int_equal(query(&one), S_OK);
	assert_int_equal(pq.executes, 3);
	assert_int_equal(pq.prepares, 1);
	assert_int_equal(pq.connects, 1);
}

static void what_never_goes_through_is_later_after_six_tries(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(pq.executed); i++)
		pq.executed[i] = "40001";
	assert_int_equal(query(&one), S_LATER);
	assert_int_equal(pq.executes, 6);
}

static void a_stale_plan_gets_one_new_connection(void **state)
{
	static const char *const states[] = { "0A000", "42883", "26000" };

	(void)state;
	for (size_t i = 0; i < COUNT(states); i++) {
		pq.executed[pq.executes] = states[i];
		assert_int_equal(query(&one), S_OK);
		assert_int_equal(pq.connects, 2 + (int)i);
		assert_int_equal(pq.executes, 2 * ((int)i + 1));
	}
}

static void a_function_that_is_not_there_is_internal_after_all(void **state)
{
	(void)state;
	pq.prepared[0] = pq.prepared[1] = pq.prepared[2] = "42883";
	assert_int_equal(query(&one), S_INTERNAL);
	assert_int_equal(pq.prepares, 2);
	assert_int_equal(pq.executes, 0);
}

static void a_refusal_keeps_the_connection_and_the_words(void **state)
{
	AUTO(pgresult) PGresult *result = NULL;

	(void)state;
	pq.executed[0] = "WE404";
	assert_int_equal(db_query(db, &one, NULL, &result), S_ABSENT);
	assert_string_equal(db_message(result), "words");
	assert_int_equal(query(&one), S_OK);
	assert_int_equal(pq.connects, 1);
	assert_int_equal(pq.prepares, 1);
}

static void a_rest_closes_the_connection_until_it_is_needed_again(void **state)
{
	(void)state;
	assert_int_equal(query(&one), S_OK);
	db_rest(db);
	assert_int_equal(pq.finishes, 1);
	db_rest(db);
	assert_int_equal(query(&one), S_OK);
	assert_int_equal(pq.connects, 2);
	assert_int_equal(pq.prepares, 2);
}

static void only_an_error_of_ours_has_a_detail(void **state)
{
	AUTO(pgresult) PGresult *ours = NULL, *theirs = NULL, *good = NULL;

	(void)state;
	pq.executed[0] = "WE400";
	pq.executed[1] = "23505";
	assert_int_equal(db_query(db, &one, NULL, &ours), S_INVALID);
	assert_string_equal(db_detail(ours), "detail");
	assert_int_equal(db_query(db, &one, NULL, &theirs), S_CONFLICT);
	assert_null(db_detail(theirs));
	assert_int_equal(db_query(db, &one, NULL, &good), S_OK);
	assert_null(db_detail(good));
	assert_null(db_detail(NULL));
}

static void a_standby_is_left_for_the_new_primary(void **state)
{
	(void)state;
	pq.executed[0] = "25006";
	assert_int_equal(query(&one), S_LATER);
	assert_int_equal(query(&one), S_OK);
	assert_int_equal(pq.connects, 2);
}

#define OVER_LIBPQ(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OVER_LIBPQ(nothing_connects_before_the_first_use),
		OVER_LIBPQ(a_statement_is_prepared_once_a_connection),
		OVER_LIBPQ(two_rows_with_one_function_share_its_statement),
		OVER_LIBPQ(a_database_that_is_away_is_later_and_found_when_it_is_back),
		OVER_LIBPQ(a_line_that_died_while_idle_is_replaced_unseen),
		OVER_LIBPQ(a_notice_on_an_idle_line_does_no_harm),
		OVER_LIBPQ(a_line_that_dies_under_a_call_is_later_and_not_tried_again),
		OVER_LIBPQ(a_deadlock_is_tried_again),
		OVER_LIBPQ(what_never_goes_through_is_later_after_six_tries),
		OVER_LIBPQ(a_stale_plan_gets_one_new_connection),
		OVER_LIBPQ(a_function_that_is_not_there_is_internal_after_all),
		OVER_LIBPQ(a_refusal_keeps_the_connection_and_the_words),
		OVER_LIBPQ(a_rest_closes_the_connection_until_it_is_needed_again),
		OVER_LIBPQ(only_an_error_of_ours_has_a_detail),
		OVER_LIBPQ(a_standby_is_left_for_the_new_primary),
	};

	return cmocka_run_group_tests_name("db", tests, NULL, NULL);
}
