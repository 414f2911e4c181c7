/* sign_in.c and its gates over a database, hashes, a clock and a number of processors that are the test's. */
#include "config.h"

#include <time.h>
#include <unistd.h>

static int nanosleep_of_the_test(const struct timespec *wanted, struct timespec *left);
static long sysconf_of_the_test(int name);
#define nanosleep nanosleep_of_the_test
#define sysconf sysconf_of_the_test
#include "worker/gate.c"
#include "worker/sign_in.c"
#undef nanosleep
#undef sysconf

#include "../params.h"
#include "../rows.h"
#include "house.h"

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

static long processors;
static int slept_ms, awake_after;
static char logged[512];
static struct settings settings;
static struct worker worker;
static struct request request;

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

void log_line(enum log_level level, const char *format, ...)
{
	va_list args;

	assert_int_equal(level, LOG_LEVEL_WARNING);
	va_start(args, format);
	vsnprintf(logged, sizeof logged, format, args);
	va_end(args);
}

void fatal(const char *format, ...)
{
	(void)format;
	exit(111);
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
static void note_guard(void)
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

enum status request_refuse(struct request *r, enum status s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->why, sizeof r->why, format, args);
	va_end(args);
	return s;
}

static int begin(void **state)
{
	(void)state;
	memset(&people, 0, sizeof people);
	memset(&hashes, 0, sizeof hashes);
	memcpy(people.row, ((const char *[]){ "7", "3", "$argon2id$", "0", NULL }), sizeof people.row);
	processors = 2;
	slept_ms = awake_after = 0;
	*logged = '\0';
	settings = (struct settings){ .num_processes = 4 };
	worker = (struct worker){ .settings = &settings, .guard = guard_new(8), .slot = 0 };
	request = (struct request){ .worker = &worker };
	params_clear();
	params_set("REMOTE_ADDR", "10.0.0.1");
	return 0;
}

/* Whatever happened, nobody was let in at the same time, and this worker has left. */
static int end(void **state)
{
	(void)state;
	json_decref(request.body);
	assert_false(hashes.busy);
	assert_false(worker.guard->waiting->inside[0] || worker.guard->hashing->inside[0]);
	return 0;
}

static void is_nobody(void)
{
	assert_int_equal(request.actor.id, 0);
	assert_int_equal(request.actor.via, VIA_NOTHING);
}

/* ---- a name and a password ---- */

static void the_right_password_signs_in(void **state)
{
	(void)state;
	people.row[4] = DJANGO;
	assert_int_equal(sign_in_by_password(&request, "clio", "secret"), S_OK);
	assert_int_equal(request.actor.id, 7);
	assert_int_equal(request.actor.stamp, 3);
	assert_int_equal(request.actor.via, VIA_PASSWORD);
	assert_int_equal(request.actor.token, 0);
	assert_false(request.actor.read_only);
	assert_string_equal(people.told[0], "clio");
	assert_string_equal(people.told[1], "10.0.0.1");
	assert_string_equal(hashes.with, "$argon2id$");
	assert_string_equal(hashes.other, DJANGO);
	assert_int_equal(people.wrong + people.rehashed, 0);
}

static void a_wrong_password_is_nobody_and_noted(void **state)
{
	(void)state;
	assert_int_equal(sign_in_by_password(&request, "clio", "Secret"), S_OK);
	is_nobody();
	assert_int_equal(people.wrong, 1);
	assert_string_equal(people.told[0], "clio");
	assert_string_equal(people.told[1], "10.0.0.1");
}

static void who_does_not_exist_is_compared_all_the_same(void **state)
{
	(void)state;
	memcpy(people.row, ((const char *[]){ NULL, NULL, NULL, "0", DJANGO }), sizeof people.row);
	assert_int_equal(sign_in_by_password(&request, "erato", "secret"), S_OK);
	is_nobody();
	assert_int_equal(hashes.compared, 1);
	assert_string_equal(hashes.with, "nobody's");
	assert_string_equal(hashes.other, DJANGO);
	assert_int_equal(people.wrong, 1);
}

