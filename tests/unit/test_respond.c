#include "worker/respond.c"
#include "worker/router.c"

#include <stdlib.h>

#include "../fastcgi.h"
#include "../params.h"
#include "house.h"

#define ROW(family, method, path) { family, method, path, { NULL, NULL, 0 }, NULL, 0 }
const struct route routes[] = { ROW(HERMES, GET, "/fates"), ROW(POLEMARCH, GET, "/users"), ROW(POLEMARCH, POST, "/users") };
const size_t n_routes = COUNT(routes);

static struct request request;
static const char *detail;         /* what a function has said beside its message */

const char *db_detail(const PGresult *result)
{
	(void)result;
	return detail;
}

static int begin(void **state)
{
	(void)state;
	fastcgi_begin(NULL);
	params_clear();
	detail = NULL;
	request = (struct request){ .fcgi = &fcgi, .method = GET, .below = "/fates" };
	return 0;
}

/* A request of the other family. */
static int begin_polemarch(void **state)
{
	begin(state);
	request.family = POLEMARCH;
	request.below = "/users";
	return 0;
}

#define ALLOW "Vary: Accept, Cookie\r\nAllow: GET, POST, HEAD, OPTIONS\r\n"
#define JSON "Content-Type: application/json; charset=UTF-8\r\n"

static void answer(int code, const char *location, const char *body)
{
	*sent = '\0';
	respond(&request, code, location, body, strlen(body));
}

/* The answer to a GET of {} by a client that says it has this. */
static void answer_if_none_match(const char *header)
{
	params_clear();
	params_set("HTTP_IF_NONE_MATCH", header);
	answer(200, NULL, "{}");
}

/* BLAKE2b, 16 bytes, of {}. */
#define TAG "\"2afb9b83f9314e5d029766197f539792\""

static void an_answer_is_status_headers_and_body(void **state)
{
	char tag[TAG_BYTES * 2 + 3], expected[400];

	(void)state;
	etag_of("{}", 2, tag);
	snprintf(expected, sizeof expected,
	         "Status: 200 OK\r\nContent-Type: application/json; charset=UTF-8\r\n"
	         "Cache-Control: private, no-cache\r\nETag: %s\r\nContent-Length: 2\r\n\r\n{}", tag);
	answer(200, NULL, "{}");
	assert_string_equal(sent, expected);
}

static void a_tag_is_the_bodys_own(void **state)
{
	char tag[TAG_BYTES * 2 + 3], same[TAG_BYTES * 2 + 3], other[TAG_BYTES * 2 + 3];

	(void)state;
	etag_of("{}", 2, tag);
	etag_of("{}x", 2, same);
	etag_of("{} ", 3, other);
	assert_int_equal(strlen(tag), TAG_BYTES * 2 + 2);
	assert_string_equal(tag, TAG);
	assert_string_equal(same, tag);
	assert_string_not_equal(other, tag);
}

static void a_client_that_has_it_is_told_so_without_a_body(void **state)
{
	static const char *const headers[] = { TAG, "W/" TAG, "\"x\", " TAG, TAG ", \"x\"", "*" };

	(void)state;
	for (size_t i = 0; i < COUNT(headers); i++) {
		answer_if_none_match(headers[i]);
		assert_string_equal(sent, "Status: 304 Not Modified\r\nETag: " TAG "\r\n\r\n");
	}
}

static void a_client_that_has_another_gets_it_whole(void **state)
{
	static const char *const headers[] = { "", "\"x\"", "W/\"*\"", "2afb9b83f9314e5d029766197f539792", "\"2afb\"" };

	(void)state;
	for (size_t i = 0; i < COUNT(headers); i++) {
		answer_if_none_match(headers[i]);
		assert_true(was_sent("Status: 200 OK\r\n"));
		assert_true(was_sent("\r\n\r\n{}"));
	}
}

