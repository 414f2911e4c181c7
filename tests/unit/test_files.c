/* The files of a run that hold secrets: inventory, keys, passwords. */
#include "runner/files.c"

#include "lib/auto.h"

#include "house.h"
#include "sealed.h"

#define FOLDER "/run/moirai/7"
#define KEY "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----"

static struct files *files;
static struct masks *masks;
static char why[OPENED_WHY];

static int begin(void **state)
{
	(void)state;
	files = files_new(FOLDER);
	masks = masks_new();
	*why = '\0';
	return sealed_begin();
}

static int end(void **state)
{
	(void)state;
	files_free(&files);
	masks_free(&masks);
	sealed_end();
	return files == NULL ? 0 : -1;
}

static void file_is(size_t i, const char *name, const char *text)
{
	AUTO(text) char *path = NULL;

	assert_in_range(i, 0, files->n - 1);
	assert_true(asprintf(&path, FOLDER "/%s", name) > 0);
	assert_string_equal(files->files[i].name, name);
	assert_string_equal(files->files[i].path, path);
	assert_string_equal(files->files[i].bytes, text);
	assert_int_equal(files->files[i].size, strlen(text));
}

/* ---- inventory ---- */

static void add_piece(json_t *pieces, const char *text, const char *form, const char *key, json_t *take_box)
{
	json_array_append_new(pieces, json_pack("{s:s, s:s?, s:s?, s:o}", "text", text, "form", form, "key", key, "sealed",
	                                        take_box != NULL ? take_box : json_null()));
}

static void becomes(const json_t *pieces, const char *wanted)
{
	const char *path = NULL;

	assert_int_equal(files_inventory(files, seal_keys_of_test, pieces, masks, &path, why), S_OK);
	assert_string_equal(path, FOLDER "/inventory");
	file_is(files->n - 1, FILES_INVENTORY, wanted);
}

/* One secret with that JSON, in a section and on the line of a host. */
static void is_written(const char *json, const char *in_section, const char *on_line)
{
	AUTO(json) json_t *pieces = json_array();
	AUTO(text) char *wanted = NULL;

	add_piece(pieces, "v=", "section", "ansible_ssh_pass", sealed(json));
	add_piece(pieces, "\nh v=", "host", "ansible_become_pass", sealed(json));
	add_piece(pieces, "\n", NULL, NULL, NULL);
	assert_true(asprintf(&wanted, "v=%s\nh v=%s\n", in_section, on_line) > 0);
	becomes(pieces, wanted);
}

static void without_secrets_it_is_the_text(void **state)
{
	AUTO(json) json_t *pieces = json_pack("[{s:s}]", "text", "# Hosts \nb.host x='\"\\u00e9\"'\n\n\n# Groups ");
	AUTO(json) json_t *none = json_array();

	(void)state;
	becomes(pieces, "# Hosts \nb.host x='\"\\u00e9\"'\n\n\n# Groups ");
	becomes(none, "");
}

static void a_secret_stands_where_its_place_is(void **state)
{
	(void)state;
	is_written("\"rex\"", "\"rex\"", "'\"rex\"'");
	is_written("\"\"", "\"\"", "'\"\"'");
	is_written("\"it's\"", "\"it's\"", "'\"it'\"'\"'s\"'");
	is_written("\"a\\\"b\\\\c\"", "\"a\\\"b\\\\c\"", "'\"a\\\"b\\\\c\"'");
	is_written("\"a\\\\\"", "\"a\\\\\"", "'\"a\\\\\"'");
	is_written("\"l1\\nl2\\r\\t\"", "\"l1\\nl2\\r\\t\"", "'\"l1\\nl2\\r\\t\"'");
	is_written("\"null [all:vars] #\"", "\"null [all:vars] #\"", "'\"null [all:vars] #\"'");
}

static void what_ends_a_line_for_python_is_escaped(void **state)
{
	(void)state;
	is_written("\"\x7f\xc2\x80\xc2\x85\xc2\x9f\"", "\"\\u007f\\u0080\\u0085\\u009f\"", "'\"\\u007f\\u0080\\u0085\\u009f\"'");
	is_written("\"\\u2028\\u2029\\ufeff\\ufffe\\uffff\"", "\"\\u2028\\u2029\\ufeff\\ufffe\\uffff\"",
	           "'\"\\u2028\\u2029\\ufeff\\ufffe\\uffff\"'");
	is_written("\"\\u000b\\u000c\\u001c\"", "\"\\u000B\\f\\u001C\"", "'\"\\u000B\\f\\u001C\"'");
	is_written("\"\\u00a0\\u00e9\\u2027\\u202a\\ufefe\\uff5e\"", "\"\u00a0\u00e9\u2027\u202a\ufefe\uff5e\"",
	           "'\"\u00a0\u00e9\u2027\u202a\ufefe\uff5e\"'");
}

