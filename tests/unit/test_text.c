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

static void assert_plain(const char *text, const char *plain)
{
	char left[100];
	size_t size = text_plain(text, strlen(text), left);

	assert_int_equal(size, strlen(plain));
	assert_memory_equal(left, plain, size);
}

static void colours_go_from_esc_to_the_next_m(void **state)
{
	(void)state;
	assert_plain("", "");
	assert_plain("plain", "plain");
	assert_plain("\x1b[0;32mok\x1b[0m: \x1b[1;35mwarm\x1b[0m", "ok: warm");
	assert_plain("\x1b[0mm\x1b[0m", "m");
	assert_plain("\x1b[0m\x1b[0m", "");
	assert_plain("cut \x1b[0;3", "cut \x1b[0;3");
	assert_plain("\x1b\x1b[0mx", "x");
	assert_plain("cut \x1b[0;3\n\x1b[0mmore\x1b", "cut \x1b[0;3\nmore\x1b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_cut_between_letters),
		cmocka_unit_test(colours_go_from_esc_to_the_next_m),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
