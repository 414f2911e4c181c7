/* webhook.c and post.c over an HTTP that answers what a test says. */
#include "courier/webhook.c"
#include "courier/post.c"

#include "house.h"

#define KEY "01234567-89ab-cdef-0123-456789abcdef"

/* What was asked, and what is answered. */
static struct {
	size_t n, performed;
	char url[16][256], body[16][256], headers[16][512];
	struct http_request request;           /* the last one; its pointers are no longer good */
	struct http_answer answers[16];
} web;

struct http *http_new(void)
{
	return NULL;
}

static char type_sent[64];

static void note(const struct http_request *r, size_t i)
{
	snprintf(type_sent, sizeof type_sent, "%s", r->type);
	snprintf(web.url[i], sizeof web.url[i], "%s", r->url);
	snprintf(web.body[i], sizeof web.body[i], "%.*s", (int)r->size, r->body);
	web.headers[i][0] = '\0';
	for (size_t h = 0; r->headers[h] != NULL; h++) {
		strcat(web.headers[i], r->headers[h]);
		strcat(web.headers[i], "\n");
	}
	web.request = *r;
}

void http_perform(struct http *http, const struct http_request *requests, struct http_answer *answers, size_t n)
{
	(void)http;
	web.performed++;
	web.n = n;
	for (size_t i = 0; i < n; i++) {
		note(&requests[i], i);
		answers[i] = web.answers[i];
		answers[i].body = strdup("");
	}
}

void http_answer_done(struct http_answer *answer)
{
	free(answer->body);
}

static int forget(void **state)
{
	(void)state;
	memset(&web, 0, sizeof web);
	for (size_t i = 0; i < COUNT(web.answers); i++)
		web.answers[i].code = 200;
	return 0;
}

static struct settings settings = { .tls_ca_file = (char[]){ "/ca.pem" } };

static json_t *letter(const char *content)
{
	json_t *l = json_pack("{s:s, s:o}", "key", KEY, "content", json_loads(content, 0, NULL));

	assert_non_null(l);
	return l;
}

static struct delivery delivery_of(const char *content)
{
	json_t *l = letter(content);
	struct delivery d = { .letter = l };

	channel_webhook.deliver(&settings, &d, 1);
	json_decref(l);
	assert_null(d.left);
	return d;
}

static struct delivery delivery_answered(const struct http_answer *answer)
{
	web.answers[0] = *answer;
	return delivery_of("{\"url\": \"https://example.test/x\", \"secret\": null, \"body\": \"{}\"}");
}

/* ---- what is sent ---- */

