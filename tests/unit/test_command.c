/* The command line of a run. */
#include "runner/command.c"

#include "house.h"
#include "sealed.h"

#define FOLDER "/run/moirai/7"
#define INVENTORY FOLDER "/inventory"
#define KEY "-----BEGIN RSA PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END RSA PRIVATE KEY-----\n"

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
	return 0;
}

/* ---- what is run ---- */

static json_t *run_of(const char *kind, const char *mode, const char *pattern, const char *arguments)
{
	json_t *object = json_loads(arguments, 0, NULL);

	assert_non_null(object);
	return json_pack("{s:s, s:s, s:s?, s:o, s:{}}", "kind", kind, "mode", mode, "pattern", pattern, "arguments", object, "sealed");
}

static enum status make(const json_t *run, struct command **ret_command)
{
	return command_new(run, INVENTORY, seal_keys_of_test, files, masks, ret_command, why);
}

/* Words are parted by | in `wanted`. */
static void words_are(const json_t *run, const char *wanted, const char *raw_args)
{
	AUTO(wiped) struct wiped text = { 0 };
	struct command *command = NULL;

	assert_int_equal(make(run, &command), S_OK);
	assert_string_equal(why, "");
	for (size_t i = 0; i < command->n; i++) {
		wiped_add_text(&text, i == 0 ? "" : "|");
		wiped_add_text(&text, command->words[i]);
	}
	assert_null(command->words[command->n]);
	assert_string_equal(text.bytes, wanted);
	if (raw_args != NULL)
		assert_string_equal(command->raw_args, raw_args);
	command_free(&command);
	assert_null(command);
}

#define PLAYBOOK "ansible-playbook|site.yml|-i|" INVENTORY "|-v"

/* With these arguments a playbook has these words more. */
static void gives(const char *arguments, const char *wanted)
{
	AUTO(json) json_t *run = run_of("PLAYBOOK", "site.yml", NULL, arguments);
	AUTO(text) char *words = NULL;

	assert_true(asprintf(&words, PLAYBOOK "%s%s", *wanted != '\0' ? "|" : "", wanted) > 0);
	words_are(run, words, NULL);
}

static void a_playbook_and_a_module_have_their_commands(void **state)
{
	AUTO(json) json_t *playbook = run_of("PLAYBOOK", "site.yml", NULL, "{\"limit\": \"web\", \"check\": null}");
	AUTO(json) json_t *module = run_of("MODULE", "shell", "all:!db", "{\"args\": \"echo 1\", \"forks\": 5}");
	AUTO(json) json_t *bare = run_of("MODULE", "setup", "web", "{}");

	(void)state;
	words_are(playbook, PLAYBOOK "|--check|--limit|web", "ansible-playbook site.yml -i " INVENTORY " -v --check --limit web");
	words_are(module, "ansible|all:!db|-i|" INVENTORY "|-v|--args|echo 1|--forks|5|--module-name|shell",
	          "ansible all:!db -i " INVENTORY " -v --args echo 1 --forks 5 --module-name shell");
	words_are(bare, "ansible|web|-i|" INVENTORY "|-v|--module-name|setup", "ansible web -i " INVENTORY " -v --module-name setup");
}

static void values_are_written_as_ansible_wants_them(void **state)
{
	(void)state;
	gives("{}", "");
	gives("{\"forks\": 0, \"timeout\": \"7\"}", "--forks|0|--timeout|7");
	gives("{\"become\": \"\", \"diff\": null}", "--become|--diff");
	gives("{\"user\": true, \"tags\": false}", "--tags|False|--user|True");
	gives("{\"extra-vars\": {\"b\": [1, 0.3, null], \"a\": \"x y\"}}", "--extra-vars|{\"b\":[1,0.3,null],\"a\":\"x y\"}");
	gives("{\"tags\": [\"a\", \"b\"]}", "--tags|[\"a\",\"b\"]");
	gives("{\"ssh-common-args\": \"-o X=1\", \"timeout\": -1}", "--ssh-common-args=-o X=1|--timeout=-1");
	gives("{\"limit\": \"@retry.txt\"}", "--limit|@retry.txt");
	gives("{\"user\": \"%s%n; $(id) | 'x'\"}", "--user|%s%n; $(id) | 'x'");
	gives("{\"timeout\": 1.5}", "--timeout|1.5");
}

static void options_come_in_alphabetical_order(void **state)
{
	(void)state;
	gives("{\"tags\": \"t\", \"become\": null, \"limit\": \"l\", \"extra-vars\": \"a=1\", \"become-user\": \"u\"}",
	      "--become|--become-user|u|--extra-vars|a=1|--limit|l|--tags|t");
}

