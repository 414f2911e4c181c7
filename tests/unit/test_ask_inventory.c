/* ask.c's inventories: the text that is kept, what Ansible makes of it, and its secrets. */
#include "config.h"

#include <sodium.h>

static struct { const char *at; size_t size; } wiped;

static void wipe_noted(void *memory, size_t size)
{
	wiped.at = memory;
	wiped.size = size;
	sodium_memzero(memory, size);
}

#define sodium_memzero wipe_noted
#include "worker/ask.c"
#undef sodium_memzero

#include "../refused.h"
#include "house.h"
#include "../log_kept.h"

static struct { enum status status; const char *answer; char text[64]; bool yaml; int seconds, read; } ansible;
static struct { enum status status; char sealed[256]; } secrets;
static char server_url[] = "http://query";
static struct settings settings = { .query_server = server_url, .num_processes = 8 };
static struct worker worker;
static struct request r;

enum status ansible_inventory(const char *text, size_t size, bool yaml, int limit, json_t **ret_inventory,
                              char why[ANSIBLE_WHY])
{
	snprintf(ansible.text, sizeof ansible.text, "%.*s", (int)size, text);
	ansible.yaml = yaml;
	ansible.seconds = limit;
	ansible.read++;
	assert_true(r.takes_long);
	snprintf(why, ANSIBLE_WHY, "Ansible's words");
	if (ansible.status == S_OK)
		*ret_inventory = json_loads(ansible.answer, 0, NULL);
	return ansible.status;
}

enum status secrets_seal(struct request *request, json_t *vars)
{
	AUTO(text) char *text = vars != NULL ? json_dumps(vars, JSON_COMPACT) : NULL;

	assert_ptr_equal(request, &r);
	if (text != NULL) {
		strcat(secrets.sealed, text);
		json_object_clear(vars);
	}
	return secrets.status == S_OK ? S_OK : request_refuse(request, secrets.status, "no key");
}

static int begin(void **state)
{
	(void)state;
	ansible = (typeof(ansible)){ .answer = "{\"_meta\":{\"hostvars\":{}}}" };
	memset(&secrets, 0, sizeof secrets);
	*logged = '\0';
	worker = (struct worker){ .settings = &settings, .asking = gate_new(8), .reading = gate_new(8), .slot = 0 };
	r = (struct request){ .worker = &worker };
	return 0;
}

static int end(void **state)
{
	(void)state;
	ask_done(&r);
	json_decref(r.body);
	json_decref(r.asked);
	return 0;
}

static void sent(const char *body)
{
	r.body = json_loads(body, JSON_DECODE_ANY, NULL);
	assert_non_null(r.body);
	ask_keep_text(&r);
}

static void body_is(const char *wanted)
{
	AUTO(text) char *text = json_dumps(r.body, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);

	assert_string_equal(text, wanted);
}

static void asked_is(const char *wanted)
{
	AUTO(text) char *text = json_dumps(r.asked, JSON_COMPACT | JSON_SORT_KEYS);

	assert_string_equal(text, wanted);
}

#define INI "{\"inventory\":{\"inventory\":\"ini\"}}"

/* ---- the text ---- */

static void the_text_is_kept_and_its_length_goes_on(void **state)
{
	(void)state;
	sent("{\"name\":\"n\",\"text\":\"h a=\\u00fc\\ud83d\\ude00\"}");
	body_is("{\"name\":\"n\",\"text\":{\"length\":10}}");
	assert_string_equal(json_string_value(r.inventory), "h a=\xc3\xbc\xf0\x9f\x98\x80");
}

static void what_is_no_text_stays_as_it_is(void **state)
{
	static const char *const bodies[] = { "{\"text\":5}", "{\"text\":{\"length\":1}}", "{}", "[\"text\"]", "\"text\"", "null" };

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		sent(bodies[i]);
		body_is(bodies[i]);
		assert_null(r.inventory);
		json_decref(r.body);
	}
	r.body = NULL;
}

