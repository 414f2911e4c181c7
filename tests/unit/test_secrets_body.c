/* Secret variables in bodies: sealed, wiped, and kept from the database. */
#include "config.h"

#include <string.h>

#include <sodium.h>

/* What was wiped, each in brackets. */
static char wiped[4096];

static inline void wipe_noted(void *memory, size_t size)
{
	strcat(wiped, "<");
	strncat(wiped, memory, size);
	strcat(wiped, ">");
	sodium_memzero(memory, size);
}

#define sodium_memzero wipe_noted
#include "lib/wipe.c"
#include "lib/hidden.c"
#include "worker/secrets.c"
#undef sodium_memzero

#include "../refused.h"
#include "../rows.h"
#include "house.h"

static struct {
	enum status status;
	const char *row[2];              /* id, public key */
	bool none;
	int asked;
} database;

static struct seal_keys *keys;
static char public_key[SEAL_KEY_SIZE];
static struct worker worker;
static struct request request;

enum status db_query(struct db *db, const struct db_statement *statement, const char *const *values,
                     PGresult **ret_result)
{
	(void)db;
	assert_ptr_equal(statement, &seal_key);
	assert_null(values);
	database.asked++;
	*ret_result = database.status == S_OK ? row_of(2, database.none ? NULL : database.row) : NULL;
	return database.status;
}

static int begin(void **state)
{
	(void)state;
	keys = seal_keys_new();
	if (!seal_keys_add(keys))
		return -1;
	seal_keys_public(keys, 0, public_key);
	memset(&database, 0, sizeof database);
	database.row[0] = "7";
	database.row[1] = public_key;
	request = (struct request){ .worker = &worker };
	*wiped = '\0';
	return 0;
}

static int end(void **state)
{
	(void)state;
	json_decref(request.body);
	seal_keys_free(&keys);
	return 0;
}

static enum status with_body(const char *body)
{
	json_decref(request.body);
	request.body = json_loads(body, JSON_DECODE_ANY, NULL);
	assert_non_null(request.body);
	return secrets_seal_body(&request);
}

static enum status with_operations(const char *body)
{
	json_decref(request.body);
	request.body = json_loads(body, JSON_DECODE_ANY, NULL);
	return secrets_seal_operations(&request);
}

/* In place of each box the text in it. */
static void open_all(json_t *value)
{
	const char *box = json_string_value(json_object_get(value, "sealed"));
	const char *key;
	json_t *child;
	size_t i;

	if (box != NULL && json_object_get(value, "key") != NULL) {
		size_t size;
		char *text = seal_open(keys, box, &size);

		assert_non_null(text);
		json_object_set_new(value, "sealed", json_string(text));
		seal_wipe(&text, size);
	}
	json_object_foreach(value, key, child) {
		open_all(child);
	}
	json_array_foreach(value, i, child) {
		open_all(child);
	}
}

static void body_is_now(const char *expected)
{
	AUTO(text) char *text = NULL;

	open_all(request.body);
	text = json_dumps(request.body, JSON_COMPACT | JSON_ENCODE_ANY);
	assert_string_equal(text, expected);
}

#define BOX(text) "{\"sealed\":\"" text "\",\"key\":7}"

static void a_secret_is_sealed_and_what_is_none_stays(void **state)
{
	(void)state;
	assert_int_equal(with_body("{\"name\":\"web\",\"vars\":{\"ansible_ssh_pass\":\"rex\",\"ansible_user\":\"clio\"}}"), S_OK);
	body_is_now("{\"name\":\"web\",\"vars\":{\"ansible_ssh_pass\":" BOX("\\\"rex\\\"") ",\"ansible_user\":\"clio\"}}");
}

static void every_hidden_key_is_a_secret_in_any_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_HIDDEN; i++) {
		char text[200];

		assert_true(hidden_is(hidden[i]));
		snprintf(text, sizeof text, "{\"data\":{\"vars\":{\"%s\":1}},\"vars\":{\"%s\":1}}", hidden[i], hidden[i]);
		assert_int_equal(with_body(text), S_OK);
		snprintf(text, sizeof text, "{\"data\":{\"vars\":{\"%s\":%s}},\"vars\":{\"%s\":%s}}", hidden[i], BOX("1"), hidden[i],
		         BOX("1"));
		body_is_now(text);
	}
}

