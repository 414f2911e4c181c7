/* What our callback plugin says of each host, as it comes and at the end (fcgi-app/runner/results.c). */
#include "runner/results.c"

#include "house.h"

#include <fcntl.h>

struct world {
	struct masks *masks;
	struct results *results;
	int in, out;
};

static int setup(void **state)
{
	static struct world w;
	int ends[2];

	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	w.in = ends[1];
	w.out = ends[0];
	w.masks = masks_new();
	masks_add(w.masks, "geheim", 6);
	w.results = results_new(w.masks);
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	results_free(&w->results);
	masks_free(&w->masks);
	close(w->in);
	close(w->out);
	return 0;
}

static void says(struct world *w, const char *text)
{
	assert_int_equal(write(w->in, text, strlen(text)), strlen(text));
	results_read(w->results, w->out);
}

static void assert_json(json_t *have, const char *want)
{
	AUTO(json) json_t *owned = have;
	AUTO(text) char *text = have != NULL ? json_dumps(have, JSON_COMPACT) : NULL;

	(void)owned;
	assert_string_equal(text != NULL ? text : "null", want);
}

static void a_host_is_told_of_once_the_run_has_come_to_it(void **state)
{
	struct world *w = *state;

	says(w, "{\"e\":\"start\",\"hosts\":[\"a\",\"b\",5]}\n{\"e\":\"start\",");
	assert_json(results_started(w->results), "[\"a\",\"b\"]");
	assert_null(results_started(w->results));
	says(w, "\"hosts\":[\"c\"]}\n");
	assert_json(results_started(w->results), "[\"c\"]");
}

static void no_host_is_known_at_the_end_only(void **state)
{
	struct world *w = *state;

	assert_false(results_no_host(w->results));
	says(w, "{\"e\":\"end\"}\n");
	assert_true(results_no_host(w->results));
	says(w, "{\"e\":\"start\",\"hosts\":[\"a\"]}\n");
	assert_false(results_no_host(w->results));
}

static void what_could_not_be_told_comes_again(void **state)
{
	struct world *w = *state;

	says(w, "{\"e\":\"start\",\"hosts\":[\"a\"]}\n");
	results_started_again(w->results, results_started(w->results));
	says(w, "{\"e\":\"start\",\"hosts\":[\"b\"]}\n");
	assert_json(results_started(w->results), "[\"a\",\"b\"]");
}

static void at_the_end_each_host_has_its_counts_and_why_it_failed(void **state)
{
	struct world *w = *state;

	says(w, "{\"e\":\"fail\",\"host\":\"a\",\"outcome\":\"failed\",\"task\":\"copy\",\"message\":\"no geheim here\"}\n"
	        "{\"e\":\"host\",\"name\":\"a\",\"outcome\":\"failed\",\"ok\":3,\"failed\":1}\n"
	        "{\"e\":\"host\",\"name\":\"b\",\"outcome\":\"ok\",\"ok\":4,\"skipped\":2}\n{\"e\":\"end\"}\n");
	assert_json(results_settled(w->results, false),
	            "{\"hosts\":[{\"name\":\"a\",\"outcome\":\"failed\",\"ok\":3,\"changed\":0,\"unreachable\":0,\"failed\":1,\"skipped\":0,"
	            "\"rescued\":0,\"ignored\":0,\"task\":\"copy\",\"message\":\"no [~~ENCRYPTED~~] here\"},"
	            "{\"name\":\"b\",\"outcome\":\"ok\",\"ok\":4,\"changed\":0,\"unreachable\":0,\"failed\":0,\"skipped\":2,"
	            "\"rescued\":0,\"ignored\":0}],\"facts\":[],\"unknown\":false}");
}

static void of_a_run_that_was_interrupted_it_is_known_what_failed_before(void **state)
{
	struct world *w = *state;

	says(w, "{\"e\":\"fail\",\"host\":\"a\",\"outcome\":\"unreachable\",\"task\":\"ping\",\"message\":\"gone\"}\n");
	assert_json(results_settled(w->results, false),
	            "{\"hosts\":[{\"name\":\"a\",\"outcome\":\"unreachable\",\"ok\":0,\"changed\":0,\"unreachable\":1,\"failed\":0,\"skipped\":0,"
	            "\"rescued\":0,\"ignored\":0,\"task\":\"ping\",\"message\":\"gone\"}],\"facts\":[],\"unknown\":false}");
}

