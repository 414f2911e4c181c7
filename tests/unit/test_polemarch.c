/* What is otherwise for the Polemarch family: addresses, bodies, methods, errors. */
#include "../request_alone.h"

#define FORM "application/x-www-form-urlencoded"

/* A request that goes well, for which the function is told this body. */
static void body_becomes(const char *type, const char *body, const char *expected)
{
	give("CONTENT_TYPE", type);
	serve(POLEMARCH, "POST", "/teams/", body);
	is_answered("200 OK", "{\"a\":1}");
	assert_string_equal(told("body"), expected);
}

static void refuses_body(const char *type, const char *body, const char *status, const char *answer)
{
	database.called = 0;
	give("CONTENT_TYPE", type);
	serve(POLEMARCH, "POST", "/teams/", body);
	is_answered(status, answer);
	assert_int_equal(database.called, 0);
}

/* ---- addresses ---- */

static void its_rows_are_found_below_its_mount(void **state)
{
	(void)state;
	serve(POLEMARCH, "GET", "/users/3/", "");
	assert_string_equal(database.function, "polemarch_api.users_get");
	assert_string_equal(told("path"), "{\"id\":\"3\"}");
	assert_string_equal(told("base"), "\"http://moirai/polemarch/api/v1\"");
	serve(POLEMARCH, "GET", "/project/3/owner/", "");
	assert_string_equal(told("path"), "{\"objects\":\"project\",\"id\":\"3\"}");
}

static void the_mount_itself_is_the_root(void **state)
{
	(void)state;
	serve(POLEMARCH, "GET", "/", "");
	assert_string_equal(database.function, "polemarch_api.root");
	serve(POLEMARCH, "GET", "", "");
	assert_string_equal(database.function, "polemarch_api.root");
	serve(POLEMARCH, "GET", "?format=json", "");
	assert_string_equal(database.function, "polemarch_api.root");
	is_answered("200 OK", "{\"a\":1}");
}

static void what_is_not_there_is_not_found(void **state)
{
	(void)state;
	people.status = S_UNSIGNED;
	serve(POLEMARCH, "GET", "/fates/", "");
	is_answered("404 Not Found", DETAIL("Not found."));
	assert_true(was_sent("\r\nAllow: OPTIONS\r\n"));
	serve(POLEMARCH, "OPTIONS", "/fates/", "");
	is_answered("404 Not Found", DETAIL("Not found."));
	assert_int_equal(people.identified, 0);
}

static void an_address_that_is_no_text_is_refused_in_its_shape(void **state)
{
	(void)state;
	give("HTTP_HOST", "a/b");
	serve(POLEMARCH, "GET", "/users/", "");
	is_answered("400 Bad Request", DETAIL("Host: is not a host name."));
	assert_false(was_sent("Allow"));
}

/* ---- bodies ---- */

static void a_body_may_be_json_of_any_kind(void **state)
{
	(void)state;
	body_becomes("application/json", "[1,{\"a\":null}]", "[1,{\"a\":null}]");
	body_becomes("application/json; charset=utf-8", "\"x\"", "\"x\"");
	body_becomes("application/json", "null", "null");
	body_becomes("application/json", "12", "12");
	body_becomes("application/json", "{\"a\":\"\xc3\xbc\"}", "{\"a\":\"\xc3\xbc\"}");
}

static void nothing_is_an_empty_object_whatever_it_is_called(void **state)
{
	(void)state;
	body_becomes("application/json", "", "{}");
	body_becomes(FORM, "", "{}");
	body_becomes("", "", "{}");
	body_becomes("text/plain", "", "{}");
}

static void a_body_may_be_a_form(void **state)
{
	(void)state;
	body_becomes(FORM, "name=a+b&users=1&users=2", "{\"name\":\"a b\",\"users\":\"2\"}");
	body_becomes("Application/X-WWW-Form-Urlencoded; charset=UTF-8", "name=%C3%BC", "{\"name\":\"\xc3\xbc\"}");
}

static void a_body_of_another_type_is_refused_by_its_name(void **state)
{
	static const char *const types[] = { "text/plain", "multipart/form-data; boundary=x", "", "application/jsonx" };
	char answer[200];

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		snprintf(answer, sizeof answer, DETAIL("Unsupported media type \\\"%s\\\" in request."), types[i]);
		refuses_body(types[i], "a=1", "415 Unsupported Media Type", answer);
	}
}

