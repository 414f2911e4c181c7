/* ask.c and its gate, with a clock and a query server that are the test's. */
#include "config.h"

#include <time.h>

static int clock_of_the_test(clockid_t clock, struct timespec *t);
#define clock_gettime clock_of_the_test
#include "worker/gate.c"
#include "worker/ask.c"
#undef clock_gettime

#include "../refused.h"
#include "house.h"

static time_t seconds = 1000;
static struct { enum status status; const char *answer; int asked; bool remembered; char question[256]; } server;
static char server_url[] = "http://query", none[] = "";
static struct settings settings = { .query_server = server_url, .num_processes = 8 };
static struct worker worker = { .settings = &settings };

static int clock_of_the_test(clockid_t clock, struct timespec *t)
{
	(void)clock;
	*t = (struct timespec){ .tv_sec = seconds };
	return 0;
}

bool query_remembered(struct query *query, const json_t *question, json_t **ret_answer)
{
	(void)query, (void)question;
	if (server.remembered)
		*ret_answer = json_string("remembered");
	return server.remembered;
}

enum status query_ask(struct query *query, const json_t *question, json_t **ret_answer, char *why, size_t size)
{
	AUTO(text) char *text = json_dumps(question, JSON_COMPACT | JSON_SORT_KEYS);

	(void)query;
	strcpy(server.question, text);
	server.asked++;
	snprintf(why, size, "the server's words");
	if (server.status == S_OK)
		*ret_answer = json_string(server.answer);
	return server.status;
}

static int begin(void **state)
{
	(void)state;
	server = (typeof(server)){ .status = S_OK, .answer = "x" };
	settings.query_server = server_url;
	worker = (struct worker){ .settings = &settings, .asking = gate_new(8), .slot = 0 };
	return 0;
}

static enum status asking(const char *questions, char **ret_asked, char *ret_why)
{
	struct request r = { .worker = &worker };
	enum status s = ask(&r, questions);

	if (ret_asked != NULL)
		*ret_asked = json_dumps(r.asked, JSON_COMPACT | JSON_SORT_KEYS);
	if (ret_why != NULL)
		strcpy(ret_why, r.why);
	json_decref(r.asked);
	return s;
}

#define QUERY "{\"hostQuery\":{\"query\":\"web*\"}}"

static void the_server_answers_under_the_questions_name(void **state)
{
	AUTO(text) char *asked = NULL;

	(void)state;
	assert_int_equal(asking(QUERY, &asked, NULL), S_OK);
	assert_string_equal(asked, "{\"hostQuery\":\"x\"}");
}

static void without_a_server_a_query_is_parsed(void **state)
{
	AUTO(text) char *asked = NULL;

	(void)state;
	settings.query_server = none;
	assert_int_equal(asking(QUERY, &asked, NULL), S_OK);
	assert_string_equal(asked, "{\"hostQuery\":{\"column\":1,\"key\":\"name\",\"op\":\"like\",\"value\":\"web%\"}}");
	assert_int_equal(server.asked, 0);
}

static void a_parsers_refusal_names_field_and_column(void **state)
{
	char why[INPUT_WHY];

	(void)state;
	settings.query_server = none;
	assert_int_equal(asking("{\"hostQuery\":{\"query\":\"a b\"}}", NULL, why), S_INVALID);
	assert_string_equal(why, "hostQuery: column 3: expected and, or, a comma or the end");
}

static void what_the_server_refuses_is_told_in_its_words(void **state)
{
	char why[INPUT_WHY];

	(void)state;
	server.status = S_INVALID;
	assert_int_equal(asking(QUERY, NULL, why), S_INVALID);
	assert_string_equal(why, "the server's words");
}

static void a_question_with_else_is_answered_by_null(void **state)
{
	AUTO(text) char *asked = NULL;

	(void)state;
	server.status = S_GATEWAY;
	assert_int_equal(asking("{\"owners\":{\"operation\":\"owners\",\"hostnames\":[],\"else\":true}}", &asked, NULL), S_OK);
	assert_string_equal(asked, "{\"owners\":null}");
}

