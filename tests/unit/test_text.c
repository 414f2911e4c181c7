#include "lib/text.c"

#include "../fuzz/fuzz.h"
#include "house.h"

static void a_text_is_cut_between_letters(void **state)
{
	static const char text[] = "a\xc3\xbc" "e\xe2\x82\xac" "b\xf0\x9f\xa7\xb5" "c";

	(void)state;
	for (size_t n = 0; n < sizeof text; n++) {
		char cut[sizeof text] = "";

		memcpy(cut, text, n);
		text_end_between_letters(cut);
		assert_true(fuzz_is_text(cut, strlen(cut)));
		assert_memory_equal(cut, text, strlen(cut));
		assert_true(n - strlen(cut) < 4);
		assert_true(strlen(cut) == n || !fuzz_is_text(text, n));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_text_is_cut_between_letters) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
