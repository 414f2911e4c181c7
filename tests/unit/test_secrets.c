/* Who may write by what signed in, and what becomes of passwords and tokens on their way. */
#include "../request_alone.h"

static void is_by(enum via via)
{
	people.actor.via = via;
	people.identified = database.called = 0;
}

static void may(const char *method)
{
	serve(HERMES, method, "/fates/3", "{}");
	is_answered("200 OK", "{\"a\":1}");
}

static void may_not(const char *method, const char *why)
{
	char status[100], answer[200];

	database.called = 0;
	snprintf(status, sizeof status, "403 %s", why);
	snprintf(answer, sizeof answer, ERROR(403, "%s"), why);
	serve(HERMES, method, "/fates/3", "{}");
	is_answered(status, answer);
	assert_int_equal(database.called, 0);
}

#define NOT_SHOWN "CSRF Failed: X-XSRFToken is missing or not this session's."
#define ELSEWHERE "CSRF Failed: another site's page may not write."

static void give_xsrf(const char *parameter)
{
	char xsrf[TOKEN_SIZE];

	token_xsrf(SECRET, xsrf);
	give(parameter, xsrf);
}

static void who_is_signed_in_by_a_cookie_must_show_its_token_to_write(void **state)
{
	(void)state;
	is_by(VIA_SESSION);
	may_not("PUT", NOT_SHOWN);
	may_not("DELETE", NOT_SHOWN);
	give("HTTP_X_XSRFTOKEN", SECRET);
	may_not("PUT", NOT_SHOWN);
	give_xsrf("HTTP_X_XSRFTOKEN");
	may("PUT");
	give_xsrf("HTTP_X_CSRFTOKEN");
	may("DELETE");
}

static void to_read_nothing_must_be_shown(void **state)
{
	(void)state;
	is_by(VIA_SESSION);
	may("GET");
	give("HTTP_SEC_FETCH_SITE", "cross-site");
	may("GET");
	serve(POLEMARCH, "HEAD", "/users/", "");
	assert_true(was_sent("Status: 200 OK\r\n"));
	serve(POLEMARCH, "OPTIONS", "/users/", "");
	assert_true(was_sent("Status: 200 OK\r\n"));
}

static void who_signed_in_otherwise_shows_nothing(void **state)
{
	static const enum via vias[] = { VIA_TOKEN, VIA_PASSWORD, VIA_PROXY };

	(void)state;
	for (size_t i = 0; i < COUNT(vias); i++) {
		is_by(vias[i]);
		may("PUT");
	}
}

static void a_setting_turns_that_off_but_not_what_a_browser_says(void **state)
{
	(void)state;
	settings.api_xsrf_enabled = false;
	is_by(VIA_SESSION);
	may("PUT");
	give("HTTP_SEC_FETCH_SITE", "cross-site");
	may_not("PUT", ELSEWHERE);
}

static void another_sites_page_may_not_write_but_by_a_token(void **state)
{
	static const enum via vias[] = { VIA_SESSION, VIA_PASSWORD, VIA_PROXY };

	(void)state;
	for (size_t i = 0; i < COUNT(vias); i++) {
		is_by(vias[i]);
		give_xsrf("HTTP_X_XSRFTOKEN");
		give("HTTP_SEC_FETCH_SITE", i % 2 == 0 ? "cross-site" : "same-site");
		may_not("PUT", ELSEWHERE);
	}
	is_by(VIA_TOKEN);
	give("HTTP_SEC_FETCH_SITE", "cross-site");
	may("PUT");
}

static void our_own_page_and_what_is_no_page_may_write(void **state)
{
	(void)state;
	is_by(VIA_PROXY);
	give("HTTP_SEC_FETCH_SITE", "same-origin");
	may("PUT");
	give("HTTP_SEC_FETCH_SITE", "none");
	may("PUT");
}

static void a_token_that_may_only_read_reads_only(void **state)
{
	(void)state;
	people.actor.read_only = true;
	is_by(VIA_TOKEN);
	may("GET");
	may_not("PUT", "This token may only read.");
	may_not("DELETE", "This token may only read.");
	serve(POLEMARCH, "PATCH", "/users/3/", "{}");
	is_answered("403 Forbidden", DETAIL("This token may only read."));
	serve(POLEMARCH, "HEAD", "/users/", "");
	assert_true(was_sent("Status: 200 OK\r\n"));
}

/* ---- who the body names ---- */

static void who_asks_for_a_token_is_whom_the_body_names(void **state)
{
	(void)state;
	people.by_body = (struct actor){ .id = 8, .stamp = 5, .via = VIA_PASSWORD };
	people.actor.read_only = true;
	give("HTTP_SEC_FETCH_SITE", "cross-site");
	serve(POLEMARCH, "POST", "/token/", "{\"username\":\"clio\",\"password\":\"secret\"}");
	assert_true(was_sent("Status: 200 OK\r\n"));
	assert_string_equal(told("actor"), "8");
	assert_string_equal(told("stamp"), "5");
	assert_string_equal(told("body"), "{\"username\":\"clio\",\"password\":\"compared\"}");
	assert_int_equal(people.compared, 1);
	assert_int_equal(people.identified + people.hashed, 0);
}