/* Numbers that PostgreSQL writes in digits beyond what jansson reads, too. */
static void what_is_passed_on_goes_as_it_came(void **state)
{
	struct request r = { .worker = &worker, .query = json_pack("{s:[s]}", "a", "1"), .body = json_pack("{s:f}", "b", 1e22) };

	(void)state;
	assert_int_equal(ask(&r, "{\"results\":{\"get\":true}}"), S_OK);
	assert_string_equal(server.question, "{\"get\":{\"a\":[\"1\"]}}");
	assert_int_equal(ask(&r, "{\"results\":{\"post\":true}}"), S_OK);
	assert_string_equal(server.question, "{\"post\":{\"b\":1e22}}");
	json_decref(r.query);
	json_decref(r.body);
	json_decref(r.asked);
}

static void a_quarter_of_the_workers_asks_nobody(void **state)
{
	(void)state;
	for (size_t slot = 1; slot <= 5; slot++)
		assert_true(gate_enter(worker.asking, slot, 8));
	assert_int_equal(asking(QUERY, NULL, NULL), S_OK);
	assert_true(gate_enter(worker.asking, 6, 8));
	assert_int_equal(asking(QUERY, NULL, NULL), S_LATER);
	gate_leave(worker.asking, 6);
	assert_int_equal(asking(QUERY, NULL, NULL), S_OK);
}

static void a_question_with_soon_is_answered_by_null_where_it_would_wait_for_others(void **state)
{
	AUTO(text) char *asked = NULL, *later = NULL;

	(void)state;
	for (size_t slot = 1; slot <= 6; slot++)
		assert_true(gate_enter(worker.asking, slot, 8));
	assert_int_equal(asking("{\"hosts\":{\"user\":\"johnny\",\"else\":true,\"soon\":true}}", &asked, NULL), S_OK);
	assert_string_equal(asked, "{\"hosts\":null}");
	assert_int_equal(server.asked, 0);
	assert_int_equal(asking("{\"hosts\":{\"user\":\"johnny\",\"else\":true}}", NULL, NULL), S_LATER);
	gate_leave(worker.asking, 6);
	assert_int_equal(asking("{\"hosts\":{\"user\":\"johnny\",\"soon\":true}}", &later, NULL), S_OK);
	assert_string_equal(later, "{\"hosts\":\"x\"}");
}

static void one_worker_alone_may_ask(void **state)
{
	(void)state;
	settings.num_processes = 1;
	assert_int_equal(asking(QUERY, NULL, NULL), S_OK);
	settings.num_processes = 8;
}

static void after_a_stall_one_at_a_time_asks_for_a_while(void **state)
{
	(void)state;
	server.status = S_SLOW_GATEWAY;
	assert_int_equal(asking(QUERY, NULL, NULL), S_SLOW_GATEWAY);
	assert_true(gate_enter(worker.asking, 1, 8));
	assert_int_equal(asking(QUERY, NULL, NULL), S_LATER);
	seconds += WARY_SECONDS;
	server.status = S_OK;
	assert_int_equal(asking(QUERY, NULL, NULL), S_OK);
}

static void an_answer_ends_the_wariness(void **state)
{
	(void)state;
	server.status = S_SLOW_GATEWAY;
	assert_int_equal(asking(QUERY, NULL, NULL), S_SLOW_GATEWAY);
	server.status = S_OK;
	assert_int_equal(asking(QUERY, NULL, NULL), S_OK);
	assert_true(gate_enter(worker.asking, 1, 8));
	assert_int_equal(asking(QUERY, NULL, NULL), S_OK);
}

