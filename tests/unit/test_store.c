/* store.c, private.c and tree.c: where copies lie, who may change them, and what is left of those who were killed. */
#include "runner/store.c"

#include <signal.h>

#include "house.h"
#include "runner/private.h"

static struct settings settings;
static struct store store;
static char folder[64], why[WHY];

static void set(char **text, const char *below)
{
	free(*text);
	if (asprintf(text, "%s/%s", folder, below) < 0 || mkdir(*text, 0700) != 0)
		abort();
}

static int begin(void **state)
{
	(void)state;
	settings_init(&settings);
	strcpy(folder, "/tmp/test_store-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	set(&settings.projects_dir, "p");
	set(&settings.secrets_dir, "s");
	store.fd = -1;
	return 0;
}

static int end(void **state)
{
	(void)state;
	store_close(&store);
	settings_done(&settings);
	return tree_remove(folder) ? 0 : -1;
}

/* $P and $S are the folders. */
static void shell(const char *command)
{
	char text[600];

	snprintf(text, sizeof text, "set -e; P=%s; S=%s; %s", settings.projects_dir, settings.secrets_dir, command);
	assert_int_equal(system(text), 0);
}

static void take(struct store *ret, long long milliseconds)
{
	assert_int_equal(store_open(ret, &settings, 7, program_clock_ms() + milliseconds, why), S_OK);
}

static void become(const char *kind)
{
	store_close(&store);
	take(&store, 1000);
	assert_int_equal(store_lock(&store, STORE_WRITE, why), S_OK);
	assert_int_equal(store_become(&store, kind, why), S_OK);
	assert_true(store_is(&store, kind));
}

/* ---- kinds ---- */

static void ours_is_private_and_peoples_is_not(void **state)
{
	mode_t before = umask(0077);

	(void)state;
	become("GIT");
	shell("[ $(stat -c %a $P/7) = 700 ]; [ $(cat $P/.lock-7) = GIT ]; [ $(stat -c %a $P/.lock-7) = 600 ]");
	become("MANUAL");
	shell("[ $(stat -c %a $P/7) = 770 ]; [ $(cat $P/.lock-7) = MANUAL ]");
	umask(before);
}

static void what_is_of_the_kind_stays(void **state)
{
	(void)state;
	become("TAR");
	shell("touch $P/7/archive");
	become("TAR");
	shell("[ -e $P/7/archive ]");
	become("MANUAL");
	shell("[ -d $P/7 ] && [ -z \"$(ls -A $P/7)\" ] && touch $P/7/x");
	become("MANUAL");
	shell("[ -e $P/7/x ]");
}

static void peoples_files_are_put_aside_and_come_back(void **state)
{
	(void)state;
	become("MANUAL");
	shell("mkdir $P/7/git && touch $P/7/git/config");
	become("GIT");
	shell("[ -z \"$(ls -A $P/7)\" ]; [ -e $P/.manual-7/git/config ]; mkdir $P/7/git");
	become("TAR");
	shell("[ -z \"$(ls -A $P/7)\" ]; [ -e $P/.manual-7/git/config ]");
	become("MANUAL");
	shell("[ -e $P/7/git/config ] && [ ! -e $P/.manual-7 ] && [ $(ls -A $P | wc -l) = 2 ]");
}

static void what_was_there_before_we_knew_is_peoples(void **state)
{
	(void)state;
	shell("mkdir $P/7 && touch $P/7/site.yml");
	become("GIT");
	shell("[ -e $P/.manual-7/site.yml ]");
	become("MANUAL");
	shell("[ -e $P/7/site.yml ]");
}

/* Each state that a kill can leave, made by hand. */
static void who_is_killed_between_two_kinds_loses_nothing(void **state)
{
	(void)state;
	become("MANUAL");
	shell("touch $P/7/x; mv $P/7 $P/.manual-7");
	become("MANUAL");
	shell("[ -e $P/7/x ]; mv $P/7 $P/.manual-7");
	become("GIT");
	shell("[ -e $P/.manual-7/x ]; rmdir $P/7; printf GIT >$P/.lock-7");
	become("GIT");
	shell("[ -e $P/.manual-7/x ]; mkdir $P/.gone-1; mv $P/7 $P/.gone-1/x");
	become("MANUAL");
	shell("[ -e $P/7/x ]");
	become("TAR");
	shell("rmdir $P/7; printf MANUAL >$P/.lock-7");
	become("MANUAL");
	shell("[ -e $P/7/x ]");
}

static void peoples_files_are_never_lost_to_others(void **state)
{
	(void)state;
	become("MANUAL");
	shell("touch $P/7/x; mkdir $P/.manual-7; touch $P/.manual-7/y");
	assert_int_equal(store_become(&store, "GIT", why), S_LATER);
	assert_non_null(strstr(why, "the project's folder can't be made: Directory not empty."));
	shell("[ -e $P/7/x ] && [ -e $P/.manual-7/y ]");
}

/* ---- locks ---- */

static void one_changes_it_at_a_time(void **state)
{
	struct store other;

	(void)state;
	become("GIT");
	take(&other, 30);
	assert_int_equal(store_lock(&other, STORE_WRITE, why), S_LATER);
	assert_string_equal(why, "Another process has not been done with the project's files in time.");
	assert_int_equal(store_lock(&other, STORE_READ, why), S_OK);
	store_close(&store);
	assert_int_equal(store_lock(&other, STORE_WRITE, why), S_OK);
	store_close(&other);
}

static void nothing_is_taken_away_from_readers(void **state)
{
	struct store reader, other;

	(void)state;
	become("GIT");
	take(&reader, 30);
	take(&other, 30);
	assert_int_equal(store_lock(&reader, STORE_READ, why), S_OK);
	assert_int_equal(store_lock(&other, STORE_READ, why), S_OK);
	store_unlock(&other, STORE_READ);
	store.deadline = program_clock_ms() + 30;
	assert_int_equal(store_lock(&store, STORE_ALONE, why), S_LATER);
	assert_int_equal(store_become(&store, "TAR", why), S_LATER);
	store_unlock(&reader, STORE_READ);
	assert_int_equal(store_lock(&store, STORE_ALONE, why), S_OK);
	reader.deadline = program_clock_ms() + 30;
	assert_int_equal(store_lock(&reader, STORE_READ, why), S_LATER);
	store_close(&reader);
	store_close(&other);
}

static void a_lock_ends_with_its_process(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		take(&store, 1000);
		_exit(store_lock(&store, STORE_WRITE, why) == S_OK ? 3 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 3);
	become("GIT");
}

static void who_waited_for_a_project_that_went_has_the_new_ones_lock(void **state)
{
	struct store other;

	(void)state;
	take(&other, 1000);
	become("GIT");
	store_close(&store);
	assert_true(store_forget(&settings, 7));
	assert_int_equal(store_lock(&other, STORE_WRITE, why), S_OK);
	take(&store, 30);
	assert_int_equal(store_lock(&store, STORE_WRITE, why), S_LATER);
	store_close(&other);
}

/* ---- taking away ---- */

static void a_project_that_is_forgotten_leaves_nothing(void **state)
{
	(void)state;
	become("MANUAL");
	shell("touch $P/7/x");
	become("GIT");
	shell("mkdir -p $P/7/a/b; touch $P/7/a/b/c; chmod 500 $P/7/a/b; chmod 0 $P/7/a; ln -s /etc $P/7/l; mkdir $P/8");
	assert_false(store_forget(&settings, 7));
	store_close(&store);
	assert_true(store_forget(&settings, 7));
	assert_true(store_forget(&settings, 7));
	shell("[ \"$(ls -A $P)\" = 8 ] && [ -e /etc/passwd ]");
}

static void what_the_killed_left_is_cleared_away(void **state)
{
	(void)state;
	become("GIT");
	shell("mkdir -p $P/.gone-1/x/y && touch $P/.gone-2 && ln -s $P/7 $P/.gone-3");
	store_clean(&settings);
	shell("[ \"$(ls -A $P | tr '\\n' ' ')\" = '.lock-7 7 ' ]");
}

static void a_temporary_file_has_no_name(void **state)
{
	int fd = store_temporary(&settings);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "x", 1), 1);
	shell("[ -z \"$(ls -A $P)\" ]");
	close(fd);
}