static void the_text_is_wiped_when_the_request_is_done(void **state)
{
	const char *text;

	(void)state;
	sent("{\"text\":\"geheim\"}");
	text = json_string_value(r.inventory);
	ask_done(&r);
	assert_ptr_equal(wiped.at, text);
	assert_int_equal(wiped.size, 6);
	assert_null(r.inventory);
}

/* ---- what it says ---- */

static void ansible_answers_under_the_questions_name(void **state)
{
	(void)state;
	sent("{\"text\":\"h\"}");
	assert_int_equal(ask(&r, INI), S_OK);
	asked_is("{\"inventory\":{\"_meta\":{\"hostvars\":{}}}}");
	assert_string_equal(ansible.text, "h");
	assert_false(ansible.yaml);
	assert_int_equal(ansible.seconds, 50);
	assert_int_equal(ask(&r, "{\"inventory\":{\"inventory\":\"yaml\"}}"), S_OK);
	assert_true(ansible.yaml);
}

static void the_secrets_of_hosts_and_groups_are_sealed(void **state)
{
	(void)state;
	ansible.answer = "{\"_meta\":{\"hostvars\":{\"h\":{\"a\":1},\"i\":{\"b\":2}}},"
		"\"g\":{\"hosts\":[\"h\",\"i\"],\"vars\":{\"c\":3}},\"vars\":{\"children\":[]}}";
	sent("{\"text\":\"h\"}");
	assert_int_equal(ask(&r, INI), S_OK);
	assert_string_equal(secrets.sealed, "{\"a\":1}{\"b\":2}{\"c\":3}");
	asked_is("{\"inventory\":{\"_meta\":{\"hostvars\":{\"h\":{},\"i\":{}}},\"g\":{\"hosts\":[\"h\",\"i\"],\"vars\":{}},"
	         "\"vars\":{\"children\":[]}}}");
}

static void what_only_ansible_can_keep_is_refused(void **state)
{
	static const char *const answers[] = {
		"{\"_meta\":{\"hostvars\":{\"h\":{\"ansible_ssh_pass\":{\"__ansible_vault\":\"$ANSIBLE_VAULT\"}}}}}",
		"{\"g\":{\"vars\":{\"ansible_ssh_pass\":{\"__ansible_unsafe\":\"x\"}}}}" };

	(void)state;
	sent("{\"text\":\"h\"}");
	for (size_t i = 0; i < COUNT(answers); i++) {
		ansible.answer = answers[i];
		assert_int_equal(ask(&r, INI), S_INVALID);
		assert_string_equal(r.why, "variable ansible_ssh_pass: !vault and !unsafe can't be kept.");
		asked_is("{}");
	}
	assert_string_equal(secrets.sealed, "");
}

static void what_is_too_deep_for_a_body_is_refused(void **state)
{
	char answer[300] = "{\"g\":{\"vars\":{\"a\":";

	(void)state;
	memset(answer + strlen(answer), '[', 70);
	memset(answer + strlen(answer), ']', 70);
	strcat(answer, "}}}");
	ansible.answer = answer;
	sent("{\"text\":\"h\"}");
	assert_int_equal(ask(&r, INI), S_INVALID);
	assert_string_equal(r.why, "A variable is nested deeper than 64 levels.");
	asked_is("{}");
}

static void what_can_not_be_sealed_goes_nowhere(void **state)
{
	(void)state;
	ansible.answer = "{\"_meta\":{\"hostvars\":{\"h\":{\"a\":1},\"i\":{\"b\":2}}}}";
	secrets.status = S_LATER;
	sent("{\"text\":\"h\"}");
	assert_int_equal(ask(&r, INI), S_LATER);
	assert_string_equal(r.why, "no key");
	assert_string_equal(secrets.sealed, "{\"a\":1}");
	asked_is("{}");
}

static void what_ansible_refuses_is_told_and_its_troubles_are_logged(void **state)
{
	(void)state;
	ansible.status = S_INVALID;
	sent("{\"text\":\"h\"}");
	assert_int_equal(ask(&r, INI), S_INVALID);
	assert_string_equal(r.why, "Ansible's words");
	assert_string_equal(logged, "");
	ansible.status = S_GATEWAY;
	assert_int_equal(ask(&r, INI), S_GATEWAY);
	assert_string_equal(logged, "Ansible's words");
}