static void a_type_that_is_no_text_is_refused_in_words_all_the_same(void **state)
{
	char type[200] = "";

	(void)state;
	refuses_body("text/\xff", "x", "415 Unsupported Media Type", DETAIL("Unsupported media type \\\"text/?\\\" in request."));
	for (size_t i = 0; i < 99; i++)
		type[i] = 'x';
	strcat(type, "\xc3\xbc\xc3\xbc");
	give("CONTENT_TYPE", type);
	serve(POLEMARCH, "POST", "/teams/", "x");
	assert_true(was_sent("Status: 415 ") && was_sent("{\"detail\":\"Unsupported media type"));
}

static void a_body_that_is_no_json_says_where(void **state)
{
	(void)state;
	refuses_body("application/json", "{\"a\":", "400 Bad Request",
	             DETAIL("JSON parse error - The body is not JSON that can be taken: unexpected token near end of file "
	                    "(line 1, column 5)"));
	refuses_body("application/json", "x", "400 Bad Request",
	             DETAIL("JSON parse error - The body is not JSON that can be taken: invalid token (line 1, column 1)"));
}

static void a_form_that_is_no_text_is_refused(void **state)
{
	(void)state;
	refuses_body(FORM, "a=%ff", "400 Bad Request", DETAIL("The form is not UTF-8 text, or has more than 1000 fields."));
	refuses_body(FORM, "a=%00", "400 Bad Request", DETAIL("The form is not UTF-8 text, or has more than 1000 fields."));
}

/* ---- methods ---- */

static void whatever_writes_may_bring_a_body_and_get_does_not(void **state)
{
	static const char *const writing[] = { "POST", "PUT", "PATCH", "DELETE" };

	(void)state;
	for (size_t i = 0; i < COUNT(writing); i++) {
		serve(POLEMARCH, writing[i], *writing[i] == 'D' || i == 0 ? "/project/3/permissions/" : "/teams/3/", "[1]");
		assert_string_equal(told("body"), "[1]");
		assert_string_equal(json_string_value(json_object_get(database.told, "method")), writing[i]);
	}
	give("CONTENT_TYPE", "text/plain");
	serve(POLEMARCH, "GET", "/teams/3/", "[1]");
	is_answered("200 OK", "{\"a\":1}");
	assert_string_equal(told("body"), "null");
}

/* nginx keeps the body. */
static void head_is_answered_as_get(void **state)
{
	(void)state;
	serve(POLEMARCH, "HEAD", "/users/", "");
	is_answered("200 OK", "{\"a\":1}");
	assert_string_equal(database.function, "polemarch_api.users_list");
	assert_string_equal(told("method"), "\"HEAD\"");
	assert_true(was_sent("\r\nETag: \"") && was_sent("\r\nAllow: GET, POST, HEAD, OPTIONS\r\n"));
	serve(POLEMARCH, "HEAD", "/token/", "");
	is_answered("405 Method Not Allowed", DETAIL("Method \\\"HEAD\\\" not allowed."));
}

static void options_are_told_without_the_database(void **state)
{
	(void)state;
	serve(POLEMARCH, "OPTIONS", "/users/3/", "");
	is_answered("200 OK", "{\"renders\":[\"application/json\"],"
	                      "\"parses\":[\"application/json\",\"application/x-www-form-urlencoded\"]}");
	assert_true(was_sent("\r\nVary: Accept, Cookie\r\nAllow: GET, PUT, PATCH, DELETE, HEAD, OPTIONS\r\n"));
	assert_int_equal(database.called, 0);
	people.status = S_UNSIGNED;
	serve(POLEMARCH, "OPTIONS", "/users/3/", "");
	is_answered("401 Unauthorized", DETAIL("Authentication credentials were not provided."));
}

static void another_method_is_refused_by_its_name(void **state)
{
	(void)state;
	serve(POLEMARCH, "DELETE", "/users/", "");
	is_answered("405 Method Not Allowed", DETAIL("Method \\\"DELETE\\\" not allowed."));
	assert_true(was_sent("\r\nAllow: GET, POST, HEAD, OPTIONS\r\n"));
	serve(POLEMARCH, "PROPFIND", "/users/", "");
	is_answered("405 Method Not Allowed", DETAIL("Method \\\"PROPFIND\\\" not allowed."));
	people.status = S_UNSIGNED;
	serve(POLEMARCH, "DELETE", "/users/", "");
	assert_true(was_sent("Status: 401 Unauthorized\r\n"));
}

/* ---- errors ---- */

/* Who shows this is told so. */
static void nobody_is_told(const char *authorization, const char *detail)
{
	people.status = S_UNSIGNED;
	if (*authorization != '\0')
		give("HTTP_AUTHORIZATION", authorization);
	serve(POLEMARCH, "GET", "/users/", "");
	is_answered("401 Unauthorized", detail);
	assert_true(was_sent("\r\nWWW-Authenticate: Token\r\n"));
	assert_int_equal(was_sent("X-Anonymous: true"), strstr(detail, "were not provided") != NULL);
}

