/* The endpoints that need C: sessions, tokens, live notices, metrics, texts in pieces. */
#include "../request_alone.h"

#include <sys/socket.h>

/* SECRET's, as token.c makes it. */
static const char *xsrf_member(void)
{
	static char text[80];
	char xsrf[TOKEN_SIZE];

	token_xsrf(SECRET, xsrf);
	snprintf(text, sizeof text, "{\"a\":1,\"xsrfToken\":\"%s\"}", xsrf);
	return text;
}

static void who_signs_in_gets_a_cookie_and_what_writes_must_show(void **state)
{
	char secret[TOKEN_SIZE], xsrf[TOKEN_SIZE], hash[TOKEN_HASH_SIZE], expected[100];
	const char *cookie;

	(void)state;
	database.code = "201";
	database.location = "/api/v1/session";
	give("HTTP_COOKIE", "moirai=" SECRET);
	serve(HERMES, "POST", "/session", "{\"username\":\"clio\",\"password\":\"secret\"}");
	cookie = strstr(sent, "Set-Cookie: moirai=");
	assert_non_null(cookie);
	snprintf(secret, sizeof secret, "%s", cookie + 19);
	assert_true(token_is_one(secret) && strcmp(secret, SECRET) != 0);
	assert_memory_equal(cookie + 59, "; Path=/; HttpOnly; SameSite=Lax\r\n", 34);
	token_hash(secret, hash);
	assert_string_equal(json_string_value(json_object_get(database.told, "secret")), hash);
	token_xsrf(secret, xsrf);
	snprintf(expected, sizeof expected, "{\"a\":1,\"xsrfToken\":\"%s\"}", xsrf);
	is_answered("201 Created", expected);
	assert_true(was_sent("\r\nLocation: /api/v1/session\r\n"));
	assert_null(strstr(strstr(sent, "\r\n\r\n"), secret));
}

static void over_tls_the_cookie_is_this_very_hosts(void **state)
{
	(void)state;
	give("REQUEST_SCHEME", "https");
	serve(HERMES, "POST", "/session", "{}");
	assert_true(was_sent("Set-Cookie: __Host-moirai=") && was_sent("; SameSite=Lax; Secure\r\n"));
}

static void who_is_signed_in_by_a_cookie_is_told_what_writes_must_show(void **state)
{
	(void)state;
	people.actor.via = VIA_SESSION;
	serve(HERMES, "GET", "/session", "");
	is_answered("200 OK", xsrf_member());
	assert_false(was_sent("Set-Cookie"));
	assert_true(was_sent("\r\nETag: \""));
}

static void who_is_signed_in_otherwise_is_told_nothing_of_it(void **state)
{
	(void)state;
	people.actor.via = VIA_PROXY;
	serve(HERMES, "GET", "/session", "");
	is_answered("200 OK", "{\"a\":1}");
	assert_false(was_sent("Set-Cookie") || was_sent("xsrfToken"));
}

static void who_signs_out_is_to_forget_the_cookie(void **state)
{
	char xsrf[TOKEN_SIZE];

	(void)state;
	people.actor.via = VIA_SESSION;
	token_xsrf(SECRET, xsrf);
	give("HTTP_X_XSRFTOKEN", xsrf);
	serve(HERMES, "DELETE", "/session", "");
	is_answered("200 OK", "{\"a\":1}");
	assert_true(was_sent("Set-Cookie: moirai=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0\r\n"));
}

static void who_could_not_sign_out_keeps_it(void **state)
{
	(void)state;
	database.status = S_CONFLICT;
	database.sqlstate = "WE409";
	serve(HERMES, "DELETE", "/session", "");
	assert_true(was_sent("Status: 409 "));
	assert_false(was_sent("Set-Cookie"));
}

static void a_token_is_added_to_what_the_function_says(void **state)
{
	(void)state;
	serve(HERMES, "POST", "/tokens", "{\"name\":\"x\"}");
	assert_true(was_sent("\r\n\r\n{\"a\":1,\"token\":\""));
	database.body = "{}";
	serve(POLEMARCH, "POST", "/token/", "{}");
	assert_true(was_sent("\r\n\r\n{\"token\":\""));
	assert_int_equal(strlen(strstr(sent, "\r\n\r\n")), 4 + strlen("{\"token\":\"\"}") + TOKEN_SIZE - 1);
	assert_false(was_sent("Set-Cookie"));
}

static void a_function_that_says_no_object_is_a_bug(void **state)
{
	static const char *const bodies[] = { "", "[]", "}" };

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		database.body = bodies[i];
		serve(HERMES, "POST", "/tokens", "{\"name\":\"x\"}");
		assert_true(was_sent("Status: 500 "));
	}
}

static void live_notices_are_for_who_takes_a_stream_where_there_are_any(void **state)
{
	static char socket[] = "/run/live.sock";

	(void)state;
	database.location = "/moirai-live/7";
	serve(HERMES, "GET", "/live", "");
	assert_true(was_sent("Status: 404 This server has no live notices: ask again instead.\r\n"));
	settings.live_socket = socket;
	serve(HERMES, "GET", "/live", "");
	assert_true(was_sent("Status: 400 Accept: must take text/event-stream\r\n"));
	give("HTTP_ACCEPT", "text/event-stream");
	serve(HERMES, "GET", "/live", "");
	assert_string_equal(sent, "Status: 200 OK\r\nX-Accel-Redirect: /moirai-live/7\r\n\r\n");
	database.location = NULL;
	give("HTTP_ACCEPT", "text/event-stream");
	serve(HERMES, "GET", "/live", "");
	is_answered("200 OK", "{\"a\":1}");
	assert_true(was_sent("\r\nContent-Type: text/event-stream; charset=utf-8\r\n"));
}

