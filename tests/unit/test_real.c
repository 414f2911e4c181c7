/* Numbers with a fraction come back as they were sent. */
#include "lib/real.c"

#include "lib/auto.h"

#include "house.h"

static void is_written(const char *text, const char *wanted)
{
	AUTO(json) json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
	AUTO(text) char *written = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	AUTO(json) json_t *again = NULL;

	assert_non_null(written);
	real_shorten(written);
	again = json_loads(written, JSON_DECODE_ANY, NULL);
	assert_string_equal(written, wanted);
	assert_true(json_equal(value, again));
}

static void a_real_comes_back_as_it_was(void **state)
{
	static const char *const reals[] = { "0.3", "-0.1", "12.5", "1.0", "2.675", "123456789.012345", "0.1234567890123456",
	                                     "[{\"a\":0.3},7,[0.1,\"0.30000000000000004\"]]" };

	(void)state;
	for (size_t i = 0; i < COUNT(reals); i++)
		is_written(reals[i], reals[i]);
	is_written("1e-3", "0.001");
}

static void one_that_needs_more_digits_has_them(void **state)
{
	(void)state;
	is_written("0.30000000000000004", "0.30000000000000004");
	is_written("3.141592653589793", "3.141592653589793");
	is_written("[0.12345678901234568,0.3]", "[0.12345678901234568,0.3]");
	is_written("1.7976931348623157e308", "1.7976931348623157e308");
	is_written("5e-324", "4.94065645841247e-324");
}

static void one_that_is_written_as_short_as_can_be_stays(void **state)
{
	char text[] = "[5e-324,1e-310,0.30000000000000004]";

	(void)state;
	real_shorten(text);
	assert_string_equal(text, "[5e-324,1e-310,0.30000000000000004]");
}

static void an_exponent_is_short(void **state)
{
	(void)state;
	is_written("1e22", "1e22");
	is_written("1E+05", "100000.0");
	is_written("-2.5e-7", "-2.5e-7");
	is_written("[1e100,1e-100]", "[1e100,1e-100]");
}

static void what_is_no_real_stays_as_it_is(void **state)
{
	static const char *const texts[] = {
		"{\"a\":[1,\"0.30000000000000000\",null,true,false,{}]}", "\"\"", "[-9223372036854775808,0,-1]", "[]",
		"\"a\\\"0.29999999999999999\\\\\"", "{\"1.50\":\"\\\\\",\"e\":[\"1e+05\"]}" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		is_written(texts[i], texts[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_real_comes_back_as_it_was),
		cmocka_unit_test(one_that_needs_more_digits_has_them),
		cmocka_unit_test(one_that_is_written_as_short_as_can_be_stays),
		cmocka_unit_test(an_exponent_is_short),
		cmocka_unit_test(what_is_no_real_stays_as_it_is),
	};

	return cmocka_run_group_tests_name("real", tests, NULL, NULL);
}
