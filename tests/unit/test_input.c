/* Paths, queries and bodies; headers: test_headers.c. */
#include "worker/input.c"

#include "house.h"

/* The expected text NULL: it is refused. */
static void decodes(const char *text, bool plus, const char *expected)
{
	AUTO(json) json_t *value = input_decode(text, strlen(text), plus);

	if (expected == NULL)
		assert_null(value);
	else
		assert_string_equal(json_string_value(value), expected);
}

static void percent_sequences_are_decoded_in_either_case(void **state)
{
	(void)state;
	decodes("a%2Fb%2fc", false, "a/b/c");
	decodes("%C3%bc", false, "\xc3\xbc");
	decodes("%25%32%35", false, "%25");
	decodes("", false, "");
}

static void a_percent_sign_that_begins_no_sequence_stays(void **state)
{
	(void)state;
	decodes("100%", false, "100%");
	decodes("%4", false, "%4");
	decodes("%g1%1g%%41", false, "%g1%1g%A");
	decodes("%@1%`1%/1%:1", false, "%@1%`1%/1%:1");
}

static void decoding_ends_with_the_size(void **state)
{
	AUTO(json) json_t *value = input_decode("a%41", 3, false);

	(void)state;
	assert_string_equal(json_string_value(value), "a%4");
}

static void a_plus_is_a_blank_in_the_query_only(void **state)
{
	(void)state;
	decodes("a+b%2B", true, "a b+");
	decodes("a+b%2B", false, "a+b+");
}

static void what_holds_nul_is_no_text(void **state)
{
	(void)state;
	decodes("a%00b", false, NULL);
	decodes("%00", true, NULL);
	assert_null(input_decode("a\0b", 3, false));
}

static void what_is_not_utf8_is_no_text(void **state)
{
	(void)state;
	decodes("%ff", false, NULL);
	decodes("\xc3", false, NULL);
	decodes("%c0%af", false, NULL);
	decodes("%ed%a0%80", false, NULL);
	decodes("%f4%90%80%80", false, NULL);
}

/* The query string as the JSON it becomes; NULL: refused for this reason. */
static void query_is(const char *text, const char *expected, const char *reason)
{
	AUTO(json) json_t *query = NULL;
	AUTO(text) char *got = NULL;
	char why[INPUT_WHY] = "";
	enum status s = input_query(text, &query, why);

	assert_int_equal(s, expected != NULL ? S_OK : S_INVALID);
	assert_string_equal(why, reason);
	got = json_dumps(query, JSON_COMPACT | JSON_SORT_KEYS);
	if (expected == NULL)
		assert_null(query);
	else
		assert_string_equal(got, expected);
}

static void a_parameter_is_a_list_in_the_order_it_came(void **state)
{
	(void)state;
	query_is("a=1&b=2&a=3", "{\"a\":[\"1\",\"3\"],\"b\":[\"2\"]}", "");
	query_is("%61=1&a=2", "{\"a\":[\"1\",\"2\"]}", "");
}

static void a_value_may_be_missing_or_hold_signs(void **state)
{
	(void)state;
	query_is("", "{}", "");
	query_is("&&", "{}", "");
	query_is("a", "{\"a\":[\"\"]}", "");
	query_is("a=&=b", "{\"\":[\"b\"],\"a\":[\"\"]}", "");
	query_is("a=b=c+d%26e", "{\"a\":[\"b=c d&e\"]}", "");
}

static void a_query_that_is_no_text_is_refused(void **state)
{
	(void)state;
	query_is("a=%ff", NULL, "The query is not UTF-8 text.");
	query_is("%ff=a", NULL, "The query is not UTF-8 text.");
	query_is("a=1&b=%00", NULL, "The query is not UTF-8 text.");
}

static void a_thousand_parameters_are_the_most(void **state)
{
	char text[2 * (INPUT_MAX_PARAMS + 1) + 1] = "";
	char why[INPUT_WHY] = "";
	AUTO(json) json_t *query = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof text - 1; i++)
		text[i] = i % 2 == 0 ? 'a' : '&';
	query_is(text, NULL, "More than 1000 parameters in the query.");
	text[2 * INPUT_MAX_PARAMS] = '\0';
	assert_int_equal(input_query(text, &query, why), S_OK);
	assert_int_equal(json_array_size(json_object_get(query, "a")), INPUT_MAX_PARAMS);
}

