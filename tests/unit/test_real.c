/* Numbers with a fraction come back as they were sent. */
#include "lib/real.c"

#include "lib/auto.h"

#include "house.h"

static void is_written(const char *text, const char *wanted)
{
	AUTO(json) json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
	AUTO(text) char *written = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | real_flags(value));
	AUTO(json) json_t *again = json_loads(written, JSON_DECODE_ANY, NULL);

	assert_non_null(value);
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
	is_written("[3.141592653589793,0.3]", "[3.141592653589793,0.3]");
	is_written("1.7976931348623157e308", "1.7976931348623157e308");
	is_written("5e-324", "4.94065645841247e-324");
}

static void without_reals_nothing_is_said(void **state)
{
	AUTO(json) json_t *value = json_loads("{\"a\":[1,\"0.3\",null,true,{}]}", 0, NULL);

	(void)state;
	assert_int_equal(real_flags(value), 0);
	assert_int_equal(real_flags(NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_real_comes_back_as_it_was),
		cmocka_unit_test(one_that_needs_more_digits_has_them),
		cmocka_unit_test(without_reals_nothing_is_said),
	};

	return cmocka_run_group_tests_name("real", tests, NULL, NULL);
}
