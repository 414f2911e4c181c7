/* What is told of a request, what is refused, and how a call went. Addresses: test_address.c; Polemarch's: test_polemarch.c;
 * who may write, and secrets: test_secrets.c. */
#include "../request_alone.h"

#include <sys/socket.h>
#include <unistd.h>

static void sql_is_told_who_asks_for_what(void **state)
{
	(void)state;
	people.actor = (struct actor){ .id = 7, .stamp = 3, .token = 9, .via = VIA_SESSION };
	json_object_set_new(worker.told, "domain", json_string("d"));
	give("REMOTE_ADDR", "10.0.0.1");
	give("REQUEST_SCHEME", "https");
	serve(HERMES, "GET", "/fates/5?limit=1", "");
	assert_string_equal(database.function, "hermes_api.fates_get");
	assert_string_equal(told("actor"), "7");
	assert_string_equal(told("stamp"), "3");
	assert_string_equal(told("token"), "9");
	assert_string_equal(told("via"), "\"session\"");
	assert_string_equal(told("method"), "\"GET\"");
	assert_string_equal(told("query"), "{\"limit\":[\"1\"]}");
	assert_string_equal(told("body"), "null");
	assert_string_equal(told("address"), "\"10.0.0.1\"");
	assert_string_equal(told("mount"), "\"/api/v1\"");
	assert_string_equal(told("base"), "\"https://moirai/api/v1\"");
	assert_string_equal(told("url"), "\"https://moirai/api/v1/fates/5?limit=1\"");
	assert_string_equal(told("settings"), "{\"domain\":\"d\"}");
	assert_int_equal(json_object_size(database.told), 13);
}

static void sql_is_told_what_the_path_and_the_body_say(void **state)
{
	(void)state;
	serve(HERMES, "PUT", "/fates/5", "{\"b\":[1]}");
	assert_string_equal(told("path"), "{\"id\":\"5\"}");
	assert_string_equal(told("body"), "{\"b\":[1]}");
	assert_string_equal(told("method"), "\"PUT\"");
	is_answered("200 OK", "{\"a\":1}");
}

static void who_comes_back_to_a_stream_says_what_it_heard_last(void **state)
{
	(void)state;
	serve(HERMES, "GET", "/live", "");
	assert_string_equal(told("lastEventId"), "");
	give("HTTP_LAST_EVENT_ID", "12:3a");
	serve(HERMES, "GET", "/live", "");
	assert_string_equal(told("lastEventId"), "\"12:3a\"");
	give("HTTP_LAST_EVENT_ID", "12\xff");
	serve(HERMES, "GET", "/live", "");
	assert_string_equal(told("lastEventId"), "\"unknown\"");
}

/* ---- what is refused before a function is called ---- */

static void nobody_is_told_to_sign_in(void **state)
{
	(void)state;
	people.status = S_UNSIGNED;
	serve(HERMES, "GET", "/fates", "");
	is_answered("401 Sign in to use this resource.", ERROR(401, "Sign in to use this resource."));
	assert_int_equal(database.called, 0);
}

static void who_guesses_is_told_for_how_long_to_wait(void **state)
{
	(void)state;
	people.status = S_THROTTLED;
	people.retry_after = 42;
	serve(HERMES, "GET", "/fates", "");
	is_answered("429 Too many wrong passwords: try again in 42 seconds.",
	            ERROR(429, "Too many wrong passwords: try again in 42 seconds."));
	assert_true(was_sent("\r\nRetry-After: 42\r\n"));
}

static void a_database_that_knows_nobody_just_now_is_later(void **state)
{
	(void)state;
	people.status = S_LATER;
	serve(HERMES, "GET", "/fates", "");
	is_answered("503 The database does not answer.", ERROR(503, "The database does not answer."));
}

static void a_method_that_a_path_has_not_is_refused_with_words_where_it_is_documented(void **state)
{
	(void)state;
	serve(HERMES, "PATCH", "/fates/3", "{}");
	is_answered("405 Method Not Allowed", "{\"status\":\"error\",\"error\":{\"code\":405,\"message\":null}}");
	serve(HERMES, "OPTIONS", "/fates/3", "");
	assert_true(was_sent("Status: 405 Method Not Allowed\r\n"));
	serve(HERMES, "DELETE", "/events/3", "");
	is_answered("405 Method not supported for this resource.", ERROR(405, "Method not supported for this resource."));
	people.status = S_UNSIGNED;
	serve(HERMES, "PATCH", "/fates/3", "{}");
	assert_true(was_sent("Status: 401 "));
	assert_int_equal(database.called, 0);
}

static void hermes_bodies_are_json_objects(void **state)
{
	(void)state;
	give("CONTENT_TYPE", "application/x-www-form-urlencoded");
	serve(HERMES, "POST", "/fates", "a=1");
	is_answered("400 Invalid Content-Type for POST/PUT request.", ERROR(400, "Invalid Content-Type for POST/PUT request."));
	serve(HERMES, "POST", "/fates", "[1]");
	is_answered("400 The body must be a JSON object.", ERROR(400, "The body must be a JSON object."));
	serve(HERMES, "DELETE", "/fates/3", "[1]");
	is_answered("200 OK", "{\"a\":1}");
	assert_string_equal(told("body"), "null");
}