/* The body as the JSON it becomes; NULL: refused for a reason that begins so. */
static void body_is(const char *text, size_t size, const char *expected, const char *reason)
{
	AUTO(json) json_t *body = NULL;
	AUTO(text) char *got = NULL;
	char why[INPUT_WHY] = "";
	enum status s = input_body(text, size, &body, why);

	assert_int_equal(s, expected != NULL ? S_OK : S_INVALID);
	assert_memory_equal(why, reason, strlen(reason));
	got = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);
	if (expected == NULL)
		assert_null(body);
	else
		assert_string_equal(got, expected);
}

static void a_body_is_one_json_object(void **state)
{
	static const char *const others[] = { "[]", "[{}]", "1", "\"x\"", "null", "true", "-1.5e3", "false" };

	(void)state;
	body_is(" {\"b\": [1, 2.5, null, true], \"a\": \"\\u00fc\"} ", 44, "{\"a\":\"\xc3\xbc\",\"b\":[1,2.5,null,true]}", "");
	for (size_t i = 0; i < COUNT(others); i++)
		body_is(others[i], strlen(others[i]), NULL, "The body must be a JSON object.");
}

static void an_empty_body_is_an_empty_object(void **state)
{
	(void)state;
	body_is("", 0, "{}", "");
	body_is("{}", 2, "{}", "");
	body_is(" ", 1, NULL, "The body is not JSON that can be taken: ");
}

static void a_body_that_cannot_be_taken_says_where(void **state)
{
	(void)state;
	body_is("{\n\"a\": }", 8, NULL,
	        "The body is not JSON that can be taken: unexpected token (line 2, column 6)");
	body_is("{\"a\":1} x", 9, NULL, "The body is not JSON that can be taken: end of file expected (line 1");
	body_is("{\"a\":1,\"a\":2}", 13, NULL, "The body is not JSON that can be taken: duplicate object key");
	body_is("{\"a\":\"\\u0000\"}", 14, NULL, "The body is not JSON that can be taken: \\u0000 is not allowed");
	body_is("{\"a\":\"\0\"}", 9, NULL, "The body is not JSON that can be taken: control character 0x0");
	body_is("{\"a\":\"\xff\"}", 9, NULL, "The body is not JSON that can be taken: unable to decode byte 0xff");
	body_is("{\"a\":1e999}", 11, NULL, "The body is not JSON that can be taken: real number overflow");
	body_is("{\"a\":99999999999999999999}", 26, NULL, "The body is not JSON that can be taken: too big integer");
}

static void a_reason_quotes_nothing_of_the_body(void **state)
{
	(void)state;
	body_is("{\"a\":\"\\ud8\xc3\xbb\"}", 13, NULL,
	        "The body is not JSON that can be taken: invalid escape (line 1, column 11)");
	body_is("{\"a\": \xc3\xbc}", 9, NULL, "The body is not JSON that can be taken: invalid token (line 1");
}

/* {"a":[[...]]} of so many levels, the object counted. */
static size_t nested(char *text, size_t levels)
{
	return (size_t)sprintf(text, "{\"a\":%.*s%.*s}", (int)levels - 1,
	                       "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", (int)levels - 1,
	                       "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
}

static void sixty_four_levels_are_the_deepest(void **state)
{
	char text[200], why[INPUT_WHY] = "";
	AUTO(json) json_t *body = NULL;

	(void)state;
	assert_int_equal(input_body(text, nested(text, INPUT_MAX_DEPTH), &body, why), S_OK);
	body_is(text, nested(text, INPUT_MAX_DEPTH + 1), NULL, "The body is nested deeper than 64 levels.");
}

static void a_deep_body_among_shallow_ones_is_found(void **state)
{
	AUTO(json) json_t *value = json_loads("{\"a\": 1, \"b\": [1, {\"c\": [[]]}, 2], \"d\": {}}", 0, NULL);

	(void)state;
	assert_true(deeper_than(value, 4));
	assert_false(deeper_than(value, 5));
}

/* The value as the JSON it is again. */
static void json_is(const char *text, const char *expected)
{
	AUTO(json) json_t *value = NULL;
	AUTO(text) char *got = NULL;
	char why[INPUT_WHY] = "";

	assert_int_equal(input_json(text, strlen(text), &value, why), S_OK);
	got = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	assert_string_equal(got, expected);
}

static void a_json_body_may_be_of_any_kind(void **state)
{
	(void)state;
	json_is("[1, {}]", "[1,{}]");
	json_is(" \"x\" ", "\"x\"");
	json_is("null", "null");
	json_is("-12", "-12");
	json_is("true", "true");
	json_is("", "{}");
}

static void a_json_body_of_any_kind_has_its_limits(void **state)
{
	static const char *const bad[] = { "[1]]", "{} {}", "nul", "[1,]", "\"\\u0000\"", "\"\xff\"", "1e999",
	                                   "{\"a\":1,\"a\":1}", " " };
	char why[INPUT_WHY] = "";
	json_t *value = NULL;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(input_json(bad[i], strlen(bad[i]), &value, why), S_INVALID);
		assert_memory_equal(why, "The body is not JSON that can be taken: ", 40);
		assert_null(value);
	}
}