static void extra_variables_are_a_secret_as_a_whole_if_one_is_among_them(void **state)
{
	(void)state;
	assert_int_equal(with_body("{\"vars\":{\"extra-vars\":{\"a\":[{\"ansible_password\":\"rex\"}]},\"b\":1}}"), S_OK);
	body_is_now("{\"vars\":{\"extra-vars\":" BOX("{\\\"a\\\":[{\\\"ansible_password\\\":\\\"rex\\\"}]}") ",\"b\":1}}");
	assert_int_equal(with_body("{\"vars\":{\"extra-vars\":\"a=1 ansible_password=rex\"}}"), S_OK);
	body_is_now("{\"vars\":{\"extra-vars\":" BOX("\\\"a=1 ansible_password=rex\\\"") "}}");
	assert_non_null(strstr(wiped, "<a=1 ansible_password=rex>"));
	assert_int_equal(with_body("{\"vars\":{\"extra-vars\":{\"a\":[1]}}}"), S_OK);
	body_is_now("{\"vars\":{\"extra-vars\":{\"a\":[1]}}}");
	assert_int_equal(with_body("{\"vars\":{\"extra-vars\":\"" SHOWN_INSTEAD "\"}}"), S_OK);
	body_is_now("{\"vars\":{\"extra-vars\":\"" SHOWN_INSTEAD "\"}}");
}

static void extra_variables_are_no_box_of_somebodys_own(void **state)
{
	(void)state;
	assert_int_equal(with_body("{\"vars\":{\"extra-vars\":{\"sealed\":\"AAAA\",\"key\":7}}}"), S_OK);
	body_is_now("{\"vars\":{\"extra-vars\":" BOX("{\\\"sealed\\\":\\\"AAAA\\\",\\\"key\\\":7}") "}}");
}

static void keys_are_compared_as_they_are(void **state)
{
	static const char *const others[] = { "", "ansible_ssh_pas", "ansible_ssh_pass2", "ANSIBLE_SSH_PASS", "key_file" };

	(void)state;
	for (size_t i = 0; i < COUNT(others); i++)
		assert_false(hidden_is(others[i]));
}

static void a_secret_comes_back_as_what_it_was(void **state)
{
	static const char *const values[][2] = {
		{ "12", "12" }, { "0.3", "0.3" }, { "null", "null" }, { "true", "true" }, { "\"\"", "\\\"\\\"" },
		{ "\"a\\nb\"", "\\\"a\\\\nb\\\"" }, { "[1,[]]", "[1,[]]" }, { "\"\xce\x9a\"", "\\\"\xce\x9a\\\"" },
	};
	char text[200];

	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		snprintf(text, sizeof text, "{\"vars\":{\"repo_key\":%s}}", values[i][0]);
		assert_int_equal(with_body(text), S_OK);
		snprintf(text, sizeof text, "{\"vars\":{\"repo_key\":{\"sealed\":\"%s\",\"key\":7}}}", values[i][1]);
		body_is_now(text);
	}
}

static void nobody_brings_a_box_of_his_own(void **state)
{
	(void)state;
	assert_int_equal(with_body("{\"vars\":{\"repo_key\":{\"sealed\":\"x\",\"key\":7}}}"), S_OK);
	body_is_now("{\"vars\":{\"repo_key\":" BOX("{\\\"sealed\\\":\\\"x\\\",\\\"key\\\":7}") "}}");
}

static void what_is_shown_instead_stays(void **state)
{
	static const char body[] = "{\"vars\":{\"repo_key\":\"[~~ENCRYPTED~~]\"}}";

	(void)state;
	assert_int_equal(with_body(body), S_OK);
	body_is_now(body);
	assert_int_equal(database.asked, 0);
	assert_string_equal(wiped, "");
}

static void the_key_is_asked_for_once_and_only_for_a_secret(void **state)
{
	AUTO(json) json_t *more = json_pack("{s:s}", "repo_key", "x");

	(void)state;
	assert_int_equal(with_body("{\"vars\":{\"a\":\"b\"}}"), S_OK);
	assert_int_equal(database.asked, 0);
	assert_int_equal(with_body("{\"vars\":{\"repo_key\":1,\"key-file\":2},\"data\":{\"vars\":{\"repo_key\":3}}}"), S_OK);
	assert_int_equal(secrets_seal(&request, more), S_OK);
	assert_int_equal(database.asked, 1);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(more, "repo_key"), "key")), 7);
}

static void a_text_that_holds_an_object_is_that_object(void **state)
{
	(void)state;
	assert_int_equal(with_body("{\"vars\":\"{\\\"repo_key\\\": \\\"rex\\\", \\\"a\\\": 1}\"}"), S_OK);
	body_is_now("{\"vars\":{\"repo_key\":" BOX("\\\"rex\\\"") ",\"a\":1}}");
	assert_int_equal(with_body("{\"data\":\"{\\\"vars\\\": {\\\"repo_key\\\": 1}, \\\"a\\\": 1}\"}"), S_OK);
	body_is_now("{\"data\":{\"vars\":{\"repo_key\":" BOX("1") "},\"a\":1}}");
	assert_int_equal(with_body("{\"data\":{\"vars\":\"{\\\"repo_key\\\": 1}\"}}"), S_OK);
	body_is_now("{\"data\":{\"vars\":{\"repo_key\":" BOX("1") "}}}");
}