static void metrics_are_the_workers_and_the_databases(void **state)
{
	(void)state;
	database.body = "moirai_letters 3\n";
	serve(HERMES, "GET", "/fates", "");
	serve(HERMES, "GET", "/metrics", "");
	assert_true(was_sent("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
	assert_true(was_sent("{method=\"GET\",route=\"/fates\",family=\"hermes\",status=\"200\"} 1\n"));
	assert_string_equal(sent + strlen(sent) - 17, "moirai_letters 3\n");
}

/* ---- texts in pieces ---- */

static int cut_off;
static char last_words[8] = "unsaid";

ssize_t send(int fd, const void *data, size_t size, int flags)
{
	assert_int_equal(fd, -1);
	assert_int_equal(size, sizeof last_words);
	assert_int_equal(flags, MSG_NOSIGNAL);
	memcpy(last_words, data, size);
	return (ssize_t)size;
}

int shutdown(int fd, int how)
{
	assert_int_equal(fd, -1);
	assert_int_equal(how, SHUT_RDWR);
	cut_off++;
	return 0;
}

static void serve_pieces(const char *method, const struct piece *pieces)
{
	database.pieces = pieces;
	database.called = cut_off = 0;
	serve(POLEMARCH, method, "/history/7/raw/?color=yes", "");
}

#define TEXT_TYPE "Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"

static void a_text_in_one_piece_is_told_with_its_length(void **state)
{
	static const struct piece one[] = { { NULL, "a\nb" } };

	(void)state;
	serve_pieces("GET", one);
	is_answered("200 OK", "a\nb");
	assert_true(was_sent(TEXT_TYPE "Content-Length: 3\r\n\r\n"));
	assert_int_equal(database.called, 1);
}

static void a_text_in_several_is_asked_for_until_it_ends(void **state)
{
	static const struct piece three[] = { { "2", "a\nb" }, { "4", "\nc\nd" }, { NULL, "" } };

	(void)state;
	serve_pieces("GET", three);
	is_answered("200 OK", "a\nb\nc\nd");
	assert_true(was_sent(TEXT_TYPE "\r\n"));
	assert_int_equal(database.called, 3);
	assert_string_equal(told("query"), "{\"color\":[\"yes\"],\"after\":[\"4\"]}");
	assert_string_equal(told("path"), "{\"id\":\"7\"}");
	assert_int_equal(cut_off, 0);
}

/* Who reads it must not take a part for the whole. */
static void where_no_more_is_to_be_had_the_connection_is_cut_off(void **state)
{
	static const struct piece two[] = { { "2", "a\nb" }, { NULL, NULL } };

	(void)state;
	serve_pieces("GET", two);
	is_answered("200 OK", "a\nb");
	assert_memory_equal(last_words, "\0\0\0\0\0\0\0", 8);
	assert_int_equal(cut_off, 1);
	assert_non_null(strstr(logged, "polemarch_api.history_raw: cut off: "));
}

static void what_can_not_begin_is_refused(void **state)
{
	static const struct piece none[] = { { NULL, NULL } };

	(void)state;
	serve_pieces("GET", none);
	assert_true(was_sent("Status: 503 "));
	assert_int_equal(cut_off, 0);
}

static void who_goes_away_ends_it(void **state)
{
	static const struct piece many[] = { { "2", "a" }, { "4", "b" }, { NULL, "c" } };

	(void)state;
	nobody_reads = true;
	serve_pieces("GET", many);
	nobody_reads = false;
	assert_int_equal(database.called, 1);
	assert_int_equal(cut_off, 0);
}

static void who_asks_for_the_headers_gets_these(void **state)
{
	static const struct piece many[] = { { "2", "a" }, { NULL, "c" } };

	(void)state;
	serve_pieces("HEAD", many);
	is_answered("200 OK", "");
	assert_int_equal(database.called, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_WORKER(who_signs_in_gets_a_cookie_and_what_writes_must_show),
		IN_A_WORKER(over_tls_the_cookie_is_this_very_hosts),
		IN_A_WORKER(who_is_signed_in_by_a_cookie_is_told_what_writes_must_show),
		IN_A_WORKER(who_is_signed_in_otherwise_is_told_nothing_of_it),
		IN_A_WORKER(who_signs_out_is_to_forget_the_cookie),
		IN_A_WORKER(who_could_not_sign_out_keeps_it),
		IN_A_WORKER(a_token_is_added_to_what_the_function_says),
		IN_A_WORKER(a_function_that_says_no_object_is_a_bug),
		IN_A_WORKER(live_notices_are_for_who_takes_a_stream_where_there_are_any),
		IN_A_WORKER(metrics_are_the_workers_and_the_databases),
		IN_A_WORKER(a_text_in_one_piece_is_told_with_its_length),
		IN_A_WORKER(a_text_in_several_is_asked_for_until_it_ends),
		IN_A_WORKER(where_no_more_is_to_be_had_the_connection_is_cut_off),
		IN_A_WORKER(what_can_not_begin_is_refused),
		IN_A_WORKER(who_goes_away_ends_it),
		IN_A_WORKER(who_asks_for_the_headers_gets_these),
	};

	return cmocka_run_group_tests_name("hooks", tests, start_sodium, NULL);
}