static void whom_the_body_names_wrongly_is_the_functions_business(void **state)
{
	(void)state;
	serve(POLEMARCH, "POST", "/token/", "{}");
	assert_string_equal(told("actor"), "0");
	assert_string_equal(told("via"), "");
	assert_int_equal(people.identified, 0);
}

static void who_guesses_by_bodies_is_slowed_down(void **state)
{
	(void)state;
	people.sign_in = S_THROTTLED;
	people.retry_after = 7;
	serve(HERMES, "POST", "/session", "{\"username\":\"clio\",\"password\":\"x\"}");
	is_answered("429 Too many wrong passwords: try again in 7 seconds.",
	            ERROR(429, "Too many wrong passwords: try again in 7 seconds."));
	assert_true(was_sent("\r\nRetry-After: 7\r\n"));
	people.sign_in = S_LATER;
	serve(POLEMARCH, "POST", "/token/", "{}");
	is_answered("503 Service Unavailable", DETAIL("The database does not answer."));
	assert_int_equal(database.called, 0);
}

static void a_cookie_is_given_to_who_signs_in_only(void **state)
{
	(void)state;
	database.status = S_UNSIGNED;
	database.sqlstate = "WE401";
	serve(HERMES, "POST", "/session", "{}");
	assert_true(was_sent("Status: 401 the database's words\r\n"));
	assert_false(was_sent("Set-Cookie"));
	assert_int_equal(people.identified, 0);
}

/* ---- new passwords and tokens ---- */

static void a_new_password_reaches_the_database_as_its_hash(void **state)
{
	static const char *const methods[] = { "PUT", "PATCH" };

	(void)state;
	serve(POLEMARCH, "POST", "/users/", "{\"password\":\"fresh\"}");
	assert_string_equal(told("body"), "{\"password\":\"hashed\"}");
	for (size_t i = 0; i < COUNT(methods); i++) {
		serve(POLEMARCH, methods[i], "/users/3/", "{\"password\":\"fresh\"}");
		assert_string_equal(told("body"), "{\"password\":\"hashed\"}");
	}
	assert_int_equal(people.hashed, 3);
	serve(POLEMARCH, "POST", "/teams/", "{\"password\":\"fresh\"}");
	assert_string_equal(told("body"), "{\"password\":\"fresh\"}");
	assert_int_equal(people.hashed, 3);
}

static void nobodys_password_is_hashed_for_nobody(void **state)
{
	(void)state;
	people.status = S_UNSIGNED;
	serve(POLEMARCH, "POST", "/users/", "{\"password\":\"fresh\"}");
	assert_true(was_sent("Status: 401 "));
	people.status = S_OK;
	people.actor.read_only = true;
	serve(POLEMARCH, "POST", "/users/", "{\"password\":\"fresh\"}");
	assert_true(was_sent("Status: 403 "));
	assert_int_equal(people.hashed, 0);
}

/* The secret that was sent as this member. */
static const char *secret_sent(const char *name)
{
	static char secret[TOKEN_SIZE];
	char front[40];
	const char *at;

	snprintf(front, sizeof front, "\"%s\":\"", name);
	at = strstr(sent, front);
	assert_non_null(at);
	snprintf(secret, sizeof secret, "%s", at + strlen(front));
	assert_true(token_is_one(secret));
	return secret;
}

static void a_token_is_told_to_its_holder_and_its_hash_to_the_database(void **state)
{
	char hash[TOKEN_HASH_SIZE], quoted[TOKEN_HASH_SIZE + 2], first[TOKEN_SIZE];

	(void)state;
	give("HTTP_USER_AGENT", "curl/8");
	serve(HERMES, "POST", "/tokens", "{\"name\":\"x\"}");
	strcpy(first, secret_sent("token"));
	token_hash(first, hash);
	snprintf(quoted, sizeof quoted, "\"%s\"", hash);
	assert_string_equal(told("secret"), quoted);
	assert_string_equal(told("agent"), "\"curl/8\"");
	serve(HERMES, "POST", "/tokens", "{\"name\":\"x\"}");
	assert_string_not_equal(secret_sent("token"), first);
}

static void what_makes_no_token_is_told_none(void **state)
{
	(void)state;
	serve(HERMES, "GET", "/tokens", "");
	assert_string_equal(told("secret"), "");
	assert_string_equal(told("agent"), "");
}

