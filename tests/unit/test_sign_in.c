/* A name and a password, and the guard; what bodies bring: test_sign_in_body.c. */
#include "../sign_in_alone.h"

/* ---- a name and a password ---- */

static void the_right_password_signs_in(void **state)
{
	(void)state;
	people.row[4] = DJANGO;
	assert_int_equal(sign_in("clio", "secret"), S_OK);
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
	assert_int_equal(sign_in("clio", "Secret"), S_OK);
	is_nobody();
	assert_int_equal(people.wrong, 1);
	assert_string_equal(people.told[0], "clio");
	assert_string_equal(people.told[1], "10.0.0.1");
}

static void who_does_not_exist_is_compared_all_the_same(void **state)
{
	(void)state;
	memcpy(people.row, ((const char *[]){ NULL, NULL, NULL, "0", DJANGO }), sizeof people.row);
	assert_int_equal(sign_in("erato", "secret"), S_OK);
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
	assert_int_equal(sign_in("clio", "wrong"), S_OK);
	is_nobody();
	assert_int_equal(request.actor.token, 0);
}

static void the_log_names_the_address_and_neither_name_nor_password(void **state)
{
	(void)state;
	assert_int_equal(sign_in("clio", "almost secret"), S_OK);
	assert_string_equal(logged, "wrong password from 10.0.0.1");
}

static void who_must_wait_is_not_compared(void **state)
{
	(void)state;
	memcpy(people.row, ((const char *[]){ NULL, NULL, NULL, "42", NULL }), sizeof people.row);
	assert_int_equal(sign_in("clio", "secret"), S_THROTTLED);
	is_nobody();
	assert_int_equal(request.retry_after, 42);
	assert_int_equal(hashes.compared + people.wrong, 0);
}

static void a_password_of_more_than_a_kibibyte_is_wrong_and_costs_nothing(void **state)
{
	char password[MOST_BYTES + 2] = "";

	(void)state;
	memset(password, 'x', MOST_BYTES);
	assert_int_equal(sign_in("clio", password), S_OK);
	assert_int_equal(hashes.compared, 1);
	password[MOST_BYTES] = 'x';
	assert_int_equal(sign_in("clio", password), S_OK);
	is_nobody();
	assert_int_equal(hashes.compared, 1);
	assert_int_equal(people.wrong, 2);
}

static void a_database_that_is_away_is_later(void **state)
{
	(void)state;
	people.status = S_LATER;
	assert_int_equal(sign_in("clio", "secret"), S_LATER);
	is_nobody();
	assert_int_equal(hashes.compared, 0);
	assert_string_equal(request.why, "");
}

static void a_wrong_password_that_cannot_be_noted_is_wrong_still(void **state)
{
	(void)state;
	people.later = S_LATER;
	assert_int_equal(sign_in("clio", "wrong"), S_OK);
	is_nobody();
	assert_string_equal(logged, "was_wrong: the database's words");
}

/* ---- hashes that Django made ---- */

static void an_imported_hash_becomes_one_of_ours(void **state)
{
	(void)state;
	people.row[2] = people.row[4] = DJANGO;
	assert_int_equal(sign_in("clio", "secret"), S_OK);
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
	assert_int_equal(sign_in("clio", "wrong"), S_OK);
	assert_int_equal(people.rehashed + hashes.hashed, 0);
	assert_int_equal(people.wrong, 1);
}

static void who_cannot_be_hashed_anew_is_signed_in_all_the_same(void **state)
{
	(void)state;
	people.row[2] = people.row[4] = DJANGO;
	hashes.fails = true;
	assert_int_equal(sign_in("clio", "secret"), S_OK);
	assert_int_equal(request.actor.id, 7);
	assert_int_equal(people.rehashed, 0);
	hashes.fails = false;
	people.later = S_LATER;
	assert_int_equal(sign_in("clio", "secret"), S_OK);
	assert_int_equal(request.actor.id, 7);
	assert_string_equal(logged, "rehash: the database's words");
}

/* ---- the guard ---- */

/* Three quarters may wait with a password in hand, and never the last two. */
static void a_quarter_of_the_workers_is_always_free(void **state)
{
	(void)state;
	settings.num_processes = 8;
	for (size_t slot = 1; slot < 6; slot++)
		assert_true(gate_enter(worker.guard->waiting, slot, 8));
	assert_int_equal(sign_in("clio", "secret"), S_OK);
	assert_int_equal(request.actor.id, 7);
	assert_true(gate_enter(worker.guard->waiting, 6, 8));
	assert_int_equal(sign_in("clio", "secret"), S_LATER);
}