static void a_body_is_signed_with_the_secret(void **state)
{
	(void)state;
	/* RFC 4231, test cases 2 and 1 */
	delivery_of("{\"url\": \"u\", \"secret\": \"Jefe\", \"body\": \"what do ya want for nothing?\"}");
	assert_non_null(strstr(web.headers[0], "\nX-Moirai-Signature: sha256="
	                       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843\n"));
	delivery_of("{\"url\": \"u\", \"body\": \"Hi There\", \"secret\": \""
	            "\\u000b\\u000b\\u000b\\u000b\\u000b\\u000b\\u000b\\u000b\\u000b\\u000b"
	            "\\u000b\\u000b\\u000b\\u000b\\u000b\\u000b\\u000b\\u000b\\u000b\\u000b\"}");
	assert_non_null(strstr(web.headers[0], "\nX-Moirai-Signature: sha256="
	                       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7\n"));
}

static void without_a_secret_nothing_is_signed(void **state)
{
	(void)state;
	delivery_of("{\"url\": \"https://example.test/x\", \"secret\": null, \"body\": \"{}\"}");
	assert_string_equal(web.headers[0], "Idempotency-Key: " KEY "\nX-Moirai-Delivery: " KEY "\n");
}

static void the_text_is_posted_as_it_is(void **state)
{
	(void)state;
	delivery_of("{\"url\": \"https://example.test/x\", \"secret\": null, \"body\": \"{ \\\"a\\\":\\u00fc}\\n\"}");
	assert_string_equal(web.url[0], "https://example.test/x");
	assert_string_equal(web.body[0], "{ \"a\":\xc3\xbc}\n");
	assert_string_equal(web.request.type, "application/json");
	assert_string_equal(web.request.ca_file, "/ca.pem");
	assert_null(web.request.proxy);
	assert_null(web.request.unix_socket);
	assert_true(web.request.timeout + 10 <= channel_webhook.lease);
}

/* Hooks of runs are told so (sql/work/hooks.sql). */
static void a_body_may_be_of_another_type(void **state)
{
	(void)state;
	delivery_of("{\"hook\": 1, \"url\": \"u\", \"type\": \"application/x-www-form-urlencoded\", \"body\": \"type=x&payload=%7B%7D\"}");
	assert_string_equal(web.body[0], "type=x&payload=%7B%7D");
	assert_string_equal(web.headers[0], "Idempotency-Key: " KEY "\nX-Moirai-Delivery: " KEY "\n");
	assert_string_equal(type_sent, "application/x-www-form-urlencoded");
}

static void a_batch_is_sent_at_once(void **state)
{
	struct delivery d[3] = { { .letter = letter("{\"url\": \"u1\", \"secret\": null, \"body\": \"1\"}") },
		                 { .letter = letter("{\"url\": null, \"secret\": null, \"body\": \"2\"}") },
		                 { .letter = letter("{\"url\": \"u3\", \"secret\": null, \"body\": \"3\"}") } };

	(void)state;
	web.answers[1].code = 500;
	channel_webhook.deliver(&settings, d, COUNT(d));
	assert_int_equal(web.performed, 1);
	assert_int_equal(web.n, 2);
	assert_string_equal(web.url[0], "u1");
	assert_string_equal(web.url[1], "u3");
	assert_int_equal(d[0].outcome, OUT_SENT);
	assert_int_equal(d[1].outcome, OUT_PARK);
	assert_string_equal(d[1].error, "the letter has no url or no body");
	assert_int_equal(d[2].outcome, OUT_RETRY);
	for (size_t i = 0; i < COUNT(d); i++)
		json_decref((json_t *)(uintptr_t)d[i].letter);
}

static void it_is_always_on(void **state)
{
	(void)state;
	assert_true(channel_webhook.is_on(&settings));
}

/* ---- what an answer means ---- */

static void a_2xx_is_taken(void **state)
{
	(void)state;
	for (long code = 200; code < 300; code++) {
		struct delivery d = delivery_answered(&(struct http_answer){ .code = code, .retry_after = 5 });

		assert_int_equal(d.outcome, OUT_SENT);
		assert_int_equal(d.retry_after, 0);
		assert_string_equal(d.error, "");
	}
}

static void anything_else_is_tried_again_but_what_is_gone(void **state)
{
	static const long codes[] = { 100, 301, 302, 400, 401, 404, 408, 418, 429, 500, 502, 503, 599 };
	struct delivery d;

	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++) {
		char error[32];

		d = delivery_answered(&(struct http_answer){ .code = codes[i] });
		assert_int_equal(d.outcome, OUT_RETRY);
		snprintf(error, sizeof error, "HTTP %ld", codes[i]);
		assert_string_equal(d.error, error);
	}
	d = delivery_answered(&(struct http_answer){ .code = 410 });
	assert_int_equal(d.outcome, OUT_PARK);
	assert_string_equal(d.error, "HTTP 410");
}

static void who_asks_for_time_gets_it(void **state)
{
	(void)state;
	assert_int_equal(delivery_answered(&(struct http_answer){ .code = 429, .retry_after = 7 }).retry_after, 7);
	assert_int_equal(delivery_answered(&(struct http_answer){ .code = 503, .retry_after = 8 }).retry_after, 8);
	assert_int_equal(delivery_answered(&(struct http_answer){ .code = 503 }).retry_after, 0);
}

static void no_answer_is_tried_again(void **state)
{
	struct delivery d = delivery_answered(&(struct http_answer){ .error = "Couldn't connect to server" });

	(void)state;
	assert_int_equal(d.outcome, OUT_RETRY);
	assert_string_equal(d.error, "Couldn't connect to server");
}

static void a_timeout_is_a_stall(void **state)
{
	const struct http_answer none = { .timed_out = true, .error = "no answer within 10 s" };
	struct delivery d = delivery_answered(&none);

	(void)state;
	assert_int_equal(d.outcome, OUT_STALLED);
	assert_string_equal(d.error, "no answer within 10 s");
}

/* As Slack and Sentry have it. */
static void what_is_refused_may_be_parked_and_what_may_pass_not(void **state)
{
	static const long parked[] = { 301, 400, 403, 404, 410, 413 }, tried[] = { 100, 408, 429, 500, 503 };

	(void)state;
	for (size_t i = 0; i < COUNT(parked); i++)
		assert_int_equal(outcome_of(&(struct http_answer){ .code = parked[i] }, OUT_PARK), OUT_PARK);
	for (size_t i = 0; i < COUNT(tried); i++)
		assert_int_equal(outcome_of(&(struct http_answer){ .code = tried[i] }, OUT_PARK), OUT_RETRY);
	assert_int_equal(outcome_of(&(struct http_answer){ .code = 0 }, OUT_PARK), OUT_RETRY);
}

#define T(test) cmocka_unit_test_setup(test, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_body_is_signed_with_the_secret),
		T(without_a_secret_nothing_is_signed),
		T(the_text_is_posted_as_it_is),
		T(a_body_may_be_of_another_type),
		T(a_batch_is_sent_at_once),
		T(it_is_always_on),
		T(a_2xx_is_taken),
		T(anything_else_is_tried_again_but_what_is_gone),
		T(who_asks_for_time_gets_it),
		T(no_answer_is_tried_again),
		T(a_timeout_is_a_stall),
		T(what_is_refused_may_be_parked_and_what_may_pass_not),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
