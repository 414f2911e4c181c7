/* Boxes that only the holder of a private key can open, and the file of such keys. */
#include "lib/seal.c"

#include "house.h"

static char folder[40], path[60];
static char why[SEAL_WHY];

static int begin(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/moirai-seal.XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/seal.key", folder);
	return 0;
}

/* Nothing lies about beside the file. */
static int end(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static struct seal_keys *keys_of(size_t n)
{
	struct seal_keys *keys = seal_keys_new();

	for (size_t i = 0; i < n; i++)
		assert_true(seal_keys_add(keys));
	return keys;
}

static char *close_to(const struct seal_keys *keys, size_t i, const char *text)
{
	char public_key[SEAL_KEY_SIZE];
	char *box;

	seal_keys_public(keys, i, public_key);
	box = seal_close(public_key, text, strlen(text));
	assert_non_null(box);
	return box;
}

static void is_opened(const struct seal_keys *keys, const char *box, const char *wanted)
{
	size_t size = 0;
	char *text = seal_open(keys, box, &size);

	assert_non_null(text);
	assert_int_equal(size, strlen(wanted));
	assert_string_equal(text, wanted);
	seal_wipe(&text, size);
	assert_null(text);
}

static void is_not_opened(const struct seal_keys *keys, const char *box)
{
	size_t size = 7;

	assert_null(seal_open(keys, box, &size));
	assert_int_equal(size, 7);
}

/* ---- boxes ---- */

static void what_is_sealed_is_opened_by_its_pair(void **state)
{
	struct seal_keys *keys = keys_of(3);

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		AUTO(text) char *box = close_to(keys, i, "\"rex\"");

		is_opened(keys, box, "\"rex\"");
	}
	seal_keys_free(&keys);
	assert_null(keys);
}

static void nobody_else_opens_it(void **state)
{
	struct seal_keys *keys = keys_of(1), *others = keys_of(2), *none = seal_keys_new();
	AUTO(text) char *box = close_to(keys, 0, "\"rex\"");

	(void)state;
	is_not_opened(others, box);
	is_not_opened(none, box);
	seal_keys_free(&keys);
	seal_keys_free(&others);
	seal_keys_free(&none);
}

static void the_same_text_gives_another_box_each_time(void **state)
{
	struct seal_keys *keys = keys_of(1);
	AUTO(text) char *one = close_to(keys, 0, "x"), *other = close_to(keys, 0, "x");

	(void)state;
	assert_string_not_equal(one, other);
	seal_keys_free(&keys);
}

static void a_text_may_be_empty_or_long(void **state)
{
	struct seal_keys *keys = keys_of(1);
	AUTO(text) char *none = close_to(keys, 0, ""), *many = NULL;
	char text[100001];

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	many = close_to(keys, 0, text);
	is_opened(keys, none, "");
	is_opened(keys, many, text);
	seal_keys_free(&keys);
}

static void what_is_no_box_is_not_opened(void **state)
{
	struct seal_keys *keys = keys_of(1);
	AUTO(text) char *box = close_to(keys, 0, "\"rex\"");

	(void)state;
	is_not_opened(keys, "");
	is_not_opened(keys, "AAAA");
	is_not_opened(keys, "no base64");
	box[60] = box[60] == 'A' ? 'B' : 'A';
	is_not_opened(keys, box);
	box[60] = '\0';
	is_not_opened(keys, box);
	seal_keys_free(&keys);
}