static void what_json_need_not_escape_stays(void **state)
{
	(void)state;
	is_written("\"a\\/b\"", "\"a/b\"", "'\"a/b\"'");
	is_written("\"\\ud83d\\ude00\"", "\"\U0001f600\"", "'\"\U0001f600\"'");
}

static void other_values_are_pythons(void **state)
{
	(void)state;
	is_written("null", "None", "'None'");
	is_written("true", "True", "'True'");
	is_written("false", "False", "'False'");
	is_written("12345", "12345", "'12345'");
	is_written("-9223372036854775808", "-9223372036854775808", "'-9223372036854775808'");
	is_written("0.3", "0.3", "'0.3'");
	is_written("1e22", "1e22", "'1e22'");
	is_written("[null,{\"true\":[false,\"true \\\"null\"]}]", "[None,{\"true\":[False,\"true \\\"null\"]}]",
	           "'[None,{\"true\":[False,\"true \\\"null\"]}]'");
}

static void the_text_of_a_key_becomes_a_file_each_time(void **state)
{
	AUTO(json) json_t *pieces = json_array();

	(void)state;
	add_piece(pieces, "h1 k=", "host", KEY_VARIABLE, sealed_string(KEY));
	add_piece(pieces, "\n[all:vars]\nk=", "section", KEY_VARIABLE, sealed_string(KEY "\n"));
	add_piece(pieces, "\nj=", "section", KEY_VARIABLE, sealed_string("/home/rex/.ssh/id_rsa"));
	add_piece(pieces, "\ni=", "section", "ansible_ssh_pass", sealed_string("-----BEGIN X"));
	add_piece(pieces, "\nl=", "section", KEY_VARIABLE, sealed("null"));
	becomes(pieces, "h1 k='\"" FOLDER "/key-1\"'\n[all:vars]\nk=\"" FOLDER "/key-2\"\nj=\"/home/rex/.ssh/id_rsa\"\n"
	                "i=\"-----BEGIN X\"\nl=None");
	assert_int_equal(files->n, 3);
	file_is(0, "key-1", KEY "\n");
	file_is(1, "key-2", KEY "\n");
}

static void is_shown(const char *text, const char *wanted)
{
	size_t size;
	AUTO(text) char *shown = masks_apply(masks, text, strlen(text), &size);

	assert_string_equal(shown, wanted);
}

static void secrets_are_masked_from_then_on(void **state)
{
	AUTO(json) json_t *pieces = json_array();

	(void)state;
	add_piece(pieces, "", "section", "ansible_ssh_pass", sealed("\"rex2000\""));
	add_piece(pieces, "", "section", "ansible_ssh_pass", sealed("123456"));
	add_piece(pieces, "", "section", "ansible_ssh_pass", sealed("[\"inside\", {\"a\": \"deeper\"}]"));
	add_piece(pieces, "", "host", KEY_VARIABLE, sealed_string(KEY));
	becomes(pieces, "\"rex2000\"123456[\"inside\",{\"a\":\"deeper\"}]'\"" FOLDER "/key-1\"'");
	is_shown("rex2000 123456 inside deeper a b3BlbnNzaC1rZXk", MASK " " MASK " " MASK " " MASK " a " MASK);
}

static void fails(const json_t *pieces, const char *wanted)
{
	const char *path = NULL;

	assert_int_equal(files_inventory(files, seal_keys_of_test, pieces, masks, &path, why), S_INTERNAL);
	assert_null(path);
	assert_string_equal(why, wanted);
	assert_int_equal(files->n, 0);
}

static void one_that_cannot_be_opened_is_named(void **state)
{
	AUTO(json) json_t *pieces = json_array(), *broken = json_array();

	(void)state;
	add_piece(pieces, "x", "section", "ansible_ssh_pass", json_string("AAAA"));
	fails(pieces, "The secret ansible_ssh_pass can't be opened: it was sealed to none of our keys.");
	add_piece(broken, "x", "section", "ansible_become_pass", sealed("rex2000"));
	fails(broken, "The secret ansible_become_pass is broken.");
}

