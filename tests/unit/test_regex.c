/* Which texts a regular expression matches, and that none takes long. */
#include "config.h"

#include <time.h>

static int clock_of_the_test(clockid_t clock, struct timespec *t);
#define clock_gettime clock_of_the_test
#include "lib/regex.c"
#undef clock_gettime

#include "house.h"

static time_t seconds, tick;

static int clock_of_the_test(clockid_t clock, struct timespec *t)
{
	(void)clock;
	*t = (struct timespec){ .tv_sec = seconds };
	seconds += tick;
	return 0;
}

static int begin(void **state)
{
	(void)state;
	seconds = 1000;
	tick = 0;
	return 0;
}

static void finds(const char *pattern, const char *texts, const char *wanted)
{
	AUTO(json) json_t *given = json_loads(texts, 0, NULL);
	AUTO(json) json_t *found = NULL;
	AUTO(text) char *written = NULL;
	char why[REGEX_WHY];

	assert_int_equal(regex_matching(pattern, given, &found, why), S_OK);
	written = json_dumps(found, JSON_COMPACT);
	assert_string_equal(written, wanted);
}

static void refuses(const char *pattern, const char *texts, const char *wanted)
{
	AUTO(json) json_t *given = json_loads(texts, 0, NULL);
	json_t *found = NULL;
	char why[REGEX_WHY];

	assert_int_equal(regex_matching(pattern, given, &found, why), S_INVALID);
	assert_null(found);
	assert_string_equal(why, wanted);
}

#define MODULES "[\"cloud.aws\",\"core.git\",\"ansible.builtin.git\",\"x\"]"

static void it_is_searched_anywhere_whatever_the_case(void **state)
{
	(void)state;
	finds("\\.git", MODULES, "[\"core.git\",\"ansible.builtin.git\"]");
	finds("GIT$", MODULES, "[\"core.git\",\"ansible.builtin.git\"]");
	finds("^(?!cloud).", MODULES, "[\"core.git\",\"ansible.builtin.git\",\"x\"]");
	finds("(?<=in\\.)git", MODULES, "[\"ansible.builtin.git\"]");
	finds("nothing", MODULES, "[]");
	finds("", MODULES, MODULES);
	finds("x", "[]", "[]");
	finds("^.$", "[\"ü\",\"ab\"]", "[\"ü\"]");
	finds("Ü", "[\"grün\"]", "[\"grün\"]");
}

static void what_is_none_is_refused_with_the_place(void **state)
{
	char long_one[1100];

	(void)state;
	refuses("[", MODULES, "missing terminating ] for character class at position 1");
	refuses("a(b", MODULES, "missing closing parenthesis at position 3");
	refuses("*", MODULES, "quantifier does not follow a repeatable item at position 0");
	refuses("\\C", MODULES, "using \\C is disabled by the application at position 2");
	memset(long_one, 'a', sizeof long_one);
	long_one[sizeof long_one - 1] = '\0';
	refuses(long_one, MODULES, "pattern string is longer than the limit set by the application at position 0");
	memset(long_one, '(', 200);
	long_one[200] = '\0';
	refuses(long_one, MODULES, "parentheses are too deeply nested at position 101");
	refuses("(((a{1,1000}){1,1000}){1,1000})", MODULES, "regular expression is too large at position 31");
}

#define TOO_LONG "The regular expression takes too long."

static void one_that_takes_too_many_steps_is_refused(void **state)
{
	(void)state;
	refuses("(a+)+$", "[\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"]", TOO_LONG);
	refuses("(?:(?:(?:a|a)*)*)*(*FAIL)", "[\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"]", TOO_LONG);
	refuses("(?R)a|b", "[\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"]", TOO_LONG);
	finds("(*LIMIT_MATCH=4000000000)a", "[\"a\"]", "[\"a\"]");
}

static void all_texts_together_get_their_second(void **state)
{
	(void)state;
	tick = 1;
	refuses("git", MODULES, TOO_LONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(it_is_searched_anywhere_whatever_the_case, begin),
		cmocka_unit_test_setup(what_is_none_is_refused_with_the_place, begin),
		cmocka_unit_test_setup(one_that_takes_too_many_steps_is_refused, begin),
		cmocka_unit_test_setup(all_texts_together_get_their_second, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
