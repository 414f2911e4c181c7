/* What input.c reads of headers: cookies, types, hosts. */
#include "worker/input.c"

#include "house.h"

/* The cookie `name`; NULL: there is none. */
static const char *cookie(const char *header)
{
	static char value[9];

	return input_cookie(header, "name", value, sizeof value) ? value : NULL;
}

static void a_cookie_is_found_by_its_whole_name(void **state)
{
	(void)state;
	assert_string_equal(cookie("name=x"), "x");
	assert_string_equal(cookie("a=1; name=x; b=2"), "x");
	assert_string_equal(cookie("a=1;name=x;b=2"), "x");
	assert_string_equal(cookie("names=1; aname=2; na=3; name=x"), "x");
	assert_string_equal(cookie(" ;; \tname=x"), "x");
	assert_string_equal(cookie("name; name=x"), "x");
	assert_null(cookie(""));
	assert_null(cookie("name"));
	assert_null(cookie("Name=x"));
	assert_null(cookie("a=name=x"));
	assert_null(cookie("a= name=x"));
	assert_null(cookie("; ;"));
}

static void a_cookies_value_ends_at_the_next_sign(void **state)
{
	(void)state;
	assert_string_equal(cookie("name="), "");
	assert_string_equal(cookie("name=; name=x"), "");
	assert_string_equal(cookie("name=a=b"), "a=b");
	assert_string_equal(cookie("name=a b"), "a");
	assert_string_equal(cookie("name=a\t; b"), "a");
	assert_string_equal(cookie("name=1; name=2"), "1");
}

static void a_cookie_that_does_not_fit_is_none(void **state)
{
	(void)state;
	assert_string_equal(cookie("name=12345678"), "12345678");
	assert_null(cookie("name=123456789"));
	assert_null(cookie("name=123456789; name=1"));
}

static void a_type_may_have_parameters_and_any_case(void **state)
{
	(void)state;
	assert_true(input_type_is("application/json", "application/json"));
	assert_true(input_type_is(" Application/JSON; charset=UTF-8", "application/json"));
	assert_true(input_type_is("application/json ;x", "application/json"));
	assert_true(input_type_is("\tapplication/json\t", "application/json"));
	assert_true(input_type_is("application/x-www-form-urlencoded;charset=utf-8", "application/x-www-form-urlencoded"));
}

static void other_types_are_not_it(void **state)
{
	static const char *const others[] = { "", "application", "application/jso", "application/jsonx", "application/json+x",
	                                      "text/json", "application/x-www-form-urlencoded", "x application/json",
	                                      "application/json,text/plain", "application/json/x" };

	(void)state;
	for (size_t i = 0; i < COUNT(others); i++)
		assert_false(input_type_is(others[i], "application/json"));
}

static void a_host_is_a_name_or_address_with_or_without_port(void **state)
{
	static const char *const good[] = { "a", "moirai.example.com", "Moirai_1:8080", "10.0.0.1:80", "[::1]:443" };

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(input_host_is_good(good[i]));
}

static void nothing_else_may_stand_in_a_host(void **state)
{
	static const char *const bad[] = { "", "a/b", "a b", "a\"b", "a<b", "a@b", "a?b", "a#b", "a\\b", "a\r\nb", "\xc3\xbc",
	                                   "a%41", "a\x7f" };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(input_host_is_good(bad[i]));
}

static void a_host_of_three_hundred_letters_is_none(void **state)
{
	char host[301] = "";

	(void)state;
	memset(host, 'a', 299);
	assert_true(input_host_is_good(host));
	host[299] = 'a';
	assert_false(input_host_is_good(host));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cookie_is_found_by_its_whole_name),
		cmocka_unit_test(a_cookies_value_ends_at_the_next_sign),
		cmocka_unit_test(a_cookie_that_does_not_fit_is_none),
		cmocka_unit_test(a_type_may_have_parameters_and_any_case),
		cmocka_unit_test(other_types_are_not_it),
		cmocka_unit_test(a_host_is_a_name_or_address_with_or_without_port),
		cmocka_unit_test(nothing_else_may_stand_in_a_host),
		cmocka_unit_test(a_host_of_three_hundred_letters_is_none),
	};

	return cmocka_run_group_tests_name("headers", tests, NULL, NULL);
}