static void only_a_get_that_went_well_is_tagged(void **state)
{
	(void)state;
	answer(201, "http://h/api/v1/fates/1", "{}");
	assert_false(was_sent("ETag"));
	request.method = PUT;
	answer_if_none_match("*");
	assert_true(was_sent("Status: 200 OK\r\n"));
	assert_false(was_sent("ETag"));
}

static void what_was_made_has_its_location(void **state)
{
	(void)state;
	request.method = POST;
	answer(201, "http://h/api/v1/fates/1", "{}");
	assert_true(was_sent("Status: 201 Created\r\n"));
	assert_true(was_sent("\r\nLocation: http://h/api/v1/fates/1\r\n"));
	answer(200, NULL, "{}");
	assert_false(was_sent("Location"));
}

static void refuse(enum status s, const char *why)
{
	*sent = '\0';
	snprintf(request.why, sizeof request.why, "%s", why);
	respond_error(&request, s);
}

static void an_errors_message_is_its_reason_phrase_too(void **state)
{
	(void)state;
	refuse(S_ABSENT, "No such \"fate\".");
	assert_string_equal(sent,
	                    "Status: 404 No such \"fate\".\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n"
	                    "{\"status\":\"error\",\"error\":{\"code\":404,\"message\":\"No such \\\"fate\\\".\"}}");
}

static void an_error_without_message_says_null(void **state)
{
	(void)state;
	refuse(S_INTERNAL, "");
	assert_true(was_sent("Status: 500 Internal Server Error\r\n"));
	assert_true(was_sent("\r\n\r\n{\"status\":\"error\",\"error\":{\"code\":500,\"message\":null}}"));
}

static void a_reason_phrase_is_one_line_of_printable_ascii(void **state)
{
	(void)state;
	refuse(S_INVALID, "a\r\nSet-Cookie: b\tc\x7f \xc3\xbc~");
	assert_true(was_sent("Status: 400 a??Set-Cookie: b?c? ??~\r\nContent-Type"));
}

static void a_long_reason_phrase_is_cut(void **state)
{
	char why[180] = "", line[200];

	(void)state;
	memset(why, 'y', sizeof why - 1);
	snprintf(line, sizeof line, "Status: 400 %.150s\r\n", why);
	refuse(S_INVALID, why);
	assert_true(was_sent(line));
	assert_true(was_sent(why));
}

static void nobody_is_asked_to_sign_in(void **state)
{
	(void)state;
	refuse(S_UNSIGNED, "x");
	assert_true(was_sent("\r\nWWW-Authenticate: Basic realm=\"Moirai\", charset=\"UTF-8\"\r\n"));
	refuse(S_FORBIDDEN, "x");
	assert_false(was_sent("WWW-Authenticate"));
}

static void later_says_when(void **state)
{
	(void)state;
	refuse(S_LATER, "x");
	assert_true(was_sent("Status: 503 x\r\n"));
	assert_true(was_sent("\r\nRetry-After: 2\r\n"));
	refuse(S_INTERNAL, "x");
	assert_false(was_sent("Retry-After"));
}

/* Else a browser opens a window of its own where the page could ask. */
static void what_a_pages_scripts_ask_is_not_challenged_by_basic(void **state)
{
	(void)state;
	params_set("HTTP_SEC_FETCH_DEST", "empty");
	refuse(S_UNSIGNED, "x");
	assert_true(was_sent("\r\nWWW-Authenticate: Token\r\n"));
	assert_false(was_sent("X-Anonymous"));
	params_set("HTTP_SEC_FETCH_DEST", "document");
	refuse(S_UNSIGNED, "x");
	assert_true(was_sent("\r\nWWW-Authenticate: Basic realm=\"Moirai\", charset=\"UTF-8\"\r\n"));
}

static void who_is_slowed_down_is_told_for_how_long(void **state)
{
	(void)state;
	request.retry_after = 42;
	refuse(S_THROTTLED, "x");
	assert_string_equal(sent, "Status: 429 x\r\n" JSON "Retry-After: 42\r\n\r\n"
	                          "{\"status\":\"error\",\"error\":{\"code\":429,\"message\":\"x\"}}");
	refuse(S_LATER, "x");
	assert_true(was_sent("\r\nRetry-After: 2\r\n"));
}