static void who_was_signed_in_before_is_nobody_after_a_wrong_password(void **state)
{
	(void)state;
	request.actor = (struct actor){ .id = 8, .via = VIA_SESSION, .token = 9 };
	assert_int_equal(sign_in_by_password(&request, "clio", "wrong"), S_OK);
	is_nobody();
	assert_int_equal(request.actor.token, 0);
}

static void the_log_names_the_address_and_neither_name_nor_password(void **state)
{
	(void)state;
	assert_int_equal(sign_in_by_password(&request, "clio", "almost secret"), S_OK);
	assert_string_equal(logged, "wrong password from 10.0.0.1");
}

static void who_must_wait_is_not_compared(void **state)
{
	(void)state;
	memcpy(people.row, ((const char *[]){ NULL, NULL, NULL, "42", NULL }), sizeof people.row);
	assert_int_equal(sign_in_by_password(&request, "clio", "secret"), S_THROTTLED);
	is_nobody();
	assert_int_equal(request.retry_after, 42);
	assert_int_equal(hashes.compared + people.wrong, 0);
}

static void a_password_of_more_than_a_kibibyte_is_wrong_and_costs_nothing(void **state)
{
	char password[MOST_BYTES + 2] = "";

	(void)state;
	memset(password, 'x', MOST_BYTES);
	assert_int_equal(sign_in_by_password(&request, "clio", password), S_OK);
	assert_int_equal(hashes.compared, 1);
	password[MOST_BYTES] = 'x';
	assert_int_equal(sign_in_by_password(&request, "clio", password), S_OK);
	is_nobody();
	assert_int_equal(hashes.compared, 1);
	assert_int_equal(people.wrong, 2);
}

static void a_database_that_is_away_is_later(void **state)
{
	(void)state;
	people.status = S_LATER;
	assert_int_equal(sign_in_by_password(&request, "clio", "secret"), S_LATER);
	is_nobody();
	assert_int_equal(hashes.compared, 0);
	assert_string_equal(request.why, "");
}

static void a_wrong_password_that_cannot_be_noted_is_wrong_still(void **state)
{
	(void)state;
	people.later = S_LATER;
	assert_int_equal(sign_in_by_password(&request, "clio", "wrong"), S_OK);
	is_nobody();
	assert_string_equal(logged, "was_wrong: the database's words");
}

/* ---- hashes that Django made ---- */

static void an_imported_hash_becomes_one_of_ours(void **state)
{
	(void)state;
	people.row[2] = people.row[4] = DJANGO;
	assert_int_equal(sign_in_by_password(&request, "clio", "secret"), S_OK);
	assert_int_equal(request.actor.id, 7);
	assert_int_equal(people.rehashed, 1);
	assert_string_equal(people.told[0], "7");
	assert_string_equal(people.told[1], DJANGO);
	assert_string_equal(people.told[2], "hash of secret");
}

static void a_wrong_password_leaves_an_imported_hash_alone(void **state)
{
	(void)state;
	people.row[2] = people.row[4] = DJANGO;
	assert_int_equal(sign_in_by_password(&request, "clio", "wrong"), S_OK);
	assert_int_equal(people.rehashed + hashes.hashed, 0);
	assert_int_equal(people.wrong, 1);
}

static void who_cannot_be_hashed_anew_is_signed_in_all_the_same(void **state)
{
	(void)state;
	people.row[2] = people.row[4] = DJANGO;
	hashes.fails = true;
	assert_int_equal(sign_in_by_password(&request, "clio", "secret"), S_OK);
	assert_int_equal(request.actor.id, 7);
	assert_int_equal(people.rehashed, 0);
	hashes.fails = false;
	people.later = S_LATER;
	assert_int_equal(sign_in_by_password(&request, "clio", "secret"), S_OK);
	assert_int_equal(request.actor.id, 7);
	assert_string_equal(logged, "rehash: the database's words");
}

#define OVER_PEOPLE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	};

	return cmocka_run_group_tests_name("sign_in", tests, NULL, NULL);
}
