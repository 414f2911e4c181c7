#include "worker/router.c"

#include "house.h"

/* A table of its own, so that the rules stay tested whatever the real one holds. */
#define ROW(method, path) { HERMES, method, path, { NULL, NULL, 0 }, NULL, 0 }
enum { LIST, MAKE, LITERAL, GET_ONE, PUT_ONE, BELOW, REST, ROOT };
const struct route routes[] = {
	[LIST] = ROW(GET, "/fates"), [MAKE] = ROW(POST, "/fates"), [LITERAL] = ROW(GET, "/fates/7"),
	[GET_ONE] = ROW(GET, "/fates/{id}"), [PUT_ONE] = ROW(PUT, "/fates/{id}"), [BELOW] = ROW(POST, "/fates/{id}/mail"),
	[REST] = ROW(GET, "/hosts/{hostname:rest}"), [ROOT] = ROW(GET, "/"),
};
const size_t n_routes = COUNT(routes);

static void finds(enum method method, const char *path, int row, const char *placeholders)
{
	const struct route *route = NULL;
	AUTO(json) json_t *values = NULL;
	AUTO(text) char *got = NULL;

	assert_int_equal(route_find(HERMES, method, path, &route, &values), S_OK);
	assert_ptr_equal(route, &routes[row]);
	got = json_dumps(values, JSON_COMPACT);
	assert_string_equal(got, placeholders);
}

static void refuses(enum method method, const char *path, enum status expected)
{
	const struct route *route = NULL;
	json_t *values = NULL;

	assert_int_equal(route_find(HERMES, method, path, &route, &values), expected);
	assert_null(route);
	assert_null(values);
}

static void a_row_is_found_by_method_and_path(void **state)
{
	(void)state;
	finds(GET, "/fates", LIST, "{}");
	finds(POST, "/fates", MAKE, "{}");
	finds(GET, "/fates/12", GET_ONE, "{\"id\":\"12\"}");
	finds(PUT, "/fates/12", PUT_ONE, "{\"id\":\"12\"}");
}

static void the_first_row_that_fits_is_it(void **state)
{
	(void)state;
	finds(GET, "/fates/7", LITERAL, "{}");
	finds(GET, "/fates/77", GET_ONE, "{\"id\":\"77\"}");
	finds(PUT, "/fates/7", PUT_ONE, "{\"id\":\"7\"}");
}

static void a_longer_path_wins_over_a_placeholder(void **state)
{
	(void)state;
	finds(POST, "/fates/12/mail", BELOW, "{\"id\":\"12\"}");
	refuses(POST, "/fates/12/mai", S_ABSENT);
	refuses(POST, "/fates/12/mails", S_ABSENT);
	refuses(POST, "/fates/12/mall", S_ABSENT);
	refuses(POST, "/fates//mail", S_ABSENT);
}

static void an_id_takes_digits_only_and_at_least_one(void **state)
{
	static const char *const bad[] = { "/fates/x", "/fates/1x", "/fates/x1", "/fates/-1", "/fates/1.0", "/fates/%31",
	                                   "/fates/ 1", "/fates/1/", "/fates/" };

	(void)state;
	for (size_t i = 0; i < 7; i++)
		refuses(GET, bad[i], S_ABSENT);
	finds(GET, bad[7], GET_ONE, "{\"id\":\"1\"}");
	finds(GET, bad[8], LIST, "{}");
	finds(GET, "/fates/00000000000000000000000001", GET_ONE, "{\"id\":\"00000000000000000000000001\"}");
}

static void a_rest_takes_everything_to_the_end_decoded(void **state)
{
	(void)state;
	finds(GET, "/hosts/a.example.com", REST, "{\"hostname\":\"a.example.com\"}");
	finds(GET, "/hosts/a/b//c", REST, "{\"hostname\":\"a/b//c\"}");
	finds(GET, "/hosts/%C3%bc%2F+", REST, "{\"hostname\":\"\xc3\xbc/+\"}");
	refuses(GET, "/hosts", S_ABSENT);
	refuses(GET, "/hosts/", S_ABSENT);
}

static void one_trailing_slash_is_always_allowed(void **state)
{
	(void)state;
	finds(GET, "/fates/", LIST, "{}");
	finds(POST, "/fates/3/mail/", BELOW, "{\"id\":\"3\"}");
	finds(GET, "/hosts/a/", REST, "{\"hostname\":\"a\"}");
	finds(GET, "/hosts/a%2F", REST, "{\"hostname\":\"a/\"}");
	refuses(GET, "/fates//", S_ABSENT);
	refuses(GET, "/fates/1//", S_ABSENT);
}

static void the_root_is_a_slash_and_nothing_is_absent(void **state)
{
	(void)state;
	finds(GET, "/", ROOT, "{}");
	finds(GET, "//", ROOT, "{}");
	refuses(GET, "", S_ABSENT);
}

static void a_known_path_with_another_method_is_told_apart(void **state)
{
	(void)state;
	refuses(DELETE, "/fates", S_METHOD);
	refuses(POST, "/fates/12", S_METHOD);
	refuses(OTHER_METHOD, "/hosts/a", S_METHOD);
	refuses(DELETE, "/nothing", S_ABSENT);
}

static void letter_case_of_a_path_counts(void **state)
{
	(void)state;
	refuses(GET, "/Fates", S_ABSENT);
	refuses(GET, "/fate", S_ABSENT);
	refuses(GET, "/fatess", S_ABSENT);
	refuses(GET, "fates", S_ABSENT);
}

static void a_placeholder_holds_text(void **state)
{
	(void)state;
	refuses(GET, "/hosts/%00", S_INVALID);
	refuses(GET, "/hosts/%ff", S_INVALID);
	refuses(GET, "/hosts/a%c3", S_INVALID);
}

static void a_method_is_known_by_its_exact_name(void **state)
{
	(void)state;
	assert_int_equal(method_of("GET"), GET);
	assert_int_equal(method_of("POST"), POST);
	assert_int_equal(method_of("PUT"), PUT);
	assert_int_equal(method_of("DELETE"), DELETE);
	assert_int_equal(method_of("get"), OTHER_METHOD);
	assert_int_equal(method_of("GETS"), OTHER_METHOD);
	assert_int_equal(method_of("PATCH"), OTHER_METHOD);
	assert_int_equal(method_of(""), OTHER_METHOD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_is_found_by_method_and_path),
		cmocka_unit_test(the_first_row_that_fits_is_it),
		cmocka_unit_test(a_longer_path_wins_over_a_placeholder),
		cmocka_unit_test(an_id_takes_digits_only_and_at_least_one),
		cmocka_unit_test(a_rest_takes_everything_to_the_end_decoded),
		cmocka_unit_test(one_trailing_slash_is_always_allowed),
		cmocka_unit_test(the_root_is_a_slash_and_nothing_is_absent),
		cmocka_unit_test(a_known_path_with_another_method_is_told_apart),
		cmocka_unit_test(letter_case_of_a_path_counts),
		cmocka_unit_test(a_placeholder_holds_text),
		cmocka_unit_test(a_method_is_known_by_its_exact_name),
	};

	return cmocka_run_group_tests_name("router", tests, NULL, NULL);
}