static void the_cookie_stands_among_the_headers(void **state)
{
	(void)state;
	strcpy(request.cookie, "Set-Cookie: moirai=x; Path=/\r\n");
	request.method = POST;
	answer(201, NULL, "{}");
	assert_true(was_sent("Status: 201 Created\r\nSet-Cookie: moirai=x; Path=/\r\n" JSON));
	answer(204, NULL, "");
	assert_string_equal(sent, "Status: 204 No Content\r\nSet-Cookie: moirai=x; Path=/\r\n\r\n");
}

static void nothing_has_neither_type_nor_body(void **state)
{
	(void)state;
	request.method = DELETE;
	answer(204, "/api/v1/fates/1", "ignored");
	assert_string_equal(sent, "Status: 204 No Content\r\n\r\n");
	assert_int_equal(request.code, 204);
}

static void the_status_that_was_sent_is_noted(void **state)
{
	(void)state;
	assert_int_equal(request.code, 0);
	answer(201, NULL, "{}");
	assert_int_equal(request.code, 201);
	answer_if_none_match("*");
	assert_int_equal(request.code, 304);
	refuse(S_THROTTLED, "x");
	assert_int_equal(request.code, 429);
}

static void hermes_answers_name_no_methods(void **state)
{
	(void)state;
	answer(200, NULL, "{}");
	refuse(S_METHOD, "x");
	assert_false(was_sent("Allow") || was_sent("Vary"));
}

/* ---- the Polemarch family ---- */

static void its_answers_say_which_methods_there_are(void **state)
{
	(void)state;
	request.method = POST;
	answer(201, "/polemarch/api/v1/users/1/", "{}");
	assert_string_equal(sent, "Status: 201 Created\r\n" ALLOW JSON "Cache-Control: private, no-cache\r\n"
	                          "Location: /polemarch/api/v1/users/1/\r\nContent-Length: 2\r\n\r\n{}");
}

static void what_it_has_already_is_told_with_them_too(void **state)
{
	(void)state;
	answer_if_none_match(TAG);
	assert_string_equal(sent, "Status: 304 Not Modified\r\n" ALLOW "ETag: " TAG "\r\n\r\n");
}

static void an_error_before_the_path_is_known_says_no_methods(void **state)
{
	(void)state;
	request.below = NULL;
	refuse(S_INVALID, "Host: is not a host name.");
	assert_string_equal(sent, "Status: 400 Bad Request\r\n" JSON "\r\n{\"detail\":\"Host: is not a host name.\"}");
}

static void its_errors_keep_their_reason_phrase_and_say_detail(void **state)
{
	(void)state;
	refuse(S_ABSENT, "Not \"found\".");
	assert_string_equal(sent, "Status: 404 Not Found\r\n" ALLOW JSON "\r\n{\"detail\":\"Not \\\"found\\\".\"}");
	refuse(S_MEDIA, "x");
	assert_true(was_sent("Status: 415 Unsupported Media Type\r\n"));
	assert_true(was_sent("\r\n\r\n{\"detail\":\"x\"}"));
}

static void what_a_function_says_is_the_whole_body(void **state)
{
	(void)state;
	detail = "{\"username\": [\"This field is required.\"]}";
	refuse(S_INVALID, "");
	assert_string_equal(sent, "Status: 400 Bad Request\r\n" ALLOW JSON "\r\n{\"username\":[\"This field is required.\"]}");
	detail = "[\"x\"]";
	refuse(S_CONFLICT, "");
	assert_true(was_sent("Status: 409 Conflict\r\n") && was_sent("\r\n\r\n[\"x\"]"));
	refuse(S_CONFLICT, "our own words");
	assert_true(was_sent("\r\n\r\n{\"detail\":\"our own words\"}"));
}

