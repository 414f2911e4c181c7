#include "worker/respond.c"

#include <stdarg.h>
#include <stdlib.h>

#include "../params.h"
#include "house.h"

/* What would go to nginx. */
static char sent[4096];
static FCGX_Stream stream;
static FCGX_Request fcgi = { .out = &stream };
static struct request request;

int FCGX_PutStr(const char *text, int size, FCGX_Stream *out)
{
	assert_ptr_equal(out, &stream);
	assert_true(strlen(sent) + (size_t)size < sizeof sent);
	strncat(sent, text, (size_t)size);
	return size;
}

int FCGX_PutS(const char *text, FCGX_Stream *out)
{
	return FCGX_PutStr(text, (int)strlen(text), out);
}

__attribute__((format(printf, 2, 3)))
int FCGX_FPrintF(FCGX_Stream *out, const char *format, ...)
{
	char text[2048];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return FCGX_PutStr(text, n, out);
}

static int begin(void **state)
{
	(void)state;
	*sent = '\0';
	params_clear();
	request = (struct request){ .fcgi = &fcgi, .method = GET };
	return 0;
}

static bool was_sent(const char *text)
{
	return strstr(sent, text) != NULL;
}

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

#define OF_A_REQUEST(test) cmocka_unit_test_setup(test, begin)

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
	};

	return cmocka_run_group_tests_name("respond", tests, start_sodium, NULL);
}
