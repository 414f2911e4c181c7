/* Secrets that no text shows. */
#include "runner/masks.c"

#include "house.h"

static struct masks *masks_of(const char *const *secrets)
{
	struct masks *masks = masks_new();

	for (; *secrets != NULL; secrets++)
		masks_add(masks, *secrets, strlen(*secrets));
	return masks;
}

#define MASKS(...) masks_of((const char *const []){ __VA_ARGS__, NULL })

static void is_shown(const struct masks *masks, const char *text, const char *wanted)
{
	size_t size = 7;
	AUTO(text) char *shown = masks_apply(masks, text, strlen(text), &size);

	assert_string_equal(shown, wanted);
	assert_int_equal(size, strlen(wanted));
}

/* With one secret. */
static void is_masked(const char *secret, const char *text, const char *wanted)
{
	struct masks *masks = MASKS(secret);

	is_shown(masks, text, wanted);
	masks_free(&masks);
	assert_null(masks);
}

/* ---- where they stand ---- */

static void a_secret_is_masked_wherever_it_stands(void **state)
{
	(void)state;
	is_masked("rex2000", "rex2000", MASK);
	is_masked("rex2000", "the dog is rex2000, yes: rex2000rex2000", "the dog is " MASK ", yes: " MASK MASK);
	is_masked("rex2000", "rex200", "rex200");
	is_masked("rex2000", "rrex2000", "r" MASK);
	is_masked("rex2000", "", "");
	is_masked("r\u00e9x!", "r\u00e9x! rex!", MASK " rex!");
}

static void without_secrets_nothing_is_masked(void **state)
{
	struct masks *masks = masks_new();

	(void)state;
	is_shown(masks, "the dog is rex2000", "the dog is rex2000");
	assert_int_equal(masks_longest(masks), 0);
	masks_free(&masks);
	masks_free(&masks);
}

static void one_that_is_too_short_is_not_masked(void **state)
{
	(void)state;
	is_masked("a", "a cat", "a cat");
	is_masked("rex", "rex", "rex");
	is_masked("\u00e9\u00e9\u00e9", "\u00e9\u00e9\u00e9", "\u00e9\u00e9\u00e9");
	is_masked("  rex \n", "  rex ", "  rex ");
	is_masked("", "", "");
	is_masked("rex2", "rex2", MASK);
	is_masked("\u00e9\u00e9\u00e9\u00e9", "\u00e9\u00e9\u00e9\u00e9", MASK);
}

static void white_space_around_it_does_not_count(void **state)
{
	(void)state;
	is_masked(" rex2000\n", "a rex2000 b", "a " MASK " b");
	is_masked("\t rex 2000 ", "rex 2000", MASK);
}

static void of_two_that_begin_alike_the_longer_is_masked(void **state)
{
	struct masks *masks = MASKS("rex2", "rex2000", "rex2000 is good", "rex20005");

	(void)state;
	is_shown(masks, "rex2000 is bad", MASK " is bad");
	is_shown(masks, "rex2000 is good", MASK);
	is_shown(masks, "rex20005", MASK);
	is_shown(masks, "rex20", MASK "0");
	is_shown(masks, "rex1", "rex1");
	masks_free(&masks);
}

static void one_within_another_does_not_hide_that(void **state)
{
	struct masks *masks = MASKS("x200", "rex2000");

	(void)state;
	is_shown(masks, "rex2000", MASK);
	is_shown(masks, "rex2001", "re" MASK "1");
	masks_free(&masks);
}

static void of_those_that_overlap_nothing_is_shown(void **state)
{
	struct masks *masks = MASKS("abcd1", "d1efg", "fghijk");

	(void)state;
	is_shown(masks, "-abcd1efghijk-", "-" MASK "-");
	is_shown(masks, "abcd1fghijk", MASK MASK);
	is_shown(masks, "abcd1efgh", MASK "h");
	masks_free(&masks);
}