static void two_workers_are_always_free(void **state)
{
	(void)state;
	assert_true(gate_enter(worker.guard->waiting, 1, 4));
	assert_int_equal(sign_in("clio", "secret"), S_OK);
	assert_true(gate_enter(worker.guard->waiting, 2, 4));
	assert_int_equal(sign_in("clio", "secret"), S_LATER);
}

static void after_a_wrong_password_half_of_them_may_for_ten_seconds(void **state)
{
	(void)state;
	settings.num_processes = 6;
	assert_true(gate_enter(worker.guard->waiting, 1, 8) && gate_enter(worker.guard->waiting, 2, 8));
	assert_int_equal(sign_in("clio", "wrong"), S_OK);
	assert_int_equal(sign_in("clio", "secret"), S_OK);
	assert_true(gate_enter(worker.guard->waiting, 3, 8));
	assert_int_equal(sign_in("clio", "secret"), S_LATER);
	assert_string_equal(request.why, "Too many passwords are being checked just now: try again.");
	assert_int_equal(people.asked, 2);
	assert_int_equal(slept_ms, 0);
	seconds += WARY_SECONDS;
	assert_int_equal(sign_in("clio", "secret"), S_OK);
}

static void who_comes_while_another_hashes_waits_for_it(void **state)
{
	(void)state;
	assert_true(gate_enter(worker.guard->hashing, 5, 1));
	awake_after = 30;
	assert_int_equal(sign_in("clio", "secret"), S_OK);
	assert_int_equal(request.actor.id, 7);
	assert_int_equal(slept_ms, 30);
}

static void who_has_waited_two_seconds_is_told_to_come_later(void **state)
{
	(void)state;
	assert_true(gate_enter(worker.guard->hashing, 5, 1));
	assert_int_equal(sign_in("clio", "secret"), S_LATER);
	assert_string_equal(request.why, "Too many passwords are being checked just now: try again.");
	assert_int_equal(slept_ms, MOST_WAIT_MS);
	assert_int_equal(people.asked + hashes.compared, 0);
	assert_false(worker.guard->waiting->inside[0]);
}

static void half_of_the_processors_hash_at_a_time(void **state)
{
	(void)state;
	processors = 4;
	assert_true(gate_enter(worker.guard->hashing, 5, 8));
	assert_int_equal(sign_in("clio", "secret"), S_OK);
	assert_int_equal(slept_ms, 0);
	assert_true(gate_enter(worker.guard->hashing, 6, 8));
	assert_int_equal(sign_in("clio", "secret"), S_LATER);
}

static void one_worker_on_one_processor_compares(void **state)
{
	(void)state;
	settings.num_processes = 1;
	processors = 1;
	assert_int_equal(sign_in("clio", "secret"), S_OK);
	assert_int_equal(request.actor.id, 7);
}

static void who_died_with_a_password_is_cleared_from_both_gates(void **state)
{
	(void)state;
	assert_true(gate_enter(worker.guard->waiting, 5, 8) && gate_enter(worker.guard->hashing, 5, 8));
	guard_clear(worker.guard, 5);
	assert_false(worker.guard->waiting->inside[5] || worker.guard->hashing->inside[5]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		OVER_PEOPLE(the_right_password_signs_in),
		OVER_PEOPLE(a_wrong_password_is_nobody_and_noted),
		OVER_PEOPLE(who_does_not_exist_is_compared_all_the_same),
		OVER_PEOPLE(who_was_signed_in_before_is_nobody_after_a_wrong_password),
		OVER_PEOPLE(the_log_names_the_address_and_neither_name_nor_password),
		OVER_PEOPLE(who_must_wait_is_not_compared),
		OVER_PEOPLE(a_password_of_more_than_a_kibibyte_is_wrong_and_costs_nothing),
		OVER_PEOPLE(a_database_that_is_away_is_later),
		OVER_PEOPLE(a_wrong_password_that_cannot_be_noted_is_wrong_still),
		OVER_PEOPLE(an_imported_hash_becomes_one_of_ours),
		OVER_PEOPLE(a_wrong_password_leaves_an_imported_hash_alone),
		OVER_PEOPLE(who_cannot_be_hashed_anew_is_signed_in_all_the_same),
		OVER_PEOPLE(a_quarter_of_the_workers_is_always_free),
		OVER_PEOPLE(two_workers_are_always_free),
		OVER_PEOPLE(after_a_wrong_password_half_of_them_may_for_ten_seconds),
		OVER_PEOPLE(who_comes_while_another_hashes_waits_for_it),
		OVER_PEOPLE(who_has_waited_two_seconds_is_told_to_come_later),
		OVER_PEOPLE(half_of_the_processors_hash_at_a_time),
		OVER_PEOPLE(one_worker_on_one_processor_compares),
		OVER_PEOPLE(who_died_with_a_password_is_cleared_from_both_gates),
	};

	return cmocka_run_group_tests_name("sign_in", tests, NULL, NULL);
}
