/* query.c over an HTTP that answers what a test says. */
#include "lib/query.c"

#include "house.h"

static struct { struct http_answer answer; char url[512], body[512]; int asked; } wire;
static char query_server[] = "http://q/api/query", pocs[] = "http://p", none[] = "";
static struct settings settings = { .query_server = query_server, .strongpoc_server = pocs, .tls_ca_file = none,
	                            .query_timeout = 5 };
static struct query *query;

struct http *http_new(void)
{
	return NULL;
}

void http_free(struct http **http)
{
	(void)http;
}

void http_answer_done(struct http_answer *answer)
{
	(void)answer;
}

void http_perform(struct http *http, const struct http_request *request, struct http_answer *answers, size_t n)
{
	(void)http;
	assert_int_equal(n, 1);
	assert_int_equal(request->timeout, 5);
	snprintf(wire.url, sizeof wire.url, "%s", request->url);
	snprintf(wire.body, sizeof wire.body, "%s", request->body != NULL ? request->body : "");
	wire.asked++;
	answers[0] = wire.answer;
}

static int begin(void **state)
{
	(void)state;
	query = query_new(&settings);
	memset(&wire, 0, sizeof wire);
	return 0;
}

static int end(void **state)
{
	(void)state;
	query_free(&query);
	return 0;
}

static void answers(long code, char *body)
{
	wire.answer = (struct http_answer){ .code = code, .body = body, .size = strlen(body) };
}

static enum status asking(const char *question, char **ret_text, char why[200])
{
	AUTO(json) json_t *json = json_loads(question, 0, NULL);
	json_t *answer = NULL;
	enum status s = query_ask(query, json, &answer, why, 200);