static void what_is_no_piece_is_refused(void **state)
{
	static const char *const wrong[] = { "[1]", "[{}]", "[{\"text\": 1}]", "[{\"text\": \"\", \"sealed\": \"AAAA\", \"key\": \"a\"}]",
	                                     "[{\"text\": \"\", \"sealed\": \"AAAA\", \"form\": \"host\"}]",
	                                     "[{\"text\": \"\", \"sealed\": \"AAAA\", \"form\": \"x\", \"key\": \"a\"}]",
	                                     "[{\"text\": \"\", \"sealed\": {}, \"form\": \"host\", \"key\": \"a\"}]" };

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		AUTO(json) json_t *pieces = json_loads(wrong[i], 0, NULL);

		assert_non_null(pieces);
		fails(pieces, "A piece of the inventory is none.");
	}
}

/* ---- keys ---- */

static void a_key_has_the_ends_of_lines_that_ssh_wants(void **state)
{
	(void)state;
	assert_string_equal(files_add_key(files, "-----BEGIN X\r\na\rb\n\nc"), FOLDER "/key-1");
	assert_string_equal(files_add_key(files, "a\r\n"), FOLDER "/key-2");
	file_is(0, "key-1", "-----BEGIN X\na\nb\n\nc\n");
	file_is(1, "key-2", "a\n");
}

static void a_key_is_known_by_its_begin(void **state)
{
	(void)state;
	assert_true(files_is_key(KEY));
	assert_true(files_is_key("\n-----BEGIN RSA PRIVATE KEY-----\n"));
	assert_false(files_is_key("keys/BEGIN"));
	assert_false(files_is_key(""));
}

/* ---- the tar ---- */

static void entry_is(struct archive *tar, const char *name, const char *bytes, size_t size)
{
	char read[4096];
	struct archive_entry *entry;

	assert_int_equal(archive_read_next_header(tar, &entry), ARCHIVE_OK);
	assert_string_equal(archive_entry_pathname(entry), name);
	assert_int_equal(archive_entry_mode(entry), AE_IFREG | 0600);
	assert_int_equal(archive_entry_size(entry), size);
	assert_int_equal(archive_read_data(tar, read, sizeof read), size);
	assert_memory_equal(read, bytes, size);
}

static void a_tar_has_all_files_and_nobody_changes_it(void **state)
{
	struct archive *tar = archive_read_new();
	struct archive_entry *entry;
	char many[3000];
	int fd = -1;

	(void)state;
	memset(many, 'x', sizeof many);
	files_add(files, "vault-password-file", "rex\0\xff", 5);
	files_add(files, "empty", "", 0);
	files_add(files, "many", many, sizeof many);
	assert_int_equal(files_tar(files, &fd), S_OK);
	assert_int_equal(write(fd, "x", 1), -1);
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(archive_read_support_format_tar(tar), ARCHIVE_OK);
	assert_int_equal(archive_read_open_fd(tar, fd, 512), ARCHIVE_OK);
	entry_is(tar, "vault-password-file", "rex\0\xff", 5);
	entry_is(tar, "empty", "", 0);
	entry_is(tar, "many", many, sizeof many);
	assert_int_equal(archive_read_next_header(tar, &entry), ARCHIVE_EOF);
	archive_read_free(tar);
	assert_int_equal(lseek(fd, 0, SEEK_END) % 512, 0);
	close(fd);
}

static void without_files_it_is_empty(void **state)
{
	struct archive *tar = archive_read_new();
	struct archive_entry *entry;
	int fd = -1;

	(void)state;
	assert_int_equal(files_tar(files, &fd), S_OK);
	assert_int_equal(archive_read_support_format_tar(tar), ARCHIVE_OK);
	assert_int_equal(archive_read_open_fd(tar, fd, 512), ARCHIVE_OK);
	assert_int_equal(archive_read_next_header(tar, &entry), ARCHIVE_EOF);
	archive_read_free(tar);
	close(fd);
}

#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FILES(without_secrets_it_is_the_text),
		WITH_FILES(a_secret_stands_where_its_place_is),
		WITH_FILES(what_ends_a_line_for_python_is_escaped),
		WITH_FILES(what_json_need_not_escape_stays),
		WITH_FILES(other_values_are_pythons),
		WITH_FILES(the_text_of_a_key_becomes_a_file_each_time),
		WITH_FILES(secrets_are_masked_from_then_on),
		WITH_FILES(one_that_cannot_be_opened_is_named),
		WITH_FILES(what_is_no_piece_is_refused),
		WITH_FILES(a_key_has_the_ends_of_lines_that_ssh_wants),
		WITH_FILES(a_key_is_known_by_its_begin),
		WITH_FILES(a_tar_has_all_files_and_nobody_changes_it),
		WITH_FILES(without_files_it_is_empty),
	};

	return cmocka_run_group_tests_name("files", tests, start_sodium, NULL);
}
