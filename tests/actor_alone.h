/* actor_alone.h - actor.c without database and passwords, for its unit test and its fuzz target.
 *
 * `people` says who there is, one user who has a password and holds one secret, and how the database answers. .asked counts
 * questions to it, .compared those that were for a password; .told, .unsaid (null) and .tried are the last of each. A
 * password "matches" when it is the same text.
 */
#ifndef TESTS_ACTOR_ALONE_H
#define TESTS_ACTOR_ALONE_H

#include "worker/actor_cache.c"
#include "worker/actor.c"

#include "params.h"
#include "rows.h"

static struct {
	enum status status;
	const char *name, *password;             /* the user's: id 7, stamp 3 */
	const char *secret, *is_cookie;          /* number 9; "true": of a session */
	const char *read_only, *seconds;
	int asked, compared;
	bool inside, busy;                       /* with a password in hand; nobody gets there */
	bool unsaid[DB_MAX_PARAMS];
	char told[DB_MAX_PARAMS][2048];
	char tried[2048];
} people;

/* Is it the hash of the secret, asked for as what it is? */
static bool is_held(const char *const *values)
{
	char hash[TOKEN_HASH_SIZE];

	if (people.secret == NULL)
		return false;
	token_hash(people.secret, hash);
	return strcmp(values[0], hash) == 0 && strcmp(values[1], people.is_cookie) == 0;
}

static void note_told(int n, const char *const *values)
{
	people.asked++;
	for (int i = 0; i < n; i++) {
		people.unsaid[i] = values[i] == NULL;
		snprintf(people.told[i], sizeof people.told[i], "%s", values[i] != NULL ? values[i] : "");
	}
}

enum status db_query(struct db *db, const struct db_statement *statement, const char *const *values,
                     PGresult **ret_result)
{
	const char *const cells[] = { "7", "3", "9", people.read_only, people.seconds };
	bool found = statement == &by_token ? is_held(values) : strcmp(values[0], people.name) == 0;

	(void)db;
	note_told(statement->n_params, values);
	*ret_result = people.status == S_OK ? row_of(statement == &by_token ? 5 : 2, found ? cells : NULL) : NULL;
	return people.status;
}

/* The turn comes at once, unless `busy`. */
enum status sign_in_enter(struct request *r)
{
	assert(!people.inside);
	if (people.busy)
		return S_LATER;
	people.inside = true;
	(void)r;
	return S_OK;
}

void sign_in_leave(struct request *r)
{
	(void)r;
	assert(people.inside);
	people.inside = false;
}

enum status sign_in_compare(struct request *r, const char *name, const char *password)
{
	assert(people.inside);
	note_told(1, &name);
	people.compared++;
	snprintf(people.tried, sizeof people.tried, "%s", password);
	r->actor = (struct actor){ 0 };
	if (people.status == S_OK && strcmp(name, people.name) == 0 && strcmp(password, people.password) == 0)
		r->actor = (struct actor){ .id = 7, .stamp = 3, .via = VIA_PASSWORD };
	return people.status;
}

#endif