static void what_is_no_key_seals_nothing(void **state)
{
	static const char *const wrong[] = { "", "AAAA", "!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
	                                     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	                                     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" };

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_null(seal_close(wrong[i], "x", 1));
}

/* ---- the file ---- */

static void a_file_gives_back_its_keys_in_order(void **state)
{
	struct seal_keys *keys = keys_of(3), *again;
	struct stat file;

	(void)state;
	assert_true(seal_keys_write(keys, path, why));
	assert_true(seal_keys_read(path, &again, why));
	assert_int_equal(again->n, 3);
	assert_memory_equal(again->pairs, keys->pairs, 3 * sizeof keys->pairs[0]);
	assert_int_equal(stat(path, &file), 0);
	assert_int_equal(file.st_mode & 07777, 0400);
	assert_int_equal(file.st_size, 3 * 45);
	seal_keys_free(&keys);
	seal_keys_free(&again);
}

static void a_file_that_is_replaced_keeps_owner_and_mode(void **state)
{
	struct seal_keys *keys = keys_of(1);
	uid_t owner = geteuid() == 0 ? 12345 : geteuid();
	struct stat file;

	(void)state;
	assert_true(seal_keys_write(keys, path, why));
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(chown(path, owner, (gid_t)-1), 0);
	assert_true(seal_keys_add(keys));
	assert_true(seal_keys_write(keys, path, why));
	assert_int_equal(stat(path, &file), 0);
	assert_int_equal(file.st_mode & 07777, 0640);
	assert_int_equal(file.st_uid, owner);
	assert_int_equal(file.st_size, 2 * 45);
	seal_keys_free(&keys);
}

static void of_a_link_the_file_it_leads_to_is_replaced(void **state)
{
	struct seal_keys *keys = keys_of(1), *again;
	char link[70];
	struct stat file;

	(void)state;
	snprintf(link, sizeof link, "%s.link", path);
	assert_true(seal_keys_write(keys, path, why));
	assert_int_equal(symlink(path, link), 0);
	assert_true(seal_keys_add(keys));
	assert_true(seal_keys_write(keys, link, why));
	assert_int_equal(lstat(link, &file), 0);
	assert_true(S_ISLNK(file.st_mode));
	assert_true(seal_keys_read(path, &again, why));
	assert_int_equal(again->n, 2);
	assert_int_equal(unlink(link), 0);
	seal_keys_free(&keys);
	seal_keys_free(&again);
}

static void what_a_killed_one_left_beside_does_not_matter(void **state)
{
	struct seal_keys *keys = keys_of(1);
	char beside[70];
	FILE *file;

	(void)state;
	snprintf(beside, sizeof beside, "%s.new", path);
	file = fopen(beside, "w");
	assert_non_null(file);
	fclose(file);
	assert_int_equal(chmod(beside, 0400), 0);
	assert_true(seal_keys_write(keys, path, why));
	seal_keys_free(&keys);
}

static void where_nothing_can_be_written_the_reason_is_told(void **state)
{
	struct seal_keys *keys = keys_of(1);

	(void)state;
	assert_false(seal_keys_write(keys, "/proc/seal.key", why));
	assert_non_null(strstr(why, "/proc/seal.key: cannot be written: "));
	seal_keys_free(&keys);
}

static void no_file_is_told_from_a_wrong_one(void **state)
{
	struct seal_keys *keys = NULL;
	struct temp_file file = temp_file_new();
	char wanted[SEAL_WHY];

	(void)state;
	assert_false(seal_keys_read(path, &keys, why));
	assert_int_equal(errno, ENOENT);
	snprintf(wanted, sizeof wanted, "%s: No such file or directory", path);
	assert_string_equal(why, wanted);
	temp_file_write(&file, "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nsecret!\n", 53);
	assert_false(seal_keys_read(file.path, &keys, why));
	assert_int_equal(errno, EINVAL);
	snprintf(wanted, sizeof wanted, "%s: line 2 is not a key", file.path);
	assert_string_equal(why, wanted);
	assert_null(keys);
	temp_file_free(&file);
}

static void the_last_line_may_lack_its_end_and_a_file_may_be_empty(void **state)
{
	struct temp_file file = temp_file_new();
	struct seal_keys *keys;

	(void)state;
	assert_true(seal_keys_read(file.path, &keys, why));
	assert_int_equal(keys->n, 0);
	seal_keys_free(&keys);
	temp_file_write(&file, "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 44);
	assert_true(seal_keys_read(file.path, &keys, why));
	assert_int_equal(keys->n, 1);
	seal_keys_free(&keys);
	temp_file_free(&file);
}

static void there_are_never_too_many(void **state)
{
	struct seal_keys *keys = keys_of(SEAL_MAX_KEYS), *again;
	FILE *file;

	(void)state;
	assert_false(seal_keys_add(keys));
	assert_true(seal_keys_write(keys, path, why));
	assert_true(seal_keys_read(path, &again, why));
	assert_int_equal(again->n, SEAL_MAX_KEYS);
	seal_keys_free(&again);
	assert_int_equal(chmod(path, 0600), 0);
	file = fopen(path, "a");
	assert_non_null(file);
	fputs("AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", file);
	fclose(file);
	assert_false(seal_keys_read(path, &again, why));
	seal_keys_free(&keys);
}

static void a_pair_is_found_by_its_public_half(void **state)
{
	struct seal_keys *keys = keys_of(2), *others = keys_of(1);
	char public_key[SEAL_KEY_SIZE];

	(void)state;
	seal_keys_public(keys, 1, public_key);
	assert_int_equal(seal_keys_find(keys, public_key), 1);
	seal_keys_public(others, 0, public_key);
	assert_int_equal(seal_keys_find(keys, public_key), 2);
	assert_int_equal(seal_keys_find(keys, "x"), 2);
	seal_keys_free(&keys);
	seal_keys_free(&others);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sealed_is_opened_by_its_pair),
		cmocka_unit_test(nobody_else_opens_it),
		cmocka_unit_test(the_same_text_gives_another_box_each_time),
		cmocka_unit_test(a_text_may_be_empty_or_long),
		cmocka_unit_test(what_is_no_box_is_not_opened),
		cmocka_unit_test(what_is_no_key_seals_nothing),
		WITH_FOLDER(a_file_gives_back_its_keys_in_order),
		WITH_FOLDER(a_file_that_is_replaced_keeps_owner_and_mode),
		WITH_FOLDER(of_a_link_the_file_it_leads_to_is_replaced),
		WITH_FOLDER(what_a_killed_one_left_beside_does_not_matter),
		WITH_FOLDER(where_nothing_can_be_written_the_reason_is_told),
		WITH_FOLDER(no_file_is_told_from_a_wrong_one),
		WITH_FOLDER(the_last_line_may_lack_its_end_and_a_file_may_be_empty),
		WITH_FOLDER(there_are_never_too_many),
		cmocka_unit_test(a_pair_is_found_by_its_public_half),
	};

	return cmocka_run_group_tests_name("seal", tests, start_sodium, NULL);
}
