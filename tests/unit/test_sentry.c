/* sentry.c, over an HTTP that answers what a test says. */
#include "courier/sentry.c"
#include "courier/post.c"

#include "house.h"

#define KEY "01234567-89ab-cdef-0123-456789abcdef"

/* What was asked, and what is answered. */
static struct {
	size_t performed;
	char url[1024], body[4096], type[64], auth[256];
	struct http_answer answer;
} web;

struct http *http_new(void)
{
	return NULL;
}

void http_perform(struct http *http, const struct http_request *requests, struct http_answer *answers, size_t n)
{
	(void)http;
	assert_int_equal(n, 1);
	web.performed++;
	snprintf(web.url, sizeof web.url, "%s", requests->url);
	snprintf(web.body, sizeof web.body, "%.*s", (int)requests->size, requests->body);
	snprintf(web.type, sizeof web.type, "%s", requests->type);
	snprintf(web.auth, sizeof web.auth, "%s", requests->headers[1]);
	answers[0] = web.answer;
	answers[0].body = strdup("");
}

void http_answer_done(struct http_answer *answer)
{
	free(answer->body);
}

static int forget(void **state)
{
	(void)state;
	memset(&web, 0, sizeof web);
	web.answer.code = 200;
	return 0;
}

/* Fills in the outcome for a letter with this content. */
static struct delivery delivery_of(const char *dsn, const char *content)
{
	struct settings settings = { .sentry_dsn = (char *)(uintptr_t)dsn };
	json_t *letter = json_pack("{s:s, s:o}", "key", KEY, "content", json_loads(content, 0, NULL));
	struct delivery d = { .letter = letter };

	assert_non_null(letter);
	channel_sentry.deliver(&settings, &d, 1);
	json_decref(letter);
	assert_null(strstr(d.error, "abc123"));
	return d;
}

/* ---- the DSN ---- */

