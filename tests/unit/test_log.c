#include "lib/log.c"

#include <string.h>

#include "house.h"

static void say_hello(void *context)
{
	(void)context;
	log_set_name("spinner");
	log_line(LOG_LEVEL_WARNING, "hello %d", 7);
}

static void a_line_begins_with_the_program_and_its_process(void **state)
{
	struct ended o;
	int pid;

	(void)state;
	unsetenv("JOURNAL_STREAM");
	o = in_child(say_hello, NULL);
	assert_int_equal(sscanf(o.err, "spinner[%d]: hello 7\n", &pid), 1);
	assert_true(pid > 1);
	assert_string_equal(strchr(o.err, ':'), ": hello 7\n");
	assert_string_equal(o.out, "");
}

static void the_journal_reads_the_level_from_the_front(void **state)
{
	struct ended o;

	(void)state;
	setenv("JOURNAL_STREAM", "8:1", 1);
	o = in_child(say_hello, NULL);
	unsetenv("JOURNAL_STREAM");
	assert_string_equal(o.err, "<4>hello 7\n");
}

static void say_all_levels(void *context)
{
	log_set_level(*(enum log_level *)context);
	log_line(LOG_LEVEL_ERROR, "e");
	log_line(LOG_LEVEL_WARNING, "w");
	log_line(LOG_LEVEL_INFO, "i");
	log_line(LOG_LEVEL_DEBUG, "d");
}

static void a_line_above_the_level_is_left_out(void **state)
{
	static const struct { enum log_level level; const char *lines; } cases[] = {
		{ LOG_LEVEL_ERROR, "<3>e\n" },
		{ LOG_LEVEL_WARNING, "<3>e\n<4>w\n" },
		{ LOG_LEVEL_INFO, "<3>e\n<4>w\n<6>i\n" },
		{ LOG_LEVEL_DEBUG, "<3>e\n<4>w\n<6>i\n<7>d\n" },
	};

	(void)state;
	setenv("JOURNAL_STREAM", "8:1", 1);
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum log_level level = cases[i].level;
		struct ended o = in_child(say_all_levels, &level);

		assert_string_equal(o.err, cases[i].lines);
	}
	unsetenv("JOURNAL_STREAM");
}

static void say(void *text)
{
	log_line(LOG_LEVEL_ERROR, "%s", (const char *)text);
}

static void a_message_is_one_line_whatever_it_holds(void **state)
{
	char text[] = "one\ntwo\r\n\x1b[31m\tthree \xc3\xa9";
	struct ended o = in_child(say, text);

	(void)state;
	assert_non_null(strstr(o.err, "]: one two   [31m three \xc3\xa9\n"));
}

static void a_long_message_is_cut_and_still_ends_its_line(void **state)
{
	char text[3000] = "";
	struct ended o;

	(void)state;
	memset(text, 'x', sizeof text - 1);
	o = in_child(say, text);
	assert_int_equal(strlen(o.err), 1023);
	assert_int_equal(strcspn(o.err, "\n"), 1022);
}

static void die(void *context)
{
	(void)context;
	log_set_level(LOG_LEVEL_ERROR);
	fatal("no %s", "thread");
}

static void fatal_says_why_and_exits_with_111(void **state)
{
	struct ended o = in_child(die, NULL);

	(void)state;
	assert_int_equal(o.status, 111);
	assert_non_null(strstr(o.err, "]: no thread\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_begins_with_the_program_and_its_process),
		cmocka_unit_test(the_journal_reads_the_level_from_the_front),
		cmocka_unit_test(a_line_above_the_level_is_left_out),
		cmocka_unit_test(a_message_is_one_line_whatever_it_holds),
		cmocka_unit_test(a_long_message_is_cut_and_still_ends_its_line),
		cmocka_unit_test(fatal_says_why_and_exits_with_111),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
