/* Passwords in bodies: who signs in by one, and new ones. */
#include "../sign_in_alone.h"

static enum status with_body(enum status (*read)(struct request *), const char *body)
{
	json_decref(request.body);
	request.body = json_loads(body, JSON_DECODE_ANY, NULL);
	assert_non_null(request.body);
	return read(&request);
}

static void body_is_now(const char *expected)
{
	AUTO(text) char *text = json_dumps(request.body, JSON_COMPACT | JSON_ENCODE_ANY);

	assert_string_equal(text, expected);
}

static void who_the_body_names_is_signed_in_and_the_password_goes_no_further(void **state)
{
	(void)state;
	assert_int_equal(with_body(sign_in_by_body, "{\"username\":\"clio\",\"password\":\"secret\"}"), S_OK);
	assert_int_equal(request.actor.id, 7);
	assert_string_equal(people.told[0], "clio");
	body_is_now("{\"username\":\"clio\",\"password\":{\"given\":true}}");
}

static void a_wrong_password_in_a_body_is_nobody_and_goes_no_further(void **state)
{
	(void)state;
	assert_int_equal(with_body(sign_in_by_body, "{\"username\":\"clio\",\"password\":\"Secret\"}"), S_OK);
	is_nobody();
	assert_int_equal(people.wrong, 1);
	body_is_now("{\"username\":\"clio\",\"password\":{\"given\":true}}");
}

static void name_and_password_may_be_numbers(void **state)
{
	(void)state;
	assert_int_equal(with_body(sign_in_by_body, "{\"username\":12,\"password\":345}"), S_OK);
	assert_string_equal(people.told[0], "12");
	assert_int_equal(hashes.compared, 1);
	body_is_now("{\"username\":12,\"password\":{\"given\":true}}");
}

static void without_name_or_password_nothing_is_compared(void **state)
{
	(void)state;
	assert_int_equal(with_body(sign_in_by_body, "{}"), S_OK);
	assert_int_equal(with_body(sign_in_by_body, "{\"username\":\"clio\"}"), S_OK);
	assert_int_equal(with_body(sign_in_by_body, "[\"password\"]"), S_OK);
	assert_int_equal(with_body(sign_in_by_body, "{\"username\":[\"clio\"],\"password\":\"secret\"}"), S_OK);
	body_is_now("{\"username\":[\"clio\"],\"password\":{\"given\":true}}");
	assert_int_equal(with_body(sign_in_by_body, "{\"username\":\"clio\",\"password\":\"\"}"), S_OK);
	body_is_now("{\"username\":\"clio\",\"password\":{\"length\":0}}");
	is_nobody();
	assert_int_equal(people.asked + hashes.compared, 0);
}

static void a_busy_guard_lets_no_body_in(void **state)
{
	(void)state;
	assert_true(gate_enter(worker.guard->hashing, 5, 1));
	assert_int_equal(with_body(sign_in_by_body, "{\"username\":\"clio\",\"password\":\"secret\"}"), S_LATER);
	body_is_now("{\"username\":\"clio\",\"password\":{\"given\":true}}");
	assert_int_equal(with_body(sign_in_new_password, "{\"password\":\"secret\"}"), S_LATER);
	assert_string_equal(request.why, "Too many passwords are being checked just now: try again.");
}

/* ---- a new password ---- */

static void a_new_password_becomes_its_hash(void **state)
{
	(void)state;
	assert_int_equal(with_body(sign_in_new_password, "{\"a\":1,\"password\":\"fresh\"}"), S_OK);
	body_is_now("{\"a\":1,\"password\":{\"hash\":\"hash of fresh\"}}");
	assert_int_equal(with_body(sign_in_new_password, "{\"password\":123}"), S_OK);
	body_is_now("{\"password\":{\"hash\":\"hash of 123\"}}");
	assert_int_equal(hashes.hashed, 2);
	assert_int_equal(people.asked, 0);
}

static void a_body_without_one_stays(void **state)
{
	static const char *const bodies[] = { "{}", "{\"username\":\"clio\"}", "{\"password\":null}", "{\"password\":true}",
	                                      "{\"password\":\"[~~ENCRYPTED~~]\"}", "[\"password\"]", "\"password\"", "null" };

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		assert_int_equal(with_body(sign_in_new_password, bodies[i]), S_OK);
		body_is_now(bodies[i]);
	}
	assert_int_equal(hashes.hashed, 0);
}

