/* Secrets among extra variables, however these are written. */
#include "lib/hidden.c"

#include "house.h"

static char found[1000];

static void note(void *context, const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	assert_ptr_equal(context, found);
	strcat(strcat(found, *found == '\0' ? "" : " "), text);
	free(text);
}

static void forget(void *context, const json_t *value)
{
	(void)context, (void)value;
}

static void finds(const json_t *variables, const char *wanted)
{
	*found = '\0';
	hidden_among(variables, note, found);
	assert_string_equal(found, wanted);
}

static void finds_in_text(const char *text, const char *wanted)
{
	json_t *variables = json_string(text);

	finds(variables, wanted);
	assert_string_equal(json_string_value(variables), text);
	json_decref(variables);
}

static void finds_in_object(const char *text, const char *wanted)
{
	json_t *variables = json_loads(text, 0, NULL);

	finds(variables, wanted);
	json_decref(variables);
	finds_in_text(text, wanted);
}

static void an_object_is_looked_through_at_any_depth(void **state)
{
	(void)state;
	finds_in_object("{\"ansible_password\":\"rex\"}", "\"rex\"");
	finds_in_object("{\"a\":[{\"b\":{\"ansible_ssh_pass\":[1,\"x\"]}}],\"repo_key\":null}", "[1,\"x\"] null");
	finds_in_object("{\"password\":\"x\",\"b\":[\"ansible_password=rex\"]}", "");
	finds_in_object("[]", "");
}

static void words_are_looked_through(void **state)
{
	(void)state;
	finds_in_text("a=1 ansible_password=rex,}2 b=2", "\"rex,}2\"");
	finds_in_text("ansible_password='sword fish' ansible_become_pass=\"x y\"", "\"sword fish\" \"x y\"");
	finds_in_text("ansible_password=\"a\\\"b c\" x=1", "\"a\\\"b c\"");
	finds_in_text("ansible_password= ansible_ssh_pass=x", "\"\" \"x\"");
	finds_in_text("repo_key=repo_key=x", "\"repo_key=x\"");
	finds_in_text("ansible_password='no end", "\"no end\"");
	finds_in_text("ansible_password=", "\"\"");
	finds_in_text("x=1 ansible_password", "");
	finds_in_text("my_ansible_password=x ansible_password2=x not-ansible_password=x Ansible_password=x", "");
	finds_in_text("", "");
	finds_in_text("@vars.yml", "");
}

static void yaml_in_braces_is_looked_through(void **state)
{
	(void)state;
	finds_in_text("{ansible_password: rex, a: 1}", "\"rex\"");
	finds_in_text("{a: {'ansible_password' : \"s}w\"}}", "\"s}w\"");
	finds_in_text("{ansible_password: sword fish long , a: 1}", "\"sword fish long\"");
	finds_in_text("{ansible_password: 'it''s long', a: 1}", "\"it's long\"");
	finds_in_text("{ansible_password: !unsafe &a 'x y'}", "\"x y\"");
}

static void what_is_neither_holds_nothing(void **state)
{
	json_t *number = json_integer(7);

	(void)state;
	finds(number, "");
	finds(NULL, "");
	json_decref(number);
}

static bool is_within(const char *text)
{
	json_t *variables = json_loads(text, JSON_DECODE_ANY, NULL);
	bool is = hidden_within(variables);

	json_decref(variables);
	return is;
}

static void whether_there_is_one_is_seen_also_where_its_end_is_not(void **state)
{
	(void)state;
	assert_true(is_within("{\"a\":[{\"b\":{\"ansible_password\":null}}]}"));
	assert_true(is_within("\"a=1 ansible_ssh_password=x\""));
	assert_true(is_within("\"{ansible_password: [a, b]}\""));
	assert_true(is_within("\"{? ansible_password\\n: x}\""));
	assert_true(is_within("\"{\\\"ansible_password\\\": 1}\""));
	assert_true(is_within("[\"x\",\"ansible_password=x\"]"));
	assert_false(is_within("{\"a\":\"ansible_password=x\",\"password\":1}"));
	assert_false(is_within("\"my_ansible_password=x @vars.yml\""));
	assert_false(is_within("\"\""));
	assert_false(is_within("7"));
}

/* Seconds, where it would be hours. */
static void a_long_text_takes_no_long_time(void **state)
{
	const size_t size = (size_t)16 << 20;
	char *text = malloc(size + 1);
	json_t *variables;

	(void)state;
	for (size_t i = 0; i < size; i++)
		text[i] = "repo_key="[i % 9];
	text[size] = '\0';
	variables = json_string(text);
	*found = '\0';
	hidden_among(variables, forget, found);
	assert_true(hidden_within(variables));
	json_decref(variables);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_object_is_looked_through_at_any_depth),
		cmocka_unit_test(words_are_looked_through),
		cmocka_unit_test(yaml_in_braces_is_looked_through),
		cmocka_unit_test(what_is_neither_holds_nothing),
		cmocka_unit_test(whether_there_is_one_is_seen_also_where_its_end_is_not),
		cmocka_unit_test(a_long_text_takes_no_long_time),
	};

	return cmocka_run_group_tests_name("hidden", tests, start_sodium, NULL);
}
