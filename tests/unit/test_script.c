/* script.c and round.c with scripts in a folder of our own. */
#include "courier/script.c"

#include <sys/stat.h>
#include <unistd.h>

#include "house.h"

static char folder[64];                  /* hooks_dir; what scripts write goes there, too */

static struct settings settings = { .hooks_dir = folder, .hook_timeout = 30 };

static const char *path_of(const char *name)
{
	static char path[512];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

/* A script, which finds the folder in $D. */
static void script(const char *name, const char *text)
{
	FILE *f = fopen(path_of(name), "w");

	assert_non_null(f);
	fprintf(f, "#!/bin/sh\nD=%s\n%s\n", folder, text);
	fclose(f);
	assert_int_equal(chmod(path_of(name), 0755), 0);
}

static const char *written(const char *name)
{
	static char text[4096];
	FILE *f = fopen(path_of(name), "r");
	size_t n;

	if (f == NULL)
		return NULL;
	n = fread(text, 1, sizeof text - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

static void expect_of(json_t *content, enum outcome wanted, const char *error)
{
	json_t *letter = json_pack("{s:s, s:o}", "key", "k", "content", content);
	struct delivery d = { .letter = letter };

	assert_non_null(letter);
	channel_script.deliver(&settings, &d, 1);
	assert_string_equal(d.error, error);
	assert_int_equal(d.outcome, wanted);
	assert_null(d.left);
	json_decref(letter);
}

static void expect(const char *name, enum outcome wanted, const char *error)
{
	expect_of(json_pack("{s:s, s:s, s:s, s:i}", "script", name, "when", "on_execution", "payload", "{\"history\":{\"id\":7}}", "hook", 1),
	          wanted, error);
}

static void a_script_is_told_when_and_has_the_rest_in_a_file(void **state)
{
	(void)state;
	script("tell", "echo \"$# $1\" >$D/seen; cat \"$2\" >>$D/seen; (exec </dev/null; cat \"$2\") >>$D/seen; cat >>$D/seen");
	expect("tell", OUT_SENT, "");
	assert_string_equal(written("seen"), "2 on_execution\n{\"history\":{\"id\":7}}\n{\"history\":{\"id\":7}}\n{\"history\":{\"id\":7}}\n");
}

static void it_finds_little_else(void **state)
{
	(void)state;
	setenv("SECRET", "x", 1);
	script("tell", "tr '\\0' '\\n' </proc/$$/environ >$D/seen; pwd >>$D/seen");
	expect("tell", OUT_SENT, "");
	assert_string_equal(written("seen"), "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nLANG=C.UTF-8\n"
	                                     "MOIRAI_WHEN=on_execution\n/\n");
}

static void one_that_fails_is_run_again(void **state)
{
	(void)state;
	script("tell", "exit 3");
	expect("tell", OUT_RETRY, "tell: exit 3");
	expect("gone", OUT_RETRY, "gone: exit 127");
}

static void one_that_takes_too_long_is_killed(void **state)
{
	(void)state;
	settings.hook_timeout = 1;
	script("tell", "sleep 30");
	expect("tell", OUT_STALLED, "tell: took longer than 1 s");
	settings.hook_timeout = 30;
}

static void only_what_lies_in_the_folder_is_run(void **state)
{
	static const char *const names[] = { "", ".", "..", ".hidden", "../tell", "/bin/true", "a/b" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		expect(names[i], OUT_PARK, "the letter names no script, or has nothing to tell");
	expect_of(json_pack("{s:s, s:s}", "script", "tell", "when", "on_execution"), OUT_PARK, "the letter names no script, or has nothing to tell");
	expect_of(json_object(), OUT_PARK, "the letter names no script, or has nothing to tell");
}

static void without_the_folder_it_is_tried_again(void **state)
{
	static char nowhere[] = "/nonexistent/hooks";

	(void)state;
	settings.hooks_dir = nowhere;
	expect("tell", OUT_RETRY, "hooks_dir: No such file or directory");
	settings.hooks_dir = folder;
}

static void nothing_stays_open(void **state)
{
	int before = dup(0), after;

	(void)state;
	close(before);
	script("tell", "exit 0");
	for (int i = 0; i < 20; i++)
		expect("tell", OUT_SENT, "");
	after = dup(0);
	close(after);
	assert_int_equal(after, before);
}

static void it_is_on_with_a_folder_and_has_time_for_a_whole_batch(void **state)
{
	static char none[] = "";
	const struct settings off = { .hooks_dir = none };

	(void)state;
	assert_true(channel_script.is_on(&settings));
	assert_false(channel_script.is_on(&off));
	assert_true(channel_script.lease_of(&settings) > (long)channel_script.batch * settings.hook_timeout);
}

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/moirai-script.XXXXXX");
	return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
}

#define T(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_script_is_told_when_and_has_the_rest_in_a_file),
		T(it_finds_little_else),
		T(one_that_fails_is_run_again),
		T(one_that_takes_too_long_is_killed),
		T(only_what_lies_in_the_folder_is_run),
		T(without_the_folder_it_is_tried_again),
		T(nothing_stays_open),
		T(it_is_on_with_a_folder_and_has_time_for_a_whole_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
