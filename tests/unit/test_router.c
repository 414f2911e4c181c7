#include "worker/router.c"

#include "house.h"

/* A table of its own, so that the rules stay tested whatever the real one holds. */
#define ROW(family, method, path, flags) { family, method, path, { NULL, NULL, 0 }, NULL, flags }
enum { LIST, MAKE, LITERAL, GET_ONE, PUT_ONE, NO_DELETE, BELOW, REST, ROOT, USERS, WORDS, SET_WORDS, OTHER_ROOT, ALL };
const struct route routes[] = {
	[LIST] = ROW(HERMES, GET, "/fates", 0), [MAKE] = ROW(HERMES, POST, "/fates", 0),
	[LITERAL] = ROW(HERMES, GET, "/fates/7", 0), [GET_ONE] = ROW(HERMES, GET, "/fates/{id}", 0),
	[PUT_ONE] = ROW(HERMES, PUT, "/fates/{id}", 0), [NO_DELETE] = ROW(HERMES, DELETE, "/fates/{id}", R_UNSUPPORTED),
	[BELOW] = ROW(HERMES, POST, "/fates/{id}/mail", 0), [REST] = ROW(HERMES, GET, "/hosts/{hostname:rest}", 0),
	[ROOT] = ROW(HERMES, GET, "/", 0), [USERS] = ROW(POLEMARCH, GET, "/users/{id}", 0),
	[WORDS] = ROW(POLEMARCH, GET, "/{objects:word}/{id}/owner", 0),
	[SET_WORDS] = ROW(POLEMARCH, PUT, "/{objects:word}/{id}/owner", 0), [OTHER_ROOT] = ROW(POLEMARCH, GET, "/", 0),
	[ALL] = ROW(POLEMARCH, GET, "/all", 0), ROW(POLEMARCH, POST, "/all", 0), ROW(POLEMARCH, PUT, "/all", 0),
	ROW(POLEMARCH, PATCH, "/all", 0), ROW(POLEMARCH, DELETE, "/all", 0), ROW(POLEMARCH, GET, "/all", 0),
	ROW(POLEMARCH, POST, "/post", 0),
};
const size_t n_routes = COUNT(routes);

static void finds_in(enum family family, enum method method, const char *path, int row, const char *placeholders)
{
	const struct route *route = NULL;
	AUTO(json) json_t *values = NULL;
	AUTO(text) char *got = NULL;

	assert_int_equal(route_find(family, method, path, &route, &values), S_OK);
	assert_ptr_equal(route, &routes[row]);
	got = json_dumps(values, JSON_COMPACT);
	assert_string_equal(got, placeholders);
}

static void finds(enum method method, const char *path, int row, const char *placeholders)
{
	finds_in(HERMES, method, path, row, placeholders);
}

static void refuses_in(enum family family, enum method method, const char *path, enum status expected)
{
	const struct route *route = NULL;
	json_t *values = NULL;

	assert_int_equal(route_find(family, method, path, &route, &values), expected);
	assert_null(route);
	assert_null(values);
}

static void refuses(enum method method, const char *path, enum status expected)
{
	refuses_in(HERMES, method, path, expected);
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
	refuses(PATCH, "/fates/12", S_METHOD);
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
	assert_int_equal(method_of("PATCH"), PATCH);
	assert_int_equal(method_of("DELETE"), DELETE);
	assert_int_equal(method_of("get"), OTHER_METHOD);
	assert_int_equal(method_of("GETS"), OTHER_METHOD);
	assert_int_equal(method_of("HEAD"), OTHER_METHOD);
	assert_int_equal(method_of("OPTIONS"), OTHER_METHOD);
	assert_int_equal(method_of(""), OTHER_METHOD);
}

static void each_family_has_rows_of_its_own(void **state)
{
	(void)state;
	finds_in(POLEMARCH, GET, "/users/3", USERS, "{\"id\":\"3\"}");
	refuses(GET, "/users/3", S_ABSENT);
	refuses_in(POLEMARCH, GET, "/fates", S_ABSENT);
	finds(GET, "/", ROOT, "{}");
	finds_in(POLEMARCH, GET, "/", OTHER_ROOT, "{}");
}

static void a_path_may_have_two_placeholders(void **state)
{
	(void)state;
	finds_in(POLEMARCH, GET, "/projects/12/owner", WORDS, "{\"objects\":\"projects\",\"id\":\"12\"}");
	finds_in(POLEMARCH, PUT, "/a-b/0/owner/", SET_WORDS, "{\"objects\":\"a-b\",\"id\":\"0\"}");
	refuses_in(POLEMARCH, DELETE, "/projects/12/owner", S_METHOD);
}

static void a_word_takes_small_letters_and_dashes_only_and_at_least_one(void **state)
{
	static const char *const bad[] = { "/Projects/1/owner", "/p1/1/owner", "/p_q/1/owner", "/p%61/1/owner", "/p q/1/owner",
	                                   "//1/owner", "/\xc3\xbc/1/owner", "/projects//owner", "/projects/x/owner", "/projects/owner",
	                                   "/projects/1", "/projects/1/owner/x", "/1/1/owner", "/projects/1/owners" };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		refuses_in(POLEMARCH, GET, bad[i], S_ABSENT);
	finds_in(POLEMARCH, GET, "/-/1/owner", WORDS, "{\"objects\":\"-\",\"id\":\"1\"}");
}

/* ---- which methods a path has ---- */

static void has_methods(enum family family, const char *path, const char *expected)
{
	char methods[METHODS_SIZE];

	memset(methods, 'x', sizeof methods);
	route_methods(family, path, methods);
	assert_string_equal(methods, expected);
}

static void a_paths_methods_are_listed_in_the_order_of_the_rows(void **state)
{
	(void)state;
	has_methods(HERMES, "/fates", "GET, POST, HEAD, OPTIONS");
	has_methods(HERMES, "/fates/", "GET, POST, HEAD, OPTIONS");
	has_methods(POLEMARCH, "/projects/3/owner", "GET, PUT, HEAD, OPTIONS");
	has_methods(HERMES, "/hosts/a/b", "GET, HEAD, OPTIONS");
}

static void rows_that_are_not_supported_are_no_methods(void **state)
{
	(void)state;
	has_methods(HERMES, "/fates/3", "GET, PUT, HEAD, OPTIONS");
	has_methods(HERMES, "/fates/7", "GET, PUT, HEAD, OPTIONS");
}

static void there_is_no_head_without_get(void **state)
{
	(void)state;
	has_methods(POLEMARCH, "/post", "POST, OPTIONS");
	has_methods(HERMES, "/fates/3/mail", "POST, OPTIONS");
	has_methods(POLEMARCH, "/nothing", "OPTIONS");
	has_methods(POLEMARCH, "/fates", "OPTIONS");
}

static void all_methods_together_fit(void **state)
{
	(void)state;
	has_methods(POLEMARCH, "/all", "GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS");
	assert_true(sizeof "GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS" <= METHODS_SIZE);
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
		cmocka_unit_test(each_family_has_rows_of_its_own),
		cmocka_unit_test(a_path_may_have_two_placeholders),
		cmocka_unit_test(a_word_takes_small_letters_and_dashes_only_and_at_least_one),
		cmocka_unit_test(a_paths_methods_are_listed_in_the_order_of_the_rows),
		cmocka_unit_test(rows_that_are_not_supported_are_no_methods),
		cmocka_unit_test(there_is_no_head_without_get),
		cmocka_unit_test(all_methods_together_fit),
	};

	return cmocka_run_group_tests_name("router", tests, NULL, NULL);
}
