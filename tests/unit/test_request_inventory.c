/* The text of an inventory, from a request to Ansible, and never to the database. */
#include "../request_alone.h"

#include "lib/ansible.h"
#include "worker/gate.h"

static struct { enum status status; int read; char text[64]; } ansible;

enum status ansible_inventory(const char *text, size_t size, bool yaml, int seconds, json_t **ret_inventory,
                              char why[ANSIBLE_WHY])
{
	(void)yaml, (void)seconds;
	snprintf(ansible.text, sizeof ansible.text, "%.*s", (int)size, text);
	ansible.read++;
	snprintf(why, ANSIBLE_WHY, "Ansible's words");
	if (ansible.status == S_OK)
		*ret_inventory = json_loads("{\"_meta\":{\"hostvars\":{\"h\":{\"a\":1}}}}", 0, NULL);
	return ansible.status;
}

static int begin_here(void **state)
{
	memset(&ansible, 0, sizeof ansible);
	begin(state);
	worker.asking = gate_new(4);
	worker.reading = gate_new(4);
	return 0;
}

#define BODY "{\"name\":\"n\",\"text\":\"h a=geheim\",\"format\":\"ini\"}"
#define TOLD "{\"name\":\"n\",\"text\":{\"length\":10},\"format\":\"ini\"}"
#define QUESTION "{\"inventory\":{\"inventory\":\"ini\"}}"

static void import(const char *body)
{
	serve(POLEMARCH, "POST", "/inventories/import/", body);
}

static void the_database_is_told_the_length_alone(void **state)
{
	(void)state;
	import(BODY);
	assert_string_equal(database.function, "polemarch_api.inventories_import");
	assert_string_equal(told("body"), TOLD);
	assert_int_equal(ansible.read, 0);
	is_answered("200 OK", "{\"a\":1}");
}

static void what_ansible_makes_of_it_is_the_answer(void **state)
{
	(void)state;
	database.code = "100";
	database.body = QUESTION;
	import(BODY);
	assert_string_equal(ansible.text, "h a=geheim");
	assert_string_equal(told("body"), TOLD);
	assert_string_equal(told("asked"), "{\"inventory\":{\"_meta\":{\"hostvars\":{\"h\":{\"a\":1}}}}}");
}

static void what_ansible_can_not_read_is_refused_in_its_words(void **state)
{
	(void)state;
	database.code = "100";
	database.body = QUESTION;
	ansible.status = S_INVALID;
	import(BODY);
	is_answered("400 Bad Request", DETAIL("Ansible's words"));
	assert_int_equal(database.called, 1);
}

static void what_is_no_text_is_told_and_not_read(void **state)
{
	(void)state;
	import("{\"text\":7}");
	assert_string_equal(told("body"), "{\"text\":7}");
	database.code = "100";
	database.body = QUESTION;
	import("{\"text\":7}");
	is_answered("400 Bad Request", DETAIL("text: must be a string."));
	assert_int_equal(ansible.read, 0);
}

/* The body as it came, and the text that was taken out of it. */
static void nothing_of_it_stays(void **state)
{
	size_t bodies = 0;

	(void)state;
	n_wiped = 0;
	import(BODY);
	for (size_t i = 0; i < n_wiped; i++)
		bodies += wiped[i].size == strlen(BODY);
	assert_int_equal(bodies, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_database_is_told_the_length_alone, begin_here, end),
		cmocka_unit_test_setup_teardown(what_ansible_makes_of_it_is_the_answer, begin_here, end),
		cmocka_unit_test_setup_teardown(what_ansible_can_not_read_is_refused_in_its_words, begin_here, end),
		cmocka_unit_test_setup_teardown(what_is_no_text_is_told_and_not_read, begin_here, end),
		cmocka_unit_test_setup_teardown(nothing_of_it_stays, begin_here, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
