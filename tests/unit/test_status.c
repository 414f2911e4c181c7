#include "lib/status.c"

#include "house.h"

static void our_own_class_maps_by_its_number(void **state)
{
	static const int codes[] = { 400, 401, 403, 404, 405, 409, 413, 415, 424, 503 };
	char sqlstate[6];

	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++) {
		snprintf(sqlstate, sizeof sqlstate, "WE%d", codes[i]);
		assert_int_equal(status_http(status_of_sqlstate(sqlstate)), codes[i]);
	}
	assert_int_equal(status_of_sqlstate("WE999"), S_INTERNAL);
}

static void a_lost_connection_is_later(void **state)
{
	(void)state;
	assert_int_equal(status_of_sqlstate(NULL), S_LATER);
	assert_int_equal(status_of_sqlstate("08006"), S_LATER);
	assert_int_equal(status_of_sqlstate("57P01"), S_LATER);
}

static void the_longest_match_decides(void **state)
{
	(void)state;
	assert_int_equal(status_of_sqlstate("23505"), S_CONFLICT);
	assert_int_equal(status_of_sqlstate("23503"), S_CONFLICT);
	assert_int_equal(status_of_sqlstate("23514"), S_INVALID);
	assert_int_equal(status_of_sqlstate("25006"), S_LATER);
	assert_int_equal(status_of_sqlstate("25001"), S_INTERNAL);
}

static void no_row_is_shadowed_by_an_earlier_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sqlstates); i++)
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(strncmp(sqlstates[j].prefix, sqlstates[i].prefix, strlen(sqlstates[j].prefix)), 0);
	assert_string_equal(sqlstates[COUNT(sqlstates) - 1].prefix, "");
}

static void what_may_succeed_at_once_is_again(void **state)
{
	(void)state;
	assert_int_equal(status_of_sqlstate("40001"), S_AGAIN);
	assert_int_equal(status_of_sqlstate("40P01"), S_AGAIN);
	assert_int_equal(status_of_sqlstate("40003"), S_INTERNAL);
}

static void what_nobody_foresaw_is_internal(void **state)
{
	(void)state;
	assert_int_equal(status_of_sqlstate("42883"), S_INTERNAL);
	assert_int_equal(status_of_sqlstate("P0001"), S_INTERNAL);
	assert_int_equal(status_of_sqlstate("XX000"), S_INTERNAL);
	assert_int_equal(status_of_sqlstate(""), S_INTERNAL);
}

static void bad_data_is_the_senders_fault(void **state)
{
	(void)state;
	assert_int_equal(status_of_sqlstate("22P02"), S_INVALID);
	assert_int_equal(status_of_sqlstate("54000"), S_INVALID);
}

static void every_status_has_its_code(void **state)
{
	static const int codes[] = {
		[S_OK] = 200, [S_INVALID] = 400, [S_UNSIGNED] = 401, [S_FORBIDDEN] = 403, [S_ABSENT] = 404,
		[S_METHOD] = 405, [S_CONFLICT] = 409, [S_TOO_LARGE] = 413, [S_MEDIA] = 415, [S_TOO_EARLY] = 424,
		[S_THROTTLED] = 429, [S_AGAIN] = 503,
		[S_LATER] = 503, [S_GATEWAY] = 502, [S_SLOW_GATEWAY] = 504, [S_INTERNAL] = 500,
	};

	(void)state;
	assert_int_equal(COUNT(codes), S_INTERNAL + 1);
	for (size_t i = 0; i < COUNT(codes); i++)
		assert_int_equal(status_http((enum status)i), codes[i]);
}

static void every_code_has_its_reason(void **state)
{
	(void)state;
	assert_string_equal(status_reason(200), "OK");
	assert_string_equal(status_reason(201), "Created");
	assert_string_equal(status_reason(204), "No Content");
	assert_string_equal(status_reason(304), "Not Modified");
	assert_string_equal(status_reason(415), "Unsupported Media Type");
	assert_string_equal(status_reason(424), "Failed Dependency");
	assert_string_equal(status_reason(429), "Too Many Requests");
	for (enum status s = S_OK; s < S_INTERNAL; s++)
		assert_string_not_equal(status_reason(status_http(s)), "Internal Server Error");
	assert_string_equal(status_reason(500), "Internal Server Error");
	assert_string_equal(status_reason(299), "Internal Server Error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_own_class_maps_by_its_number),
		cmocka_unit_test(a_lost_connection_is_later),
		cmocka_unit_test(the_longest_match_decides),
		cmocka_unit_test(no_row_is_shadowed_by_an_earlier_one),
		cmocka_unit_test(what_may_succeed_at_once_is_again),
		cmocka_unit_test(what_nobody_foresaw_is_internal),
		cmocka_unit_test(bad_data_is_the_senders_fault),
		cmocka_unit_test(every_status_has_its_code),
		cmocka_unit_test(every_code_has_its_reason),
	};

	return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