static void a_body_that_is_not_as_long_as_it_says_is_refused(void **state)
{
	(void)state;
	give("CONTENT_LENGTH", "3");
	serve(HERMES, "POST", "/fates", "{}");
	is_answered("400 The body ends too early.", ERROR(400, "The body ends too early."));
	give("CONTENT_LENGTH", "-2");
	serve(HERMES, "POST", "/fates", "{}");
	is_answered("400 Content-Length: is not a number.", ERROR(400, "Content-Length: is not a number."));
	give("CONTENT_LENGTH", "99999999999999999999999");
	serve(HERMES, "POST", "/fates", "{}");
	is_answered("413 The body is larger than 16777216 bytes.", ERROR(413, "The body is larger than 16777216 bytes."));
}

static void ping_asks_neither_who_it_is_nor_the_database(void **state)
{
	(void)state;
	people.status = S_UNSIGNED;
	serve(HERMES, "GET", "/ping", "");
	is_answered("200 OK", "{\"status\":\"ok\"}");
	assert_int_equal(people.identified + database.called, 0);
}

static void this_machine_may_look_at_the_health_unsigned(void **state)
{
	(void)state;
	people.status = S_UNSIGNED;
	give("REMOTE_ADDR", "127.0.0.1");
	serve(HERMES, "GET", "/health", "");
	is_answered("200 OK", "{\"a\":1}");
	assert_string_equal(told("actor"), "0");
	assert_string_equal(told("via"), "");
	give("REMOTE_ADDR", "10.0.0.1");
	serve(HERMES, "GET", "/health", "");
	assert_true(was_sent("Status: 401 "));
}

/* ---- how the call went ---- */

/* A call that ends so. */
static void fails(enum status status, const char *sqlstate, const char *message)
{
	database.status = status;
	database.sqlstate = sqlstate;
	database.message = message;
	serve(HERMES, "GET", "/fates", "");
}

static void what_our_functions_say_is_told(void **state)
{
	(void)state;
	fails(S_ABSENT, "WE404", "No such Fate found");
	is_answered("404 No such Fate found", ERROR(404, "No such Fate found"));
	assert_string_equal(logged, "");
}

static void what_postgresql_says_by_itself_is_logged_and_not_told(void **state)
{
	(void)state;
	fails(S_CONFLICT, "23505", "duplicate key");
	is_answered("409 Somebody else did the same at the same moment.",
	            ERROR(409, "Somebody else did the same at the same moment."));
	fails(S_INVALID, "22P02", "invalid input");
	is_answered("400 A value can't be stored.", ERROR(400, "A value can't be stored."));
	fails(S_LATER, "57014", "canceling statement");
	is_answered("503 The database is busy.", ERROR(503, "The database is busy."));
	fails(S_INTERNAL, "XX000", "a bug");
	is_answered("500 Something went wrong on the server.", ERROR(500, "Something went wrong on the server."));
	assert_string_equal(logged, "hermes_api.fates_list: a bug");
}

static void a_database_that_is_away_is_later(void **state)
{
	(void)state;
	fails(S_LATER, NULL, NULL);
	is_answered("503 The database does not answer.", ERROR(503, "The database does not answer."));
	assert_true(was_sent("\r\nRetry-After: 2\r\n"));
}

static void a_function_that_says_nothing_is_a_bug(void **state)
{
	(void)state;
	database.body = NULL;
	serve(HERMES, "GET", "/fates", "");
	is_answered("500 Something went wrong on the server.", ERROR(500, "Something went wrong on the server."));
}

static void a_function_that_asks_for_ever_is_a_bug(void **state)
{
	(void)state;
	database.code = "100";
	database.body = "{\"hostQuery\":{\"query\":\"a\"}}";
	serve(HERMES, "GET", "/fates", "");
	assert_true(was_sent("Status: 500 "));
	assert_int_equal(database.called, MAX_ROUNDS);
	assert_string_equal(told("asked"), "{\"hostQuery\":{\"op\":\"is\",\"key\":\"name\",\"value\":\"a\",\"column\":1}}");
}

static void what_a_function_asks_in_vain_is_refused(void **state)
{
	(void)state;
	database.code = "100";
	database.body = "{\"hostQuery\":{\"query\":\"a b\"}}";
	serve(HERMES, "GET", "/fates", "");
	is_answered("400 hostQuery: column 3: expected and, or, a comma or the end",
	            ERROR(400, "hostQuery: column 3: expected and, or, a comma or the end"));
	assert_int_equal(database.called, 1);
}

static void sentry_is_told_of_a_bug_where_there_is_one(void **state)
{
	static char dsn[] = "https://key@sentry.example/1";

	(void)state;
	settings.sentry_dsn = dsn;
	fails(S_ABSENT, "WE404", "No such Fate found");
	assert_string_equal(database.function, "hermes_api.fates_list");
	fails(S_INTERNAL, "XX000", "a bug");
	assert_string_equal(database.function, "report");
	assert_string_equal(logged, "report: a bug");
	is_answered("500 Something went wrong on the server.", ERROR(500, "Something went wrong on the server."));
}