/* ---- secrets ---- */

static void secrets_are_for_us_alone(void **state)
{
	struct private p;
	mode_t before = umask(0);

	(void)state;
	assert_int_equal(private_make(&p, &settings, why), S_OK);
	assert_int_equal(private_file(&p, "key", "secret\n", why), S_OK);
	umask(before);
	shell("[ $(stat -c %a $S/*) = 700 ] && [ $(stat -c %a $S/*/key) = 600 ] && [ \"$(cat $S/*/key)\" = secret ]");
	assert_int_equal(private_file(&p, "key", "again", why), S_LATER);
	assert_non_null(strstr(why, "cannot be written: File exists."));
	private_remove(&p);
	private_remove(&p);
	shell("[ -z \"$(ls -A $S)\" ]");
}

static void only_secrets_that_nobody_holds_are_cleared_away(void **state)
{
	struct private p;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		_exit(private_make(&p, &settings, why) == S_OK && private_file(&p, "key", "x", why) == S_OK ? 3 : 0);
	}
	assert_int_equal(child_wait(pid), 3);
	assert_int_equal(private_make(&p, &settings, why), S_OK);
	shell("[ $(ls -A $S | wc -l) = 2 ]; ln -s $P $S/moirai-project-link; touch $S/other $S/moirai-project-file; "
	      "mkdir $S/moirai-12-abc");
	private_clean(&settings);
	shell("[ -e $S/moirai-project-link ] && [ -d $P ] && [ -e $S/other ] && [ -e $S/moirai-12-abc ] && [ $(ls -A $S | wc -l) = 5 ]");
	assert_int_equal(access(p.path, F_OK), 0);
	private_remove(&p);
}

static void without_a_place_for_secrets_the_reason_is_told(void **state)
{
	struct private p;

	(void)state;
	free(settings.secrets_dir);
	settings.secrets_dir = strdup("/nowhere");
	assert_int_equal(private_make(&p, &settings, why), S_LATER);
	assert_string_equal(why, "/nowhere: there is no room for secrets: No such file or directory.");
	private_remove(&p);
	private_clean(&settings);
}

#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(ours_is_private_and_peoples_is_not),
		T(what_is_of_the_kind_stays),
		T(peoples_files_are_put_aside_and_come_back),
		T(what_was_there_before_we_knew_is_peoples),
		T(who_is_killed_between_two_kinds_loses_nothing),
		T(peoples_files_are_never_lost_to_others),
		T(one_changes_it_at_a_time),
		T(nothing_is_taken_away_from_readers),
		T(a_lock_ends_with_its_process),
		T(who_waited_for_a_project_that_went_has_the_new_ones_lock),
		T(a_project_that_is_forgotten_leaves_nothing),
		T(what_the_killed_left_is_cleared_away),
		T(a_temporary_file_has_no_name),
		T(secrets_are_for_us_alone),
		T(only_secrets_that_nobody_holds_are_cleared_away),
		T(without_a_place_for_secrets_the_reason_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
