/* Where a run has its files while it lasts: who holds the lock has the run. */
#include "runner/folder.c"

#include "house.h"

#define NAME "12:0f3c1a52-5a0e-4a8e-9d6c-0123456789ab"
#define OTHER "13:0f3c1a52-5a0e-4a8e-9d6c-0123456789ac"

static char root[40], runs[60], secrets[60];
static struct settings settings;
static char why[FOLDER_WHY];

static int begin(void **state)
{
	(void)state;
	strcpy(root, "/tmp/moirai-folder.XXXXXX");
	assert_non_null(mkdtemp(root));
	snprintf(runs, sizeof runs, "%s/runs", root);
	snprintf(secrets, sizeof secrets, "%s/secrets", root);
	mkdir(runs, 0700);
	mkdir(secrets, 0700);
	settings.runs_dir = runs;
	settings.secrets_dir = secrets;
	return 0;
}

/* Nothing lies about beside it. */
static int end(void **state)
{
	(void)state;
	return rmdir(runs) | rmdir(secrets) | rmdir(root);
}

static bool next_free(char name[64])
{
	DIR *all = opendir(runs);
	bool found = folder_next_free(&settings, all, name);

	closedir(all);
	return found;
}

static void a_folder_is_private_and_named_after_its_run(void **state)
{
	struct folder f;
	struct stat st;

	(void)state;
	assert_true(folder_make(&f, &settings, NAME, why));
	assert_non_null(strstr(f.path, "/runs/12-0f3c1a52-5a0e-4a8e-9d6c-0123456789ab"));
	assert_non_null(strstr(f.disk, "/runs/12-0f3c1a52-5a0e-4a8e-9d6c-0123456789ab.files"));
	assert_non_null(strstr(f.memory, "/secrets/moirai-12-0f3c1a52-5a0e-4a8e-9d6c-0123456789ab"));
	assert_non_null(strstr(f.masks, "/secrets/moirai-0f3c1a52-5a0e-4a8e-9d6c-0123456789ab.masks"));
	assert_int_equal(stat(f.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	folder_remove(&f);
	assert_int_equal(access(f.path, F_OK), -1);
}

static void its_files_are_private_and_go_with_it(void **state)
{
	struct folder f;
	struct stat st;
	int fd;

	(void)state;
	assert_true(folder_make(&f, &settings, NAME, why));
	fd = folder_file(&f, "spool", O_RDWR | O_CREAT);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	folder_remove(&f);
}

static void one_that_somebody_has_is_not_free(void **state)
{
	struct folder f, taken;
	char name[64];

	(void)state;
	assert_true(folder_make(&f, &settings, NAME, why));
	assert_false(next_free(name));
	assert_false(folder_take(&taken, &settings, NAME));
	close(f.lock);
	assert_true(next_free(name));
	assert_string_equal(name, NAME);
	assert_true(folder_take(&taken, &settings, NAME));
	assert_false(next_free(name));
	folder_remove(&taken);
	assert_false(next_free(name));
}

static void the_guard_holds_it_along(void **state)
{
	struct folder f;
	char name[64];
	int guards;

	(void)state;
	assert_true(folder_make(&f, &settings, NAME, why));
	guards = dup(f.lock);
	close(f.lock);
	assert_false(next_free(name));
	close(guards);
	assert_true(next_free(name));
	assert_true(folder_take(&f, &settings, NAME));
	folder_remove(&f);
}

static void one_can_not_be_made_twice(void **state)
{
	struct folder f, again;

	(void)state;
	assert_true(folder_make(&f, &settings, NAME, why));
	assert_false(folder_make(&again, &settings, NAME, why) && folder_take(&again, &settings, NAME));
	assert_true(strlen(why) > 0);
	folder_remove(&f);
}

static void what_is_no_run_is_left_alone(void **state)
{
	static const char *const names[] = { "12", "12-x", "x-0f3c1a52-5a0e-4a8e-9d6c-0123456789ab",
		                             "12-0f3c1a52-5a0e-4a8e-9d6c-0123456789ab.files", "12-0f3c1a52-5a0e-4a8e-9d6c-0123456789ab.new" };
	char path[200], name[64];

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(path, sizeof path, "%s/%s", runs, names[i]);
		mkdir(path, 0700);
		assert_false(next_free(name));
		rmdir(path);
	}
}

static void a_name_that_is_none_makes_nothing(void **state)
{
	struct folder f;

	(void)state;
	assert_false(folder_make(&f, &settings, "no name", why));
	assert_false(folder_take(&f, &settings, ":"));
	assert_false(folder_take(&f, &settings, OTHER));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(a_folder_is_private_and_named_after_its_run),
		TEST(its_files_are_private_and_go_with_it),
		TEST(one_that_somebody_has_is_not_free),
		TEST(the_guard_holds_it_along),
		TEST(one_can_not_be_made_twice),
		TEST(what_is_no_run_is_left_alone),
		TEST(a_name_that_is_none_makes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