static void an_answer_may_have_a_location(void **state)
{
	(void)state;
	database.code = "201";
	database.location = "/api/v1/fates/5";
	serve(HERMES, "POST", "/fates", "{}");
	is_answered("201 Created", "{\"a\":1}");
	assert_true(was_sent("\r\nLocation: /api/v1/fates/5\r\n"));
}

/* ---- a sign-in that was remembered ---- */

static void a_sign_in_that_became_untrue_is_asked_for_anew_once(void **state)
{
	(void)state;
	people.actor.remembered = true;
	people.anew.stamp = 4;
	database.unsigned_until = 1;
	serve(HERMES, "GET", "/fates", "");
	is_answered("200 OK", "{\"a\":1}");
	assert_string_equal(told("stamp"), "4");
	assert_int_equal(people.forgotten, 1);
	people.forgotten = database.called = 0;
	database.unsigned_until = 9;
	database.sqlstate = "WE401";
	serve(HERMES, "GET", "/fates", "");
	assert_true(was_sent("Status: 401 the database's words\r\n"));
	assert_int_equal(database.called, 2);
}

static void a_sign_in_that_was_not_remembered_is_believed_to_be_over(void **state)
{
	(void)state;
	database.unsigned_until = 1;
	database.sqlstate = "WE401";
	serve(HERMES, "GET", "/fates", "");
	assert_true(was_sent("Status: 401 the database's words\r\n"));
	assert_int_equal(people.forgotten, 0);
	assert_int_equal(people.identified, 1);
}

static void who_is_found_anew_must_be_one_who_may_write(void **state)
{
	(void)state;
	people.actor.remembered = true;
	people.anew = (struct actor){ .id = 8, .via = VIA_TOKEN, .read_only = true };
	database.unsigned_until = 1;
	serve(HERMES, "DELETE", "/fates/3", "");
	is_answered("403 This token may only read.", ERROR(403, "This token may only read."));
	assert_int_equal(database.called, 1);
}

/* ---- the end ---- */

static void a_client_that_has_gone_is_not_served(void **state)
{
	int line[2];
	FCGX_Request gone = { .in = &stream_in, .out = &stream_out };

	(void)state;
	serve(HERMES, "GET", "/fates", "");
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, line), 0);
	close(line[1]);
	gone.envp = envp;
	gone.ipcFd = line[0];
	*sent = '\0';
	request_serve(&worker, &gone);
	assert_string_equal(sent, "");
	assert_int_equal(database.called, 1);
	close(line[0]);
}

static void what_was_answered_is_counted(void **state)
{
	AUTO(text) char *text = NULL;

	(void)state;
	serve(HERMES, "GET", "/fates", "");
	serve(HERMES, "GET", "/nothing", "");
	text = metrics_text(worker.metrics);
	assert_non_null(strstr(text, "{method=\"GET\",route=\"/fates\",family=\"hermes\",status=\"200\"} 1\n"));
	assert_non_null(strstr(text, "{method=\"\",route=\"none\",family=\"\",status=\"404\"} 1\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_WORKER(sql_is_told_who_asks_for_what),
		IN_A_WORKER(sql_is_told_what_the_path_and_the_body_say),
		IN_A_WORKER(who_comes_back_to_a_stream_says_what_it_heard_last),
		IN_A_WORKER(nobody_is_told_to_sign_in),
		IN_A_WORKER(who_guesses_is_told_for_how_long_to_wait),
		IN_A_WORKER(a_database_that_knows_nobody_just_now_is_later),
		IN_A_WORKER(a_method_that_a_path_has_not_is_refused_with_words_where_it_is_documented),
		IN_A_WORKER(hermes_bodies_are_json_objects),
		IN_A_WORKER(a_body_that_is_not_as_long_as_it_says_is_refused),
		IN_A_WORKER(ping_asks_neither_who_it_is_nor_the_database),
		IN_A_WORKER(this_machine_may_look_at_the_health_unsigned),
		IN_A_WORKER(what_our_functions_say_is_told),
		IN_A_WORKER(what_postgresql_says_by_itself_is_logged_and_not_told),
		IN_A_WORKER(a_database_that_is_away_is_later),
		IN_A_WORKER(a_function_that_says_nothing_is_a_bug),
		IN_A_WORKER(a_function_that_asks_for_ever_is_a_bug),
		IN_A_WORKER(what_a_function_asks_in_vain_is_refused),
		IN_A_WORKER(sentry_is_told_of_a_bug_where_there_is_one),
		IN_A_WORKER(an_answer_may_have_a_location),
		IN_A_WORKER(a_sign_in_that_became_untrue_is_asked_for_anew_once),
		IN_A_WORKER(a_sign_in_that_was_not_remembered_is_believed_to_be_over),
		IN_A_WORKER(who_is_found_anew_must_be_one_who_may_write),
		IN_A_WORKER(a_client_that_has_gone_is_not_served),
		IN_A_WORKER(what_was_answered_is_counted),
	};

	return cmocka_run_group_tests_name("request", tests, start_sodium, NULL);
}
