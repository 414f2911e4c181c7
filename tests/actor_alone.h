/* actor_alone.h - actor.c without database and argon2, for its unit test and its fuzz target.
 *
 * people.name, .password and .status say what the database answers; .asked and .compared count questions to it and
 * comparisons of passwords, .told and .tried are the last of each. A password "matches" when it is the same text.
 */
#ifndef TESTS_ACTOR_ALONE_H
#define TESTS_ACTOR_ALONE_H

#include "worker/actor.c"

#include "params.h"

static struct {
	enum status status;
	const char *name, *password;       /* the one user there is: id 7, stamp 3 */
	int asked, compared;
	char told[DB_MAX_PARAMS][2048];
	char tried[2048];
} people;

static char *cell(const char *text)
{
	return (char *)(uintptr_t)text;    /* libpq only copies it */
}

static PGresult *rows_of(bool found)
{
	static const char *const columns[] = { "id", "stamp", "password" };
	PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	PGresAttDesc described[3] = { { 0 } };
	const char *row[] = { "7", "3", people.password };

	for (int i = 0; i < 3; i++)
		described[i].name = cell(columns[i]);
	PQsetResultAttrs(result, 3, described);
	for (int i = 0; found && i < 3; i++)
		PQsetvalue(result, 0, i, cell(row[i]), (int)strlen(row[i]));
	return result;
}

enum status db_query(struct db *db, const struct db_statement *statement, const char *const *values,
                     PGresult **ret_result)
{
	(void)db;
	people.asked++;
	for (int i = 0; i < statement->n_params; i++)
		snprintf(people.told[i], sizeof people.told[i], "%s", values[i]);
	*ret_result = people.status == S_OK ? rows_of(strcmp(values[0], people.name) == 0) : NULL;
	return people.status;
}

bool password_matches(const char *password, const char *hash)
{
	people.compared++;
	snprintf(people.tried, sizeof people.tried, "%s", password);
	return hash != NULL && strcmp(password, hash) == 0;
}

#endif