static void a_dsn_is_key_place_and_project(void **state)
{
	static const struct {
		const char *dsn, *key, *url;
	} dsns[] = {
		{ "https://abc123@o1.ingest.sentry.test/42", "abc123", "https://o1.ingest.sentry.test/api/42/envelope/" },
		{ "http://abc123@localhost:9000/1", "abc123", "http://localhost:9000/api/1/envelope/" },
		{ "https://abc123:old@sentry.test/7", "abc123", "https://sentry.test/api/7/envelope/" },
		{ "https://abc123@sentry.test/some/where/7", "abc123", "https://sentry.test/some/where/api/7/envelope/" },
		{ "https://abc123@[::1]:8443/7?x=y#z", "abc123", "https://[::1]:8443/api/7/envelope/" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(dsns); i++) {
		struct address address;

		assert_true(read_dsn(dsns[i].dsn, &address));
		assert_string_equal(address.key, dsns[i].key);
		assert_string_equal(address.url, dsns[i].url);
	}
}

static void what_is_no_dsn_is_refused(void **state)
{
	static const char *const dsns[] = {
		"", "abc123", "https://", "https://sentry.test/42", "https://@sentry.test/42", "https://abc123@/42",
		"https://abc123@sentry.test", "https://abc123@sentry.test/", "https://abc123@sentry.test/42/",
		"abc123@sentry.test/42", "ftp://abc123@sentry.test/42", "file://abc123@sentry.test/42",
		"https://abc%0d%0aX:1@sentry.test/42", "https://abc123@sentry.test:port/42",
		"https://abc123@sentry.test/4 2", "https://abc123@sentry.test/4\r\n2",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(dsns); i++) {
		struct address address;

		if (read_dsn(dsns[i], &address))
			fail_msg("%s was taken", dsns[i]);
	}
}

static void what_does_not_fit_is_refused(void **state)
{
	struct address address;
	char dsn[2048], many[1100];

	(void)state;
	memset(many, 'a', sizeof many);
	snprintf(dsn, sizeof dsn, "https://%.127s@sentry.test/1", many);
	assert_true(read_dsn(dsn, &address));
	snprintf(dsn, sizeof dsn, "https://%.128s@sentry.test/1", many);
	assert_false(read_dsn(dsn, &address));
	snprintf(dsn, sizeof dsn, "https://abc123@sentry.test/%.1000s", many);
	assert_false(read_dsn(dsn, &address));
	snprintf(dsn, sizeof dsn, "https://abc123@sentry.test/%.1100s", many);
	assert_false(read_dsn(dsn, &address));
}

static void a_letter_for_a_bad_dsn_is_parked(void **state)
{
	struct delivery d = delivery_of("https://abc123@sentry.test/", "{\"message\": \"m\"}");

	(void)state;
	assert_int_equal(d.outcome, OUT_PARK);
	assert_string_equal(d.error, "sentry_dsn is not a DSN");
	assert_int_equal(web.performed, 0);
}

static void it_is_on_with_a_dsn(void **state)
{
	(void)state;
	assert_true(channel_sentry.is_on(&(struct settings){ .sentry_dsn = (char[]){ "x" } }));
	assert_false(channel_sentry.is_on(&(struct settings){ .sentry_dsn = (char[]){ "" } }));
}

/* ---- the envelope ---- */

#define DSN "https://abc123@sentry.test/42"

static void an_envelope_is_three_lines_of_json(void **state)
{
	static const char content[] = "{\"message\": \"it\\n\\u00fc\", \"logger\": \"moirai-fcgi\", "
		"\"server\": \"fates1\", \"at\": \"2026-11-25T01:02:03.123456Z\"}";
	static const char item[] = "{\"event_id\":\"0123456789abcdef0123456789abcdef\",\"level\":\"error\","
		"\"platform\":\"c\",\"release\":\"moirai@" PACKAGE_VERSION "\","
		"\"logentry\":{\"formatted\":\"it\\n\xc3\xbc\"},\"logger\":\"moirai-fcgi\","
		"\"timestamp\":\"2026-11-25T01:02:03.123456Z\",\"server_name\":\"fates1\"}";
	struct delivery d = delivery_of(DSN, content);
	char wanted[1024];

	(void)state;
	snprintf(wanted, sizeof wanted, "{\"event_id\":\"0123456789abcdef0123456789abcdef\"}\n"
	         "{\"type\":\"event\",\"length\":%zu}\n%s\n", strlen(item), item);
	assert_int_equal(d.outcome, OUT_SENT);
	assert_string_equal(web.body, wanted);
}

static void it_is_sent_with_the_key(void **state)
{
	(void)state;
	delivery_of(DSN, "{\"message\": \"m\"}");
	assert_string_equal(web.url, "https://sentry.test/api/42/envelope/");
	assert_string_equal(web.type, "application/x-sentry-envelope");
	assert_string_equal(web.auth, "X-Sentry-Auth: Sentry sentry_version=7, sentry_client=moirai/" PACKAGE_VERSION
	                              ", sentry_key=abc123");
}

static void what_is_not_known_is_left_out(void **state)
{
	(void)state;
	delivery_of(DSN, "{\"message\": \"m\", \"logger\": null, \"at\": 5}");
	assert_null(strstr(web.body, "logger"));
	assert_null(strstr(web.body, "timestamp"));
	assert_null(strstr(web.body, "server_name"));
}

static void a_letter_without_a_message_is_parked(void **state)
{
	struct delivery d = delivery_of(DSN, "{\"logger\": \"l\"}");

	(void)state;
	assert_int_equal(d.outcome, OUT_PARK);
	assert_int_equal(web.performed, 0);
}

static void sentry_may_ask_for_time_or_refuse(void **state)
{
	struct delivery d;

	(void)state;
	web.answer = (struct http_answer){ .code = 429, .retry_after = 60 };
	d = delivery_of(DSN, "{\"message\": \"m\"}");
	assert_int_equal(d.outcome, OUT_RETRY);
	assert_int_equal(d.retry_after, 60);
	web.answer = (struct http_answer){ .code = 403 };
	d = delivery_of(DSN, "{\"message\": \"m\"}");
	assert_int_equal(d.outcome, OUT_PARK);
	assert_string_equal(d.error, "HTTP 403");
}

#define T(test) cmocka_unit_test_setup(test, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_dsn_is_key_place_and_project),
		T(what_is_no_dsn_is_refused),
		T(what_does_not_fit_is_refused),
		T(a_letter_for_a_bad_dsn_is_parked),
		T(it_is_on_with_a_dsn),
		T(an_envelope_is_three_lines_of_json),
		T(it_is_sent_with_the_key),
		T(what_is_not_known_is_left_out),
		T(a_letter_without_a_message_is_parked),
		T(sentry_may_ask_for_time_or_refuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