static void a_program_that_is_no_text_is_not_told(void **state)
{
	(void)state;
	give("HTTP_USER_AGENT", "curl\xff");
	serve(HERMES, "POST", "/tokens", "{\"name\":\"x\"}");
	assert_true(was_sent("Status: 200 OK\r\n"));
	assert_string_equal(told("agent"), "");
}

static bool was_wiped(const char *memory, size_t size)
{
	for (size_t i = 0; i < n_wiped; i++)
		if (wiped[i].memory == memory && wiped[i].size == size)
			return sodium_is_zero((const unsigned char *)memory, size);
	return false;
}

/* ---- secret variables ---- */

static void a_secret_variable_reaches_the_database_sealed(void **state)
{
	static const char *const methods[] = { "PUT", "PATCH" };
	static const char body[] = "{\"vars\":{\"ansible_ssh_pass\":\"rex\",\"a\":\"b\"}}";

	(void)state;
	serve(POLEMARCH, "POST", "/hosts/", body);
	assert_true(was_sent("Status: 200 OK\r\n"));
	assert_non_null(strstr(told("body"), "\"ansible_ssh_pass\":{\"sealed\":\""));
	assert_non_null(strstr(told("body"), "\",\"key\":7},\"a\":\"b\"}}"));
	assert_null(strstr(database.text, "rex"));
	for (size_t i = 0; i < COUNT(methods); i++) {
		serve(POLEMARCH, methods[i], "/hosts/3/", body);
		assert_non_null(strstr(told("body"), "\"sealed\""));
		assert_null(strstr(database.text, "rex"));
	}
}

static void a_body_with_secrets_is_wiped(void **state)
{
	static const char body[] = "{\"vars\":{\"ansible_ssh_pass\":\"rex\"}}";
	bool wiped_it = false;

	(void)state;
	n_wiped = 0;
	serve(POLEMARCH, "POST", "/hosts/", body);
	for (size_t i = 0; i < n_wiped; i++)
		wiped_it |= wiped[i].size == strlen(body);
	assert_true(wiped_it);
}

static void a_number_reaches_the_database_as_it_was(void **state)
{
	(void)state;
	serve(POLEMARCH, "POST", "/hosts/", "{\"vars\":{\"a\":0.3,\"b\":12}}");
	assert_non_null(strstr(database.text, "\"vars\":{\"a\":0.3,\"b\":12}"));
	serve(HERMES, "POST", "/events", "{\"a\":0.30000000000000004}");
	assert_non_null(strstr(database.text, "{\"a\":0.30000000000000004}"));
}

static void secrets_are_wiped_when_the_request_is_done(void **state)
{
	struct request r = { .worker = &worker, .fcgi = &fcgi };
	char *none[] = { NULL };

	(void)state;
	fastcgi_begin(none);
	strcpy(r.session, SECRET);
	strcpy(r.token, SECRET);
	strcpy(r.cookie, "Set-Cookie: moirai=" SECRET);
	n_wiped = 0;
	request_done(&r);
	assert_true(was_wiped(r.session, sizeof r.session));
	assert_true(was_wiped(r.token, sizeof r.token));
	assert_true(was_wiped(r.cookie, sizeof r.cookie));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_WORKER(who_is_signed_in_by_a_cookie_must_show_its_token_to_write),
		IN_A_WORKER(to_read_nothing_must_be_shown),
		IN_A_WORKER(who_signed_in_otherwise_shows_nothing),
		IN_A_WORKER(a_setting_turns_that_off_but_not_what_a_browser_says),
		IN_A_WORKER(another_sites_page_may_not_write_but_by_a_token),
		IN_A_WORKER(our_own_page_and_what_is_no_page_may_write),
		IN_A_WORKER(a_token_that_may_only_read_reads_only),
		IN_A_WORKER(who_asks_for_a_token_is_whom_the_body_names),
		IN_A_WORKER(whom_the_body_names_wrongly_is_the_functions_business),
		IN_A_WORKER(who_guesses_by_bodies_is_slowed_down),
		IN_A_WORKER(a_cookie_is_given_to_who_signs_in_only),
		IN_A_WORKER(a_new_password_reaches_the_database_as_its_hash),
		IN_A_WORKER(nobodys_password_is_hashed_for_nobody),
		IN_A_WORKER(a_token_is_told_to_its_holder_and_its_hash_to_the_database),
		IN_A_WORKER(what_makes_no_token_is_told_none),
		IN_A_WORKER(a_program_that_is_no_text_is_not_told),
		IN_A_WORKER(a_secret_variable_reaches_the_database_sealed),
		IN_A_WORKER(a_body_with_secrets_is_wiped),
		IN_A_WORKER(a_number_reaches_the_database_as_it_was),
		IN_A_WORKER(secrets_are_wiped_when_the_request_is_done),
	};

	return cmocka_run_group_tests_name("secrets", tests, start_sodium, NULL);
}
