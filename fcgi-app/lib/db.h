/* db.h - one connection to PostgreSQL, by prepared calls.
 *
 *	struct db *db = db_new(url, "moirai-fcgi", seconds);
 *	s = db_query(db, &statement, values, &result);
 *	db_free(&db);
 *
 * A statement is prepared when a connection first meets it. A connection that has died is noticed before it is used
 * and replaced, also by another host of the URL that takes writes; while there is none, calls end in S_LATER.
 * A call whose connection dies under it ends in S_LATER, for nobody can know whether it was committed.
 * Serialization failures and deadlocks are tried again a few times, then S_LATER too.
 */
#ifndef LIB_DB_H
#define LIB_DB_H

#include <libpq-fe.h>

#include "lib/status.h"

#define DB_MAX_PARAMS 5

struct db;

/* A statement, made once for the life of the program: its name is its identity. Text parameters. */
struct db_statement {
	const char *name;
	const char *text;
	int n_params;
};

/* Connects at the first use. `timeout` is the longest a statement may run, in seconds. The strings are borrowed. */
struct db *db_new(const char *url, const char *program, long timeout);
void db_free(struct db **db);

/* Closes the connection until it is needed again: libpq's buffers never shrink, and the backend's memory hardly. For
 * after a large answer, so that an idle program is small. */
void db_rest(struct db *db);

/* Runs the statement in a transaction of its own. The caller owns *ret_result, which is filled with rows on S_OK, on
 * other states with the error or NULL; db_message() reads it. */
enum status db_query(struct db *db, const struct db_statement *statement, const char *const *values,
                     PGresult **ret_result) CHECKED;

/* Rows for COPY, in its text format, and a call by which they count: both together or not at all. */
struct db_copy {
	const char *into;                        /* copy ... from stdin */
	const char *rows;
	size_t size;
	const struct db_statement *after;
	const char *const *values;
};

/* Stores the rows, in a transaction of its own; what it acknowledges may be lost if the database's machine dies in the next moments.
 * As db_query(), but tried once only; *ret_result is the call's. */
enum status db_copy(struct db *db, const struct db_copy *copy, PGresult **ret_result) CHECKED;

/* The database's words about what went wrong, without a location; never NULL. Borrowed. */
const char *db_message(const PGresult *result);

/* What an error of ours (class WE) says beside its message; NULL: nothing. Borrowed. */
const char *db_detail(const PGresult *result);

#endif