static void an_error_about_which_nothing_is_said_is_an_empty_object(void **state)
{
	(void)state;
	refuse(S_INTERNAL, "");
	assert_true(was_sent("Status: 500 Internal Server Error\r\n") && was_sent("\r\n\r\n{}"));
	detail = "no JSON";
	refuse(S_INVALID, "");
	assert_true(was_sent("\r\n\r\n{}"));
}

/* A browser opens no window of its own for a scheme that it does not know. */
static void its_challenge_is_token_and_tells_who_showed_nothing(void **state)
{
	(void)state;
	request.anonymous = true;
	refuse(S_UNSIGNED, "x");
	assert_true(was_sent("\r\nWWW-Authenticate: Token\r\nX-Anonymous: true\r\n"));
	request.anonymous = false;
	refuse(S_UNSIGNED, "x");
	assert_true(was_sent("\r\nWWW-Authenticate: Token\r\n"));
	assert_false(was_sent("X-Anonymous"));
	refuse(S_FORBIDDEN, "x");
	assert_false(was_sent("WWW-Authenticate") || was_sent("X-Anonymous"));
}

static void options_tell_what_bodies_may_be(void **state)
{
	(void)state;
	request.method = OTHER_METHOD;
	respond_options(&request);
	assert_true(was_sent("Status: 200 OK\r\n" ALLOW JSON));
	assert_true(was_sent("\r\n\r\n{\"renders\":[\"application/json\"],"
	                     "\"parses\":[\"application/json\",\"application/x-www-form-urlencoded\"]}"));
	assert_int_equal(request.code, 200);
}

#define OF_A_REQUEST(test) cmocka_unit_test_setup(test, begin)
#define OF_POLEMARCH(test) cmocka_unit_test_setup(test, begin_polemarch)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OF_A_REQUEST(an_answer_is_status_headers_and_body),
		OF_A_REQUEST(a_tag_is_the_bodys_own),
		OF_A_REQUEST(a_client_that_has_it_is_told_so_without_a_body),
		OF_A_REQUEST(a_client_that_has_another_gets_it_whole),
		OF_A_REQUEST(only_a_get_that_went_well_is_tagged),
		OF_A_REQUEST(what_was_made_has_its_location),
		OF_A_REQUEST(an_errors_message_is_its_reason_phrase_too),
		OF_A_REQUEST(an_error_without_message_says_null),
		OF_A_REQUEST(a_reason_phrase_is_one_line_of_printable_ascii),
		OF_A_REQUEST(a_long_reason_phrase_is_cut),
		OF_A_REQUEST(nobody_is_asked_to_sign_in),
		OF_A_REQUEST(later_says_when),
		OF_A_REQUEST(what_a_pages_scripts_ask_is_not_challenged_by_basic),
		OF_A_REQUEST(who_is_slowed_down_is_told_for_how_long),
		OF_A_REQUEST(the_cookie_stands_among_the_headers),
		OF_A_REQUEST(nothing_has_neither_type_nor_body),
		OF_A_REQUEST(the_status_that_was_sent_is_noted),
		OF_A_REQUEST(hermes_answers_name_no_methods),
		OF_POLEMARCH(its_answers_say_which_methods_there_are),
		OF_POLEMARCH(what_it_has_already_is_told_with_them_too),
		OF_POLEMARCH(an_error_before_the_path_is_known_says_no_methods),
		OF_POLEMARCH(its_errors_keep_their_reason_phrase_and_say_detail),
		OF_POLEMARCH(what_a_function_says_is_the_whole_body),
		OF_POLEMARCH(an_error_about_which_nothing_is_said_is_an_empty_object),
		OF_POLEMARCH(its_challenge_is_token_and_tells_who_showed_nothing),
		OF_POLEMARCH(options_tell_what_bodies_may_be),
	};

	return cmocka_run_group_tests_name("respond", tests, start_sodium, NULL);
}