static void two_million_values_are_about_the_most(void **state)
{
	AUTO(text) char *text = malloc(INPUT_MAX_VALUES + 2);
	char why[INPUT_WHY] = "";
	json_t *value = NULL;

	(void)state;
	memset(text, ',', INPUT_MAX_VALUES + 1);
	assert_int_equal(input_json(text, INPUT_MAX_VALUES + 1, &value, why), S_INVALID);
	assert_string_equal(why, "The body holds more than 2000000 values.");
	assert_int_equal(input_json(text, INPUT_MAX_VALUES, &value, why), S_INVALID);
	assert_memory_equal(why, "The body is not JSON that can be taken: ", 40);
}

/* The form as the JSON it becomes; NULL: refused for a reason. */
static void form_is(const char *text, size_t size, const char *expected)
{
	AUTO(json) json_t *form = NULL;
	AUTO(text) char *got = NULL;
	char why[INPUT_WHY] = "";
	enum status s = input_form(text, size, &form, why);

	assert_int_equal(s, expected != NULL ? S_OK : S_INVALID);
	got = json_dumps(form, JSON_COMPACT | JSON_SORT_KEYS);
	if (expected == NULL)
		assert_true(form == NULL && *why != '\0');
	else
		assert_string_equal(got, expected);
}

static void a_form_is_an_object_of_texts(void **state)
{
	(void)state;
	form_is("a=1&b=x+y%26z&c", 15, "{\"a\":\"1\",\"b\":\"x y&z\",\"c\":\"\"}");
	form_is("", 0, "{}");
	form_is("%c3%bc=%C3%BC", 13, "{\"\xc3\xbc\":\"\xc3\xbc\"}");
}

static void of_a_name_that_stands_twice_in_a_form_the_last_counts(void **state)
{
	(void)state;
	form_is("a=1&b=2&a=3", 11, "{\"a\":\"3\",\"b\":\"2\"}");
	form_is("a=1&%61=", 8, "{\"a\":\"\"}");
}

/* What follows it in memory is no part of it. */
static void a_form_ends_with_its_size(void **state)
{
	(void)state;
	form_is("a=12", 3, "{\"a\":\"1\"}");
	form_is("a=%41", 4, "{\"a\":\"%4\"}");
}

static void a_form_that_is_no_text_is_refused(void **state)
{
	(void)state;
	form_is("a=%00", 5, NULL);
	form_is("a=%ff", 5, NULL);
	form_is("a=\xff", 3, NULL);
	form_is("a=1\0&b=2", 8, NULL);
	form_is("\0", 1, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percent_sequences_are_decoded_in_either_case),
		cmocka_unit_test(a_percent_sign_that_begins_no_sequence_stays),
		cmocka_unit_test(decoding_ends_with_the_size),
		cmocka_unit_test(a_plus_is_a_blank_in_the_query_only),
		cmocka_unit_test(what_holds_nul_is_no_text),
		cmocka_unit_test(what_is_not_utf8_is_no_text),
		cmocka_unit_test(a_parameter_is_a_list_in_the_order_it_came),
		cmocka_unit_test(a_value_may_be_missing_or_hold_signs),
		cmocka_unit_test(a_query_that_is_no_text_is_refused),
		cmocka_unit_test(a_thousand_parameters_are_the_most),
		cmocka_unit_test(a_body_is_one_json_object),
		cmocka_unit_test(an_empty_body_is_an_empty_object),
		cmocka_unit_test(a_body_that_cannot_be_taken_says_where),
		cmocka_unit_test(a_reason_quotes_nothing_of_the_body),
		cmocka_unit_test(sixty_four_levels_are_the_deepest),
		cmocka_unit_test(a_deep_body_among_shallow_ones_is_found),
		cmocka_unit_test(a_json_body_may_be_of_any_kind),
		cmocka_unit_test(a_json_body_of_any_kind_has_its_limits),
		cmocka_unit_test(two_million_values_are_about_the_most),
		cmocka_unit_test(a_form_is_an_object_of_texts),
		cmocka_unit_test(of_a_name_that_stands_twice_in_a_form_the_last_counts),
		cmocka_unit_test(a_form_ends_with_its_size),
		cmocka_unit_test(a_form_that_is_no_text_is_refused),
	};

	return cmocka_run_group_tests_name("input", tests, NULL, NULL);
}