static void many_are_all_found(void **state)
{
	struct masks *masks = masks_new();
	char secret[32], text[64], wanted[64];

	(void)state;
	for (int i = 0; i < 3000; i++) {
		snprintf(secret, sizeof secret, "pw%d-%d", i % 7, i * i);
		masks_add(masks, secret, strlen(secret));
	}
	for (int i = 0; i < 3000; i++) {
		snprintf(text, sizeof text, "<pw%d-%d> pw9-", i % 7, i * i);
		snprintf(wanted, sizeof wanted, "<" MASK "> pw9-");
		is_shown(masks, text, wanted);
	}
	masks_free(&masks);
}

/* ---- how it is written ---- */

static void it_is_known_as_json_writes_it(void **state)
{
	(void)state;
	is_masked("a\"b\\c", "{\"msg\": \"a\\\"b\\\\c\"}", "{\"msg\": \"" MASK "\"}");
	is_masked("a\"b\\c", "\"{\\\"msg\\\": \\\"a\\\\\\\"b\\\\\\\\c\\\"}\"", "\"{\\\"msg\\\": \\\"" MASK "\\\"}\"");
	is_masked("\u00fcber", "\"\\u00fcber\" \u00fcber", "\"" MASK "\" " MASK);
	is_masked("\U0001f600\U0001f600 a", "\\ud83d\\ude00\\ud83d\\ude00 a", MASK);
	is_masked("a\tb\bcd", "a\\tb\\bcd", MASK);
	is_masked("a\x01\x7f" "bcd", "a\\u0001\\u007fbcd a\\u0001\x7f" "bcd", MASK " " MASK);
}

static void it_is_known_as_python_writes_it(void **state)
{
	(void)state;
	is_masked("it's", "\"it's\"", "\"" MASK "\"");
	is_masked("it's a \"dog\"", "'it\\'s a \"dog\"'", "'" MASK "'");
	is_masked("a\\b\x01" "c\xc2\x85" "d", "'a\\\\b\\x01c\\x85d'", "'" MASK "'");
}

static void it_is_known_as_a_shell_writes_it(void **state)
{
	(void)state;
	is_masked("it's", "echo 'it'\"'\"'s'", "echo '" MASK "'");
	is_masked("it's", "echo 'it'\\''s'", "echo '" MASK "'");
}

static void it_is_known_without_its_control_characters(void **state)
{
	(void)state;
	is_masked("a\x01" "b\xc2\x85" "cd", "abcd", MASK);
}

#define KEY "-----BEGIN OPENSSH PRIVATE KEY-----\n" \
            "b3BlbnNzaC1rZXktdjEAAAAABG5v\r\n" \
            "QyNTUxOQAAACBQ\n" \
            "short==\n" \
            "-----END OPENSSH PRIVATE KEY-----\n"

static void of_one_of_several_lines_each_is_masked(void **state)
{
	struct masks *masks = MASKS(KEY);

	(void)state;
	is_shown(masks, "b3BlbnNzaC1rZXktdjEAAAAABG5v", MASK);
	is_shown(masks, "  QyNTUxOQAAACBQ", "  " MASK);
	is_shown(masks, "short== \\nQyNTUxOQAAACBQ\\n", "short== \\n" MASK "\\n");
	is_shown(masks, "-----BEGIN OPENSSH PRIVATE KEY-----", "-----BEGIN OPENSSH PRIVATE KEY-----");
	is_shown(masks, "-----END OPENSSH PRIVATE KEY-----", "-----END OPENSSH PRIVATE KEY-----");
	is_shown(masks, "<" KEY ">", "<" MASK "\n>");
	masks_free(&masks);
}

static void a_key_in_json_is_masked_as_a_whole(void **state)
{
	(void)state;
	is_masked("-----BEGIN X-----\nsecret\n-----END X-----\n", "{\"key\": \"-----BEGIN X-----\\nsecret\\n-----END X-----\\n\"}",
	          "{\"key\": \"" MASK "\\n\"}");
}

/* ---- in JSON ---- */

static void in_a_value_all_texts_are_masked(void **state)
{
	struct masks *masks = MASKS("rex2000", "123456", "0.125");
	AUTO(json) json_t *value = json_loads("{\"a\": [\"rex2000\", 1, null, true, 1234567, 0.125], \"rex2000!\": {\"b\": \"x\\u0000rex2000\"}}",
	                                      JSON_ALLOW_NUL, NULL);
	AUTO(json) json_t *shown = masks_json(masks, value);
	AUTO(text) char *text = json_dumps(shown, JSON_COMPACT);

	(void)state;
	assert_string_equal(text, "{\"a\":[\"" MASK "\",1,null,true,\"" MASK "7\",\"" MASK "\"],\"" MASK "!\":{\"b\":\"x\\u0000" MASK "\"}}");
	masks_free(&masks);
}