static void args_that_are_empty_are_left_out(void **state)
{
	AUTO(json) json_t *empty = run_of("MODULE", "ping", "all", "{\"args\": \"\"}");
	AUTO(json) json_t *null = run_of("MODULE", "ping", "all", "{\"args\": null}");

	(void)state;
	words_are(empty, "ansible|all|-i|" INVENTORY "|-v|--module-name|ping", NULL);
	words_are(null, "ansible|all|-i|" INVENTORY "|-v|--module-name|ping", NULL);
}

static void old_names_are_translated(void **state)
{
	(void)state;
	gives("{\"su\": null}", "--become|--become-method|su");
	gives("{\"sudo\": \"\"}", "--become|--become-method|sudo");
	gives("{\"su-user\": \"rex\"}", "--become-method|su|--become-user|rex");
	gives("{\"sudo-user\": \"-rex\", \"sudo\": null}", "--become|--become-method|sudo|--become-method|sudo|--become-user=-rex");
	gives("{\"new-vault-id\": \"x\", \"new-vault-password-file\": \"y\", \"tags\": \"t\"}", "--tags|t");
}

static void a_name_that_would_be_an_option_is_refused(void **state)
{
	static const struct { const char *kind, *mode, *pattern; } rows[] = {
		{ "PLAYBOOK", "--version", NULL }, { "PLAYBOOK", "", NULL }, { "MODULE", "-m", "all" }, { "MODULE", "ping", "-i" },
		{ "MODULE", "ping", "" }, { "MODULE", "ping", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(json) json_t *run = run_of(rows[i].kind, rows[i].mode, rows[i].pattern, "{}");
		struct command *command = NULL;

		assert_int_equal(make(run, &command), S_INVALID);
		assert_null(command);
		assert_string_equal(why, "There is no playbook, module or group of that name.");
	}
}

/* ---- secrets ---- */

static json_t *run_with(const char *arguments, const char *option, const char *json)
{
	json_t *run = run_of("PLAYBOOK", "site.yml", NULL, arguments);

	json_object_set_new(json_object_get(run, "sealed"), option, sealed(json));
	return run;
}

static void file_is(size_t i, const char *name, const char *text)
{
	assert_in_range(i, 0, files->n - 1);
	assert_string_equal(files->files[i].name, name);
	assert_string_equal(files->files[i].bytes, text);
	assert_int_equal(files->files[i].size, strlen(text));
}

static void the_text_of_a_key_becomes_a_file(void **state)
{
	AUTO(json) json_t *run = run_with("{\"tags\": \"t\", \"key-file\": \"" MASK "\"}", "key-file", "\"\"");
	AUTO(json) json_t *key = json_string(KEY);
	AUTO(text) char *json = json_dumps(key, JSON_ENCODE_ANY);

	(void)state;
	json_object_set_new(json_object_get(run, "sealed"), "key-file", sealed(json));
	json_object_set_new(json_object_get(run, "sealed"), "private-key", sealed(json));
	words_are(run, PLAYBOOK "|--key-file|" FOLDER "/key-1|--private-key|" FOLDER "/key-2|--tags|t",
	          "ansible-playbook site.yml -i " INVENTORY " -v --key-file " FOLDER "/key-1 --private-key " FOLDER "/key-2 --tags t");
	file_is(0, "key-1", KEY);
	file_is(1, "key-2", KEY);
}

static void key_gives(const char *path, const char *wanted)
{
	AUTO(json) json_t *value = json_string(path);
	AUTO(text) char *json = json_dumps(value, JSON_ENCODE_ANY);
	AUTO(json) json_t *run = run_with("{}", "private-key", json);
	AUTO(text) char *words = NULL;

	assert_true(asprintf(&words, PLAYBOOK "|--private-key%s", wanted) > 0);
	words_are(run, words, NULL);
}

static void the_path_of_a_key_is_below_the_project(void **state)
{
	static const char *const wrong[] = { "/etc/shadow", "..", "../x", "a/../b", "a/..", "~/.ssh/id_rsa", "~rex", "$HOME/x", "a/${X}/b" };

	(void)state;
	key_gives("keys/id_rsa", "|keys/id_rsa");
	key_gives("./..a/b..", "|./..a/b..");
	key_gives("-x", "=-x");
	key_gives("", "");
	assert_int_equal(files->n, 0);
	for (size_t i = 0; i < COUNT(wrong); i++) {
		AUTO(json) json_t *value = json_string(wrong[i]);
		AUTO(text) char *json = json_dumps(value, JSON_ENCODE_ANY);
		AUTO(json) json_t *run = run_with("{}", "private-key", json);
		struct command *command = NULL;

		assert_int_equal(make(run, &command), S_INVALID);
		assert_null(command);
		assert_string_equal(why, "private-key: it is neither the text of a key nor a path below the project.");
	}
}

static void a_password_always_goes_into_a_file(void **state)
{
	static const char *const names[] = { "become-pass-file", "become-password-file", "conn-pass-file", "connection-password-file",
	                                     "vault-pass-file", "vault-password-file" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		AUTO(json) json_t *run = run_with("{}", names[i], "\"rex2000\"");
		AUTO(text) char *words = NULL;

		assert_true(asprintf(&words, PLAYBOOK "|--%s|" FOLDER "/%s", names[i], names[i]) > 0);
		words_are(run, words, NULL);
		file_is(i, names[i], "rex2000");
	}
}

static void a_password_that_is_no_text_is_its_text(void **state)
{
	AUTO(json) json_t *number = run_with("{}", "vault-password-file", "123456");
	AUTO(json) json_t *none = run_with("{}", "vault-password-file", "null");

	(void)state;
	words_are(number, PLAYBOOK "|--vault-password-file|" FOLDER "/vault-password-file", NULL);
	file_is(0, "vault-password-file", "123456");
	words_are(none, PLAYBOOK "|--vault-password-file", NULL);
	assert_int_equal(files->n, 1);
}

static void a_secret_is_never_shown(void **state)
{
	AUTO(json) json_t *run = run_with("{\"extra-vars\": \"a=rex2000 b=123\", \"vault-password-file\": \"" MASK "\"}",
	                                  "vault-password-file", "\"rex2000\"");

	(void)state;
	words_are(run, PLAYBOOK "|--extra-vars|a=rex2000 b=123|--vault-password-file|" FOLDER "/vault-password-file",
	          "ansible-playbook site.yml -i " INVENTORY " -v --extra-vars a=" MASK " b=123"
	          " --vault-password-file " FOLDER "/vault-password-file");
}

static void extra_variables_that_are_a_secret_are_not_shown(void **state)
{
	AUTO(json) json_t *text = run_with("{\"extra-vars\": \"" MASK "\"}", "extra-vars", "\"a=1 ansible_password=rex2000\"");
	AUTO(json) json_t *object = run_with("{\"extra-vars\": \"" MASK "\"}", "extra-vars", "{\"a\":{\"ansible_password\":\"rex3000\"}}");

	(void)state;
	words_are(text, PLAYBOOK "|--extra-vars|a=1 ansible_password=rex2000",
	          "ansible-playbook site.yml -i " INVENTORY " -v --extra-vars " MASK);
	words_are(object, PLAYBOOK "|--extra-vars|{\"a\":{\"ansible_password\":\"rex3000\"}}",
	          "ansible-playbook site.yml -i " INVENTORY " -v --extra-vars " MASK);
}

static void fails(const json_t *run, const char *wanted)
{
	struct command *command = NULL;

	assert_int_equal(make(run, &command), S_INTERNAL);
	assert_null(command);
	assert_string_equal(why, wanted);
}

static void what_cannot_be_opened_is_named(void **state)
{
	AUTO(json) json_t *wrong = run_with("{}", "key-file", "\"x\"");
	AUTO(json) json_t *gone = run_of("PLAYBOOK", "site.yml", NULL, "{\"private-key\": \"" MASK "\"}");
	AUTO(json) json_t *shown = run_with("{}", "tags", "\"x\"");

	(void)state;
	json_object_set_new(json_object_get(wrong, "sealed"), "key-file", json_string("AAAA"));
	fails(wrong, "The secret key-file can't be opened: it was sealed to none of our keys.");
	fails(gone, "The secret private-key is gone.");
	fails(shown, "The secret tags would be shown.");
}

static void one_that_is_not_used_is_not_opened(void **state)
{
	AUTO(json) json_t *run = run_with("{\"new-vault-password-file\": \"" MASK "\"}", "new-vault-password-file", "\"x\"");

	(void)state;
	json_object_set_new(json_object_get(run, "sealed"), "new-vault-password-file", json_string("AAAA"));
	words_are(run, PLAYBOOK, NULL);
}

#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FILES(a_playbook_and_a_module_have_their_commands),
		WITH_FILES(values_are_written_as_ansible_wants_them),
		WITH_FILES(options_come_in_alphabetical_order),
		WITH_FILES(args_that_are_empty_are_left_out),
		WITH_FILES(old_names_are_translated),
		WITH_FILES(a_name_that_would_be_an_option_is_refused),
		WITH_FILES(the_text_of_a_key_becomes_a_file),
		WITH_FILES(the_path_of_a_key_is_below_the_project),
		WITH_FILES(a_password_always_goes_into_a_file),
		WITH_FILES(a_password_that_is_no_text_is_its_text),
		WITH_FILES(a_secret_is_never_shown),
		WITH_FILES(extra_variables_that_are_a_secret_are_not_shown),
		WITH_FILES(what_cannot_be_opened_is_named),
		WITH_FILES(one_that_is_not_used_is_not_opened),
	};

	return cmocka_run_group_tests_name("command", tests, start_sodium, NULL);
}