static void nobody_is_told_what_was_wrong(void **state)
{
	(void)state;
	nobody_is_told("", DETAIL("Authentication credentials were not provided."));
	nobody_is_told("Token x", DETAIL("Invalid token."));
	nobody_is_told("Bearer x", DETAIL("Invalid token."));
	nobody_is_told("basic x", DETAIL("Invalid username/password."));
	nobody_is_told("Token", DETAIL("Invalid token header. No credentials provided."));
	nobody_is_told("Bearer  ", DETAIL("Invalid token header. No credentials provided."));
	nobody_is_told("Basic ", DETAIL("Invalid basic header. No credentials provided."));
	nobody_is_told("Tokens x", DETAIL("Authentication credentials were not provided."));
	nobody_is_told("Digest x", DETAIL("Authentication credentials were not provided."));
}

static void who_guesses_is_throttled(void **state)
{
	(void)state;
	people.status = S_THROTTLED;
	people.retry_after = 42;
	serve(POLEMARCH, "GET", "/users/", "");
	is_answered("429 Too Many Requests", DETAIL("Request was throttled. Expected available in 42 seconds."));
	assert_true(was_sent("\r\nRetry-After: 42\r\n"));
}

static void fails(enum status status, const char *sqlstate, const char *message, const char *detail)
{
	database.status = status;
	database.sqlstate = sqlstate;
	database.message = message;
	database.detail = detail;
	serve(POLEMARCH, "POST", "/users/", "{}");
}

static void a_function_says_the_whole_body_or_a_message(void **state)
{
	(void)state;
	fails(S_INVALID, "WE400", "bad", "{\"username\": [\"This field is required.\"]}");
	is_answered("400 Bad Request", "{\"username\":[\"This field is required.\"]}");
	fails(S_CONFLICT, "WE409", "The last superuser must stay one.", NULL);
	is_answered("409 Conflict", DETAIL("The last superuser must stay one."));
}

static void what_postgresql_says_by_itself_is_not_told(void **state)
{
	(void)state;
	fails(S_INTERNAL, "XX000", "a bug", NULL);
	is_answered("500 Internal Server Error", DETAIL("Something went wrong on the server."));
	assert_string_equal(logged, "polemarch_api.users_create: a bug");
	fails(S_LATER, NULL, NULL, NULL);
	is_answered("503 Service Unavailable", DETAIL("The database does not answer."));
	assert_true(was_sent("\r\nRetry-After: 2\r\n"));
}

static void what_is_gone_has_no_body(void **state)
{
	(void)state;
	database.code = "204";
	database.body = "";
	serve(POLEMARCH, "DELETE", "/users/3/", "");
	assert_string_equal(sent, "Status: 204 No Content\r\nVary: Accept, Cookie\r\n"
	                          "Allow: GET, PUT, PATCH, DELETE, HEAD, OPTIONS\r\n\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_WORKER(its_rows_are_found_below_its_mount),
		IN_A_WORKER(the_mount_itself_is_the_root),
		IN_A_WORKER(what_is_not_there_is_not_found),
		IN_A_WORKER(an_address_that_is_no_text_is_refused_in_its_shape),
		IN_A_WORKER(a_body_may_be_json_of_any_kind),
		IN_A_WORKER(nothing_is_an_empty_object_whatever_it_is_called),
		IN_A_WORKER(a_body_may_be_a_form),
		IN_A_WORKER(a_body_of_another_type_is_refused_by_its_name),
		IN_A_WORKER(a_type_that_is_no_text_is_refused_in_words_all_the_same),
		IN_A_WORKER(a_body_that_is_no_json_says_where),
		IN_A_WORKER(a_form_that_is_no_text_is_refused),
		IN_A_WORKER(whatever_writes_may_bring_a_body_and_get_does_not),
		IN_A_WORKER(head_is_answered_as_get),
		IN_A_WORKER(options_are_told_without_the_database),
		IN_A_WORKER(another_method_is_refused_by_its_name),
		IN_A_WORKER(nobody_is_told_what_was_wrong),
		IN_A_WORKER(who_guesses_is_throttled),
		IN_A_WORKER(a_function_says_the_whole_body_or_a_message),
		IN_A_WORKER(what_postgresql_says_by_itself_is_not_told),
		IN_A_WORKER(what_is_gone_has_no_body),
	};

	return cmocka_run_group_tests_name("polemarch", tests, start_sodium, NULL);
}