static void without_a_text_nothing_is_read(void **state)
{
	(void)state;
	sent("{\"text\":5}");
	assert_int_equal(ask(&r, INI), S_INVALID);
	assert_string_equal(r.why, "text: must be a string.");
	assert_int_equal(ansible.read, 0);
}

/* ---- how many at a time ---- */

static void a_quarter_of_the_workers_reads_nothing(void **state)
{
	(void)state;
	for (size_t slot = 1; slot <= 6; slot++)
		assert_true(gate_enter(worker.asking, slot, 8));
	sent("{\"text\":\"h\"}");
	assert_int_equal(ask(&r, INI), S_LATER);
	assert_string_equal(r.why, "Too many inventories are being read just now: try again.");
	assert_int_equal(ansible.read, 0);
	gate_leave(worker.asking, 6);
	assert_int_equal(ask(&r, INI), S_OK);
}

static void who_reads_is_in_the_gate_until_the_request_is_done(void **state)
{
	(void)state;
	sent("{\"text\":\"h\"}");
	assert_int_equal(ask(&r, INI), S_OK);
	assert_true(gate_enter(worker.asking, 1, 2));
	assert_false(gate_enter(worker.asking, 2, 2));
	ask_done(&r);
	r.takes_long = r.reads = false;
	assert_true(gate_enter(worker.asking, 2, 2));
}

static void two_read_at_a_time(void **state)
{
	(void)state;
	assert_true(gate_enter(worker.reading, 1, 8));
	assert_true(gate_enter(worker.reading, 2, 8));
	sent("{\"text\":\"h\"}");
	assert_int_equal(ask(&r, INI), S_LATER);
	assert_int_equal(ansible.read, 0);
	gate_leave(worker.reading, 2);
	assert_int_equal(ask(&r, INI), S_OK);
	assert_false(gate_enter(worker.reading, 2, 2));
	ask_done(&r);
	r.takes_long = r.reads = false;
	assert_true(gate_enter(worker.reading, 2, 2));
}

static void a_slow_ansible_makes_nobody_wary_of_the_query_server(void **state)
{
	(void)state;
	ansible.status = S_SLOW_GATEWAY;
	sent("{\"text\":\"h\"}");
	assert_int_equal(ask(&r, INI), S_SLOW_GATEWAY);
	ask_done(&r);
	r.takes_long = r.reads = false;
	assert_true(gate_enter(worker.asking, 1, 8));
	assert_true(gate_enter(worker.asking, 2, 8));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_text_is_kept_and_its_length_goes_on, begin, end),
		cmocka_unit_test_setup_teardown(what_is_no_text_stays_as_it_is, begin, end),
		cmocka_unit_test_setup_teardown(the_text_is_wiped_when_the_request_is_done, begin, end),
		cmocka_unit_test_setup_teardown(ansible_answers_under_the_questions_name, begin, end),
		cmocka_unit_test_setup_teardown(the_secrets_of_hosts_and_groups_are_sealed, begin, end),
		cmocka_unit_test_setup_teardown(what_only_ansible_can_keep_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(what_is_too_deep_for_a_body_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(what_can_not_be_sealed_goes_nowhere, begin, end),
		cmocka_unit_test_setup_teardown(what_ansible_refuses_is_told_and_its_troubles_are_logged, begin, end),
		cmocka_unit_test_setup_teardown(without_a_text_nothing_is_read, begin, end),
		cmocka_unit_test_setup_teardown(a_quarter_of_the_workers_reads_nothing, begin, end),
		cmocka_unit_test_setup_teardown(two_read_at_a_time, begin, end),
		cmocka_unit_test_setup_teardown(who_reads_is_in_the_gate_until_the_request_is_done, begin, end),
		cmocka_unit_test_setup_teardown(a_slow_ansible_makes_nobody_wary_of_the_query_server, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