static void who_searches_is_in_the_gate_until_the_request_is_done(void **state)
{
	struct request r = { .worker = &worker };

	(void)state;
	settings.query_server = none;
	assert_int_equal(ask(&r, "{\"hostQuery\":{\"query\":\"name~a\"}}"), S_OK);
	assert_true(worker.asking->inside[0]);
	assert_int_equal(ask(&r, "{\"userQuery\":{\"query\":\"name~b\"}}"), S_OK);
	ask_done(&r);
	assert_false(worker.asking->inside[0]);
	for (size_t slot = 1; slot <= 6; slot++)
		assert_true(gate_enter(worker.asking, slot, 8));
	json_decref(r.asked);
	r = (struct request){ .worker = &worker };
	assert_int_equal(ask(&r, "{\"hostQuery\":{\"query\":\"name~a\"}}"), S_LATER);
	assert_int_equal(ask(&r, "{\"hostQuery\":{\"query\":\"a*\"}}"), S_OK);
	ask_done(&r);
	json_decref(r.asked);
}

static void texts_are_searched_by_a_regular_expression(void **state)
{
	AUTO(text) char *asked = NULL;
	AUTO(text) char *refused = NULL;

	(void)state;
	assert_int_equal(asking("{\"modules\":{\"regex\":\"^b|C\",\"texts\":[\"ab\",\"bc\",\"xc\"]}}", &asked, NULL), S_OK);
	assert_string_equal(asked, "{\"modules\":[\"bc\",\"xc\"]}");
	worker.asking->inside[0] = 0;         /* the request is not done here */
	assert_int_equal(asking("{\"modules\":{\"regex\":\"(\",\"texts\":[\"ab\"]}}", &refused, NULL), S_OK);
	assert_string_equal(refused, "{\"modules\":{\"error\":\"missing closing parenthesis at position 1\"}}");
	assert_int_equal(server.asked, 0);
}

static void who_has_a_regular_expression_goes_through_the_gate(void **state)
{
	char why[INPUT_WHY];

	(void)state;
	for (size_t slot = 1; slot <= 6; slot++)
		assert_true(gate_enter(worker.asking, slot, 8));
	assert_int_equal(asking("{\"modules\":{\"regex\":\"a\",\"texts\":[\"a\"]}}", NULL, why), S_LATER);
	assert_string_equal(why, "Too many searches by regular expression just now: try again.");
}

static void what_is_remembered_passes_a_closed_gate(void **state)
{
	(void)state;
	for (size_t slot = 1; slot <= 6; slot++)
		assert_true(gate_enter(worker.asking, slot, 8));
	server.remembered = true;
	assert_int_equal(asking(QUERY, NULL, NULL), S_OK);
	assert_int_equal(server.asked, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_server_answers_under_the_questions_name, begin),
		cmocka_unit_test_setup(without_a_server_a_query_is_parsed, begin),
		cmocka_unit_test_setup(a_parsers_refusal_names_field_and_column, begin),
		cmocka_unit_test_setup(what_the_server_refuses_is_told_in_its_words, begin),
		cmocka_unit_test_setup(a_question_with_else_is_answered_by_null, begin),
		cmocka_unit_test_setup(what_is_passed_on_goes_as_it_came, begin),
		cmocka_unit_test_setup(a_quarter_of_the_workers_asks_nobody, begin),
		cmocka_unit_test_setup(a_question_with_soon_is_answered_by_null_where_it_would_wait_for_others, begin),
		cmocka_unit_test_setup(one_worker_alone_may_ask, begin),
		cmocka_unit_test_setup(after_a_stall_one_at_a_time_asks_for_a_while, begin),
		cmocka_unit_test_setup(an_answer_ends_the_wariness, begin),
		cmocka_unit_test_setup(who_searches_is_in_the_gate_until_the_request_is_done, begin),
		cmocka_unit_test_setup(texts_are_searched_by_a_regular_expression, begin),
		cmocka_unit_test_setup(who_has_a_regular_expression_goes_through_the_gate, begin),
		cmocka_unit_test_setup(what_is_remembered_passes_a_closed_gate, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
