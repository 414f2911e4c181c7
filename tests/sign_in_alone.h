/* sign_in_alone.h - sign_in.c and its gates over a database, hashes, a clock and a number of processors that are the test's.
 *
 * `people` says what the database answers and counts its calls, `hashes` what comparing and hashing do. A password
 * matches any hash when it is "secret". Slot 5 is another worker's, whose hash is done after `awake_after` milliseconds.
 */
#ifndef TESTS_SIGN_IN_ALONE_H
#define TESTS_SIGN_IN_ALONE_H

#include "config.h"

#include <time.h>
#include <unistd.h>

static int clock_of_the_test(clockid_t clock, struct timespec *t);
static int nanosleep_of_the_test(const struct timespec *wanted, struct timespec *left);
static long sysconf_of_the_test(int name);
#define clock_gettime clock_of_the_test
#define nanosleep nanosleep_of_the_test
#define sysconf sysconf_of_the_test
#include "worker/gate.c"
#include "worker/sign_in.c"
#undef clock_gettime
#undef nanosleep
#undef sysconf

#include "params.h"
#include "rows.h"
#include "refused.h"
#include "unit/house.h"
#include "log_kept.h"

#define DJANGO "pbkdf2_sha256$1$salt$HASH"

static struct {
	enum status status;                /* of by_password */
	enum status later;                 /* of what is called afterwards */
	const char *row[5];                /* id, stamp, password, wait, imported */
	int asked, wrong, rehashed;
	char told[3][64];                  /* by the last call */
} people;

static struct {
	int compared, hashed;
	char with[512], other[512];
	bool fails;                        /* no memory */
	bool busy;                         /* somebody else was let in while one was compared or hashed */
} hashes;

static time_t seconds = 1000;
static long processors;
static int slept_ms, awake_after;
static struct settings settings;
static struct worker worker;
static struct request request;

static int clock_of_the_test(clockid_t clock, struct timespec *t)
{
	(void)clock;
	*t = (struct timespec){ .tv_sec = seconds };
	return 0;
}

static long sysconf_of_the_test(int name)
{
	assert_int_equal(name, _SC_NPROCESSORS_ONLN);
	return processors;
}

/* At last who was hashing is done. */
static int nanosleep_of_the_test(const struct timespec *wanted, struct timespec *left)
{
	assert_null(left);
	slept_ms += (int)(wanted->tv_nsec / 1000000);
	if (awake_after > 0 && slept_ms >= awake_after)
		gate_clear(worker.guard->hashing, 5);
	return 0;
}

enum status db_query(struct db *db, const struct db_statement *statement, const char *const *values,
                     PGresult **ret_result)
{
	enum status s = statement == &by_password ? people.status : people.later;

	(void)db;
	people.asked += statement == &by_password;
	people.wrong += statement == &was_wrong;
	people.rehashed += statement == &rehash;
	for (int i = 0; i < statement->n_params; i++)
		snprintf(people.told[i], sizeof people.told[i], "%s", values[i]);
	*ret_result = s == S_OK ? row_of(5, people.row) : NULL;
	return s;
}

const char *db_message(const PGresult *result)
{
	assert_null(result);
	return "the database's words";
}

/* Is the guard held, so that with two processors nobody else gets in? */
static inline void note_guard(void)
{
	assert_true(worker.guard->waiting->inside[worker.slot]);
	hashes.busy |= gate_enter(worker.guard->hashing, 7, 1);
}

bool password_matches(const char *password, const char *hash, const char *imported)
{
	note_guard();
	hashes.compared++;
	snprintf(hashes.with, sizeof hashes.with, "%s", hash != NULL ? hash : "nobody's");
	snprintf(hashes.other, sizeof hashes.other, "%s", imported != NULL ? imported : "none");
	return hash != NULL && strcmp(password, "secret") == 0;
}

bool password_hash(const char *password, char hash[PASSWORD_HASH_SIZE])
{
	note_guard();
	hashes.hashed++;
	snprintf(hash, PASSWORD_HASH_SIZE, "hash of %.60s", password);
	return !hashes.fails;
}

bool password_is_imported(const char *hash)
{
	return strncmp(hash, "pbkdf2", 6) == 0;
}

static inline int begin(void **state)
{
	(void)state;
	memset(&people, 0, sizeof people);
	memset(&hashes, 0, sizeof hashes);
	memcpy(people.row, ((const char *[]){ "7", "3", "$argon2id$", "0", NULL }), sizeof people.row);
	processors = 2;
	slept_ms = awake_after = 0;
	*logged = '\0';
	logged_only = LOG_LEVEL_WARNING;
	settings = (struct settings){ .num_processes = 4 };
	worker = (struct worker){ .settings = &settings, .guard = guard_new(8), .slot = 0 };
	request = (struct request){ .worker = &worker };
	params_clear();
	params_set("REMOTE_ADDR", "10.0.0.1");
	return 0;
}

/* Whatever happened, nobody was let in at the same time, and this worker has left. */
static inline int end(void **state)
{
	(void)state;
	json_decref(request.body);
	assert_false(hashes.busy);
	assert_false(worker.guard->waiting->inside[0] || worker.guard->hashing->inside[0]);
	guard_free(&worker.guard);
	return 0;
}

/* With its turn. */
static inline enum status sign_in(const char *name, const char *password)
{
	enum status s = sign_in_enter(&request);

	if (s == S_OK) {
		s = sign_in_compare(&request, name, password);
		sign_in_leave(&request);
	}
	return s;
}

static inline void is_nobody(void)
{
	assert_int_equal(request.actor.id, 0);
	assert_int_equal(request.actor.via, VIA_NOTHING);
}

#define OVER_PEOPLE(test) cmocka_unit_test_setup_teardown(test, begin, end)

#endif