static void anything_else_stays(void **state)
{
	static const char *const bodies[] = {
		"{}", "{\"vars\":\"\"}", "{\"vars\":null}", "{\"vars\":7}", "{\"vars\":[]}",
		"{\"vars\":{\"a\":{\"repo_key\":1}}}", "{\"data\":7}", "{\"data\":[]}", "{\"data\":{\"vars\":3}}",
		"{\"repo_key\":1}", "[]", "\"\"", "7", "null",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		assert_int_equal(with_body(bodies[i]), S_OK);
		body_is_now(bodies[i]);
	}
	assert_int_equal(database.asked, 0);
}

static void what_should_be_an_object_and_is_none_loses_what_it_holds(void **state)
{
	static const struct { const char *sent, *left; } bodies[] = {
		{ "{\"vars\":\"x\"}", "{\"vars\":\"\"}" }, { "{\"vars\":\"[1]\"}", "{\"vars\":\"\"}" },
		{ "{\"vars\":\"{\\\"a\\\":1,\\\"a\\\":2}\"}", "{\"vars\":\"\"}" },
		{ "[{\"vars\":{\"repo_key\":1}}]", "[]" }, { "{\"vars\":[{\"repo_key\":1}]}", "{\"vars\":[]}" }, { "{\"data\":\"12\"}", "{\"data\":\"\"}" },
		{ "{\"data\":{\"vars\":\"{\"}}", "{\"data\":{\"vars\":\"\"}}" },
		{ "{\"data\":[{\"vars\":{\"repo_key\":1}}]}", "{\"data\":[]}" },
		{ "\"vars\"", "\"\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		assert_int_equal(with_body(bodies[i].sent), S_OK);
		body_is_now(bodies[i].left);
	}
	assert_int_equal(database.asked, 0);
	*wiped = '\0';
	assert_int_equal(with_body("{\"vars\":[{\"repo_key\":\"rex\"}]}"), S_OK);
	assert_string_equal(wiped, "<rex>");
}

/* ---- lists of operations, and arguments ---- */

static void each_operation_of_a_list_has_its_secrets_sealed(void **state)
{
	(void)state;
	assert_int_equal(with_operations("[{\"type\":\"add\",\"data\":{\"vars\":{\"repo_key\":\"rex\",\"a\":1}}},"
	                           "{\"type\":\"set\",\"data\":{\"data\":{\"vars\":{\"key-file\":2}}}},"
	                           "{\"type\":\"set\",\"data\":\"{\\\"vars\\\": {\\\"repo_key\\\": 3}}\"}]"), S_OK);
	body_is_now("[{\"type\":\"add\",\"data\":{\"vars\":{\"repo_key\":" BOX("\\\"rex\\\"") ",\"a\":1}}},"
	            "{\"type\":\"set\",\"data\":{\"data\":{\"vars\":{\"key-file\":" BOX("2") "}}}},"
	            "{\"type\":\"set\",\"data\":{\"vars\":{\"repo_key\":" BOX("3") "}}}]");
	assert_int_equal(database.asked, 1);
}

static void what_no_operation_should_hold_goes_no_further(void **state)
{
	static const struct { const char *sent, *left; } bodies[] = {
		{ "[]", "[]" }, { "[7,null,\"x\",[{\"repo_key\":1}]]", "[7,null,\"\",[]]" },
		{ "[{\"data\":[{\"vars\":{\"repo_key\":1}}]}]", "[{\"data\":[]}]" },
		{ "[{\"type\":\"add\",\"data\":[1]}]", "[{\"type\":\"add\",\"data\":[]}]" },
		{ "[{\"type\":\"add\",\"data\":{\"vars\":[1]}}]", "[{\"type\":\"add\",\"data\":{\"vars\":[]}}]" },
		{ "[{\"type\":7,\"data\":\"x\"}]", "[{\"type\":7,\"data\":\"\"}]" },
		{ "[{\"type\":\"add\",\"vars\":{\"repo_key\":1},\"x\":[{\"repo_key\":1}]}]", "[{\"type\":\"add\"}]" },
		{ "[{\"type\":\"mod\",\"data\":[{\"member\":1,\"x\":{\"repo_key\":1}}]}]", "[{\"type\":\"mod\",\"data\":[{\"member\":1,\"x\":{}}]}]" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		assert_int_equal(with_operations(bodies[i].sent), S_OK);
		body_is_now(bodies[i].left);
	}
	assert_int_equal(database.asked, 0);
}

static void ids_that_an_operation_puts_into_a_list_stay(void **state)
{
	static const char *const bodies[] = {
		"[{\"type\":\"mod\",\"data\":[1,\"2\"]}]", "[{\"type\":\"mod\",\"data\":[{\"member\":1}]}]",
		"[{\"type\":\"mod\",\"data\":2}]", "[{\"type\":\"mod\"}]",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		assert_int_equal(with_operations(bodies[i]), S_OK);
		body_is_now(bodies[i]);
	}
}

static void a_list_without_a_key_is_refused_whole(void **state)
{
	(void)state;
	database.none = true;
	assert_int_equal(with_operations("[{\"data\":{\"vars\":{\"a\":1}}},{\"data\":{\"vars\":{\"repo_key\":1}}},{}]"), S_LATER);
	assert_int_equal(database.asked, 1);
}

static void arguments_that_are_secrets_are_sealed_as_members(void **state)
{
	(void)state;
	with_body("{\"playbook\":\"a.yml\"}");
	json_decref(request.body);
	request.body = json_loads("{\"inventory\":1,\"key-file\":\"rex\",\"private-key\":\"[~~ENCRYPTED~~]\",\"vars\":{\"repo_key\":1}}", 0, NULL);
	assert_int_equal(secrets_seal_arguments(&request), S_OK);
	body_is_now("{\"inventory\":1,\"key-file\":" BOX("\\\"rex\\\"") ",\"private-key\":\"[~~ENCRYPTED~~]\",\"vars\":{\"repo_key\":1}}");
	assert_string_equal(wiped, "<rex>");
	json_decref(request.body);
	request.body = json_loads("[{\"key-file\":\"max\"}]", 0, NULL);
	assert_int_equal(secrets_seal_arguments(&request), S_OK);
	body_is_now("[]");
	assert_string_equal(wiped, "<rex><max>");
}

static void nothing_of_a_secret_stays_in_memory(void **state)
{
	(void)state;
	assert_int_equal(with_body("{\"vars\":{\"repo_key\":\"rex\",\"key-file\":[{\"a\":\"max\"}]}}"), S_OK);
	assert_string_equal(wiped, "<rex><max>");
	*wiped = '\0';
	assert_int_equal(with_body("{\"vars\":\"{\\\"repo_key\\\":\\\"rex\\\"}\"}"), S_OK);
	assert_string_equal(wiped, "<{\"repo_key\":\"rex\"}><rex>");
}

static void without_a_key_nothing_is_sealed(void **state)
{
	(void)state;
	database.none = true;
	assert_int_equal(with_body("{\"vars\":{\"repo_key\":1}}"), S_LATER);
	assert_string_equal(request.why, "No key to seal secrets to: run moirai-db install.");
	database.none = false;
	database.row[1] = "x";
	assert_int_equal(with_body("{\"vars\":{\"repo_key\":1}}"), S_LATER);
	assert_string_equal(request.why, "The key to seal secrets to is none.");
	request.seal_key = 0;
	database.status = S_LATER;
	assert_int_equal(with_body("{\"vars\":{\"repo_key\":1}}"), S_LATER);
	assert_string_equal(request.why, "The database does not answer.");
	assert_int_equal(with_body("{\"vars\":{\"a\":1}}"), S_OK);
}

#define OVER_KEYS(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OVER_KEYS(a_secret_is_sealed_and_what_is_none_stays),
		OVER_KEYS(every_hidden_key_is_a_secret_in_any_place),
		OVER_KEYS(extra_variables_are_a_secret_as_a_whole_if_one_is_among_them),
		OVER_KEYS(extra_variables_are_no_box_of_somebodys_own),
		OVER_KEYS(keys_are_compared_as_they_are),
		OVER_KEYS(a_secret_comes_back_as_what_it_was),
		OVER_KEYS(nobody_brings_a_box_of_his_own),
		OVER_KEYS(what_is_shown_instead_stays),
		OVER_KEYS(the_key_is_asked_for_once_and_only_for_a_secret),
		OVER_KEYS(a_text_that_holds_an_object_is_that_object),
		OVER_KEYS(anything_else_stays),
		OVER_KEYS(what_should_be_an_object_and_is_none_loses_what_it_holds),
		OVER_KEYS(each_operation_of_a_list_has_its_secrets_sealed),
		OVER_KEYS(what_no_operation_should_hold_goes_no_further),
		OVER_KEYS(ids_that_an_operation_puts_into_a_list_stay),
		OVER_KEYS(a_list_without_a_key_is_refused_whole),
		OVER_KEYS(arguments_that_are_secrets_are_sealed_as_members),
		OVER_KEYS(nothing_of_a_secret_stays_in_memory),
		OVER_KEYS(without_a_key_nothing_is_sealed),
	};

	return cmocka_run_group_tests_name("secrets_body", tests, start_sodium, NULL);
}