static void only_the_worker_says_what_the_hash_is(void **state)
{
	static const char *const lies[] = { "{\"hash\":\"$argon2id$v=19$m=4194304,t=9999,p=1$x$y\"}", "{\"given\":true}",
	                                    "[\"hash\"]", "{\"length\":9}" };
	char text[200];

	(void)state;
	for (size_t i = 0; i < COUNT(lies); i++) {
		snprintf(text, sizeof text, "{\"password\":%s}", lies[i]);
		assert_int_equal(with_body(sign_in_new_password, text), S_OK);
		body_is_now("{\"password\":{}}");
		snprintf(text, sizeof text, "{\"username\":\"clio\",\"password\":%s}", lies[i]);
		assert_int_equal(with_body(sign_in_by_body, text), S_OK);
		body_is_now("{\"username\":\"clio\",\"password\":{}}");
	}
	assert_int_equal(hashes.hashed + hashes.compared, 0);
}

static void a_new_password_has_one_to_a_hundred_and_twenty_eight_characters(void **state)
{
	char text[MOST_CHARACTERS * 4 + 40] = "{\"password\":\"", *end = text + strlen(text);

	(void)state;
	for (int i = 0; i < MOST_CHARACTERS; i++)
		end = stpcpy(end, "\xf0\x9f\xa7\xb5");
	strcpy(end, "\"}");
	assert_int_equal(with_body(sign_in_new_password, text), S_OK);
	assert_int_equal(hashes.hashed, 1);
	strcpy(end, "x\"}");
	assert_int_equal(with_body(sign_in_new_password, text), S_OK);
	body_is_now("{\"password\":{\"length\":129}}");
	assert_int_equal(with_body(sign_in_new_password, "{\"password\":\"\"}"), S_OK);
	body_is_now("{\"password\":{\"length\":0}}");
	assert_int_equal(hashes.hashed, 1);
}

static void an_imported_hash_stays_where_raw_password_is_said(void **state)
{
	static const char raw[] = "{\"raw_password\":true,\"password\":\"" DJANGO "\"}";

	(void)state;
	assert_int_equal(with_body(sign_in_new_password, raw), S_OK);
	body_is_now(raw);
	assert_int_equal(with_body(sign_in_new_password, "{\"raw_password\":true,\"password\":\"plain\"}"), S_OK);
	body_is_now("{\"raw_password\":true,\"password\":{\"hash\":\"hash of plain\"}}");
	assert_int_equal(with_body(sign_in_new_password, "{\"password\":\"" DJANGO "\"}"), S_OK);
	body_is_now("{\"password\":{\"hash\":\"hash of " DJANGO "\"}}");
}

static void without_memory_a_new_password_is_later(void **state)
{
	(void)state;
	hashes.fails = true;
	assert_int_equal(with_body(sign_in_new_password, "{\"password\":\"fresh\"}"), S_LATER);
	assert_string_equal(request.why, "There is no memory to hash a password just now.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		OVER_PEOPLE(who_the_body_names_is_signed_in_and_the_password_goes_no_further),
		OVER_PEOPLE(a_wrong_password_in_a_body_is_nobody_and_goes_no_further),
		OVER_PEOPLE(name_and_password_may_be_numbers),
		OVER_PEOPLE(without_name_or_password_nothing_is_compared),
		OVER_PEOPLE(a_busy_guard_lets_no_body_in),
		OVER_PEOPLE(a_new_password_becomes_its_hash),
		OVER_PEOPLE(a_body_without_one_stays),
		OVER_PEOPLE(only_the_worker_says_what_the_hash_is),
		OVER_PEOPLE(a_new_password_has_one_to_a_hundred_and_twenty_eight_characters),
		OVER_PEOPLE(an_imported_hash_stays_where_raw_password_is_said),
		OVER_PEOPLE(without_memory_a_new_password_is_later),
	};

	return cmocka_run_group_tests_name("sign_in_body", tests, NULL, NULL);
}