/* ---- in a file ---- */

static void who_takes_over_masks_the_same(void **state)
{
	struct masks *masks = MASKS(KEY, "it's", "rex2000"), *again = NULL;
	struct temp_file file = temp_file_new();

	(void)state;
	assert_int_equal(masks_save(masks, file.fd), S_OK);
	assert_int_equal(lseek(file.fd, 0, SEEK_SET), 0);
	assert_int_equal(masks_load(file.fd, &again), S_OK);
	assert_int_equal(again->n, masks->n);
	assert_int_equal(masks_longest(again), masks_longest(masks));
	is_shown(again, "rex2000 it'\\''s QyNTUxOQAAACBQ rex", MASK " " MASK " " MASK " rex");
	masks_free(&masks);
	masks_free(&again);
	temp_file_free(&file);
}

static void no_masks_are_loaded_as_none(void **state)
{
	struct masks *none = masks_new(), *again = NULL;
	struct temp_file file = temp_file_new();

	(void)state;
	assert_int_equal(masks_save(none, file.fd), S_OK);
	assert_int_equal(lseek(file.fd, 0, SEEK_SET), 0);
	assert_int_equal(masks_load(file.fd, &again), S_OK);
	assert_int_equal(again->n, 0);
	masks_free(&none);
	masks_free(&again);
	temp_file_free(&file);
}

static void is_not_loaded(const void *bytes, size_t size)
{
	struct temp_file file = temp_file_new();
	struct masks *masks = NULL;

	temp_file_write(&file, bytes, size);
	assert_int_equal(masks_load(file.fd, &masks), S_INTERNAL);
	assert_null(masks);
	temp_file_free(&file);
}

static void a_file_that_is_cut_or_wrong_is_not_loaded(void **state)
{
	(void)state;
	is_not_loaded("", 0);
	is_not_loaded("\7\0\0\0rex2000", 11);
	is_not_loaded("\7\0\0\0rex2000\0\0\0", 14);
	is_not_loaded("\7\0\0\0rex", 7);
	is_not_loaded("\3\0\0\0rex\0\0\0\0", 11);
	is_not_loaded("\377\377\377\377rex2000\0\0\0\0", 15);
}

static void where_nothing_can_be_written_it_is_told(void **state)
{
	struct masks *masks = MASKS("rex2000");

	(void)state;
	assert_int_equal(masks_save(masks, -1), S_INTERNAL);
	masks_free(&masks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_is_masked_wherever_it_stands),
		cmocka_unit_test(without_secrets_nothing_is_masked),
		cmocka_unit_test(one_that_is_too_short_is_not_masked),
		cmocka_unit_test(white_space_around_it_does_not_count),
		cmocka_unit_test(of_two_that_begin_alike_the_longer_is_masked),
		cmocka_unit_test(one_within_another_does_not_hide_that),
		cmocka_unit_test(of_those_that_overlap_nothing_is_shown),
		cmocka_unit_test(many_are_all_found),
		cmocka_unit_test(it_is_known_as_json_writes_it),
		cmocka_unit_test(it_is_known_as_python_writes_it),
		cmocka_unit_test(it_is_known_as_a_shell_writes_it),
		cmocka_unit_test(it_is_known_without_its_control_characters),
		cmocka_unit_test(of_one_of_several_lines_each_is_masked),
		cmocka_unit_test(a_key_in_json_is_masked_as_a_whole),
		cmocka_unit_test(in_a_value_all_texts_are_masked),
		cmocka_unit_test(who_takes_over_masks_the_same),
		cmocka_unit_test(no_masks_are_loaded_as_none),
		cmocka_unit_test(a_file_that_is_cut_or_wrong_is_not_loaded),
		cmocka_unit_test(where_nothing_can_be_written_it_is_told),
	};

	return cmocka_run_group_tests_name("masks", tests, NULL, NULL);
}