static void facts_are_kept_as_text_in_their_order_without_secrets(void **state)
{
	struct world *w = *state;

	says(w, "{\"e\":\"facts\",\"host\":\"z\",\"status\":\"SUCCESS\",\"result\":{\"b\":1,\"a\":\"geheim\"}}\n"
	        "{\"e\":\"facts\",\"host\":\"a\",\"status\":\"UNREACHABLE!\",\"result\":{}}\n");
	assert_json(results_settled(w->results, false),
	            "{\"hosts\":[],\"facts\":[{\"name\":\"z\",\"status\":\"SUCCESS\",\"facts\":\"{\\\"b\\\":1,\\\"a\\\":\\\"[~~ENCRYPTED~~]\\\"}\"},"
	            "{\"name\":\"a\",\"status\":\"UNREACHABLE!\",\"facts\":\"{}\"}],\"unknown\":false}");
}

/* Facts of that many bytes. */
static void says_facts(struct world *w, const char *host, size_t size)
{
	static char many[4096];

	memset(many, 'x', sizeof many);
	says(w, "{\"e\":\"facts\",\"host\":\"");
	says(w, host);
	says(w, "\",\"status\":\"SUCCESS\",\"result\":{\"a\":\"");
	for (; size > sizeof many; size -= sizeof many) {
		assert_int_equal(write(w->in, many, sizeof many), sizeof many);
		results_read(w->results, w->out);
	}
	says(w, "\"}}\n");
}

static void facts_that_are_too_much_are_left_out_and_what_comes_behind_them_is_not(void **state)
{
	struct world *w = *state;
	AUTO(json) json_t *all = NULL;

	for (int i = 0; i < 80; i++)
		says_facts(w, "a", (size_t)1 << 20);
	says(w, "{\"e\":\"facts\",\"host\":\"b\",\"status\":\"SUCCESS\",\"result\":{},\"note\":\"left out\"}\n"
	        "{\"e\":\"host\",\"name\":\"a\",\"outcome\":\"ok\",\"ok\":1}\n{\"e\":\"end\",\"missed\":3}\n");
	all = results_settled(w->results, true);
	assert_int_equal(json_array_size(json_object_get(all, "hosts")), 1);
	assert_int_equal(json_array_size(json_object_get(all, "facts")), 64 + 1);
	assert_int_equal(results_left_out(w->results), 16 + 1 + 3);
}

static void other_hosts_are_unknown_where_ansible_ended_by_itself_and_did_not_say_so(void **state)
{
	struct world *w = *state;

	assert_json(results_settled(w->results, true), "{\"hosts\":[],\"facts\":[],\"unknown\":true}");
	says(w, "{\"e\":\"end\"}\n");
	assert_json(results_settled(w->results, true), "{\"hosts\":[],\"facts\":[],\"unknown\":false}");
	assert_int_equal(results_left_out(w->results), 0);
}

static void what_makes_no_sense_is_passed_over(void **state)
{
	struct world *w = *state;

	says(w, "\n{}\n[]\n{\"e\":5}\nnonsense\n{\"e\":\"host\"}\n{\"e\":\"host\",\"name\":\"a\"}\n{\"e\":\"fail\",\"host\":\"a\"}\n"
	        "{\"e\":\"facts\",\"host\":\"a\",\"status\":\"x\",\"result\":[]}\n{\"e\":\"start\",\"hosts\":5}\n\xff\xfe\n"
	        "{\"e\":\"start\",\"hosts\":[\"a\"]}\n{\"e\":\"start\",\"hosts\":[\"never ended");
	assert_json(results_started(w->results), "[\"a\"]");
	assert_json(results_settled(w->results, false), "{\"hosts\":[],\"facts\":[],\"unknown\":false}");
}

static void a_line_beyond_all_measure_is_passed_over(void **state)
{
	struct world *w = *state;
	char many[4096];

	memset(many, 'x', sizeof many);
	says(w, "{\"e\":\"start\",\"hosts\":[\"");
	for (int i = 0; i < 1100; i++) {
		assert_int_equal(write(w->in, many, sizeof many), sizeof many);
		results_read(w->results, w->out);
	}
	says(w, "\"]}\n{\"e\":\"start\",\"hosts\":[\"a\"]}\n");
	assert_json(results_started(w->results), "[\"a\"]");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_host_is_told_of_once_the_run_has_come_to_it),
		TEST(no_host_is_known_at_the_end_only),
		TEST(what_could_not_be_told_comes_again),
		TEST(at_the_end_each_host_has_its_counts_and_why_it_failed),
		TEST(of_a_run_that_was_interrupted_it_is_known_what_failed_before),
		TEST(facts_are_kept_as_text_in_their_order_without_secrets),
		TEST(facts_that_are_too_much_are_left_out_and_what_comes_behind_them_is_not),
		TEST(other_hosts_are_unknown_where_ansible_ended_by_itself_and_did_not_say_so),
		TEST(what_makes_no_sense_is_passed_over),
		TEST(a_line_beyond_all_measure_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