	if (s == S_OK && ret_text != NULL)
		*ret_text = json_dumps(answer, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	json_decref(answer);
	return s;
}

static void is_answered(const char *question, char *body, const char *expected)
{
	AUTO(text) char *text = NULL;
	char why[200];

	answers(200, body);
	assert_int_equal(asking(question, &text, why), S_OK);
	assert_string_equal(text, expected);
}

static void ends_in(const char *question, enum status s, const char *words)
{
	char why[200] = "";

	assert_int_equal(asking(question, NULL, why), s);
	assert_string_equal(why, words);
}

static char names[] = "{\"status\":\"ok\",\"results\":[\"a\",\"b\"]}";

static void a_query_and_a_user_are_asked_by_get(void **state)
{
	(void)state;
	is_answered("{\"query\":\"tag=a&b c/\\u00fc\"}", names, "[\"a\",\"b\"]");
	assert_string_equal(wire.url, "http://q/api/query?query=tag%3Da%26b%20c%2F%C3%BC");
	is_answered("{\"user\":\"ann@x.org\"}", names, "[\"a\",\"b\"]");
	assert_string_equal(wire.url, "http://q/api/query?user=ann%40x.org");
	assert_string_equal(wire.body, "");
}

static void owners_and_tags_are_asked_by_post(void **state)
{
	static char owners[] = "{\"status\":\"ok\",\"results\":{\"a\":\"ann\",\"b\":null}}";

	(void)state;
	is_answered("{\"operation\":\"owners\",\"hostnames\":[\"a\"],\"else\":true}", owners, "{\"a\":\"ann\",\"b\":null}");
	assert_string_equal(wire.url, "http://q/api/query");
	assert_string_equal(wire.body, "{\"operation\":\"owners\",\"hostnames\":[\"a\"]}");
}

static void what_is_passed_on_goes_as_it_is(void **state)
{
	static char any[] = "{\"status\":\"ok\",\"results\":7}";

	(void)state;
	is_answered("{\"get\":{\"a\":[\"1\",\"2\"],\"b c\":[\"\"]}}", any, "7");
	assert_string_equal(wire.url, "http://q/api/query?a=1&a=2&b%20c=");
	is_answered("{\"post\":{\"x\":[1]}}", any, "7");
	assert_string_equal(wire.body, "{\"x\":[1]}");
}

static void contacts_are_strongpocs_teams(void **state)
{
	static char list[] = "[{\"team\":{\"name\":\"ops\"},\"value\":\"ops@x.org\"},{\"team\":7},{}]";

	(void)state;
	is_answered("{\"contacts\":true}", list, "{\"ops\":\"ops@x.org\"}");
	assert_string_equal(wire.url, "http://p/api/pocs/?expand=teams&expand=service_providers&expand=contact_types"
	                              "&service_provider__name=hermes&contact_type__name=email");
}

static void a_refusal_repeats_the_question(void **state)
{
	static char no[] = "{\"status\":\"error\"}";

	(void)state;
	answers(200, no);
	ends_in("{\"query\":\"tag=\"}", S_INVALID, "Bad host query: tag=");
	ends_in("{\"user\":\"ann\"}", S_INVALID, "Bad user query: ann");
	ends_in("{\"get\":{\"query\":[\"q\"]}}", S_INVALID, "Bad host query: q");
	answers(404, no);
	ends_in("{\"query\":\"x\"}", S_INVALID, "Bad host query: x");
}

static void what_makes_no_sense_is_a_bad_gateway(void **state)
{
	char *const bad[] = {
		(char[]){ "" }, (char[]){ "<html>" }, (char[]){ "[]" }, (char[]){ "{\"status\":\"ok\"}" },
		(char[]){ "{\"status\":\"ok\",\"results\":{}}" }, (char[]){ "{\"status\":\"ok\",\"results\":[1]}" },
		(char[]){ "{\"status\":\"ok\",\"results\":[\"\"]}" }, (char[]){ "{\"status\":\"ok\",\"results\":[null]}" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		answers(200, bad[i]);
		ends_in("{\"query\":\"x\"}", S_GATEWAY, "The query server's answer makes no sense.");
	}
	answers(503, names);
	ends_in("{\"query\":\"x\"}", S_GATEWAY, "The query server is in trouble.");
	answers(0, names);
	ends_in("{\"query\":\"x\"}", S_GATEWAY, "The query server does not answer.");
	answers(200, names);
	wire.answer.too_large = true;
	ends_in("{\"query\":\"x\"}", S_GATEWAY, "The query server answers more than can be read.");
}

static void who_is_too_slow_is_told_apart(void **state)
{
	(void)state;
	answers(0, names);
	wire.answer.timed_out = true;
	ends_in("{\"query\":\"x\"}", S_SLOW_GATEWAY, "The query server did not answer within 5 s.");
}

static void an_answer_is_remembered_and_a_refusal_is_not(void **state)
{
	static char no[] = "{\"status\":\"error\"}";
	AUTO(json) json_t *good = json_pack("{s:s}", "query", "good");
	AUTO(json) json_t *bad = json_pack("{s:s}", "query", "bad");
	json_t *answer;

	(void)state;
	assert_false(query_remembered(query, good, &answer));
	is_answered("{\"query\":\"good\"}", names, "[\"a\",\"b\"]");
	assert_true(query_remembered(query, good, &answer));
	json_decref(answer);
	answers(200, no);
	ends_in("{\"query\":\"bad\"}", S_INVALID, "Bad host query: bad");
	assert_false(query_remembered(query, bad, &answer));
}

static void a_question_with_else_lets_the_others_be_asked(void **state)
{
	AUTO(json) json_t *both = json_loads("{\"a\":{\"query\":\"x\",\"else\":true},\"b\":{\"query\":\"y\",\"else\":true}}", 0, NULL);
	AUTO(json) json_t *answered = NULL;
	AUTO(text) char *text = NULL;
	char why[200];

	(void)state;
	answers(500, names);
	assert_int_equal(query_ask_all(query, both, &answered, why, sizeof why), S_OK);
	text = json_dumps(answered, JSON_COMPACT | JSON_SORT_KEYS);
	assert_string_equal(text, "{\"a\":null,\"b\":null}");
	assert_int_equal(wire.asked, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_query_and_a_user_are_asked_by_get, begin, end),
		cmocka_unit_test_setup_teardown(owners_and_tags_are_asked_by_post, begin, end),
		cmocka_unit_test_setup_teardown(what_is_passed_on_goes_as_it_is, begin, end),
		cmocka_unit_test_setup_teardown(contacts_are_strongpocs_teams, begin, end),
		cmocka_unit_test_setup_teardown(a_refusal_repeats_the_question, begin, end),
		cmocka_unit_test_setup_teardown(what_makes_no_sense_is_a_bad_gateway, begin, end),
		cmocka_unit_test_setup_teardown(who_is_too_slow_is_told_apart, begin, end),
		cmocka_unit_test_setup_teardown(an_answer_is_remembered_and_a_refusal_is_not, begin, end),
		cmocka_unit_test_setup_teardown(a_question_with_else_lets_the_others_be_asked, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
