/* By session and token, and which proof goes before which. */
#include "identify.h"

#define SECRET "0123456789abcdef0123456789abcdef01234567"
#define OTHER_SECRET "ffffffffffffffffffffffffffffffffffffffff"

/* Clio holds it: "true" as a session's, "false" as a token. */
static void holds(const char *secret, const char *is_cookie)
{
	people.secret = secret;
	people.is_cookie = is_cookie;
}

static void is_by(enum via via, int64_t token)
{
	assert_int_equal(request.actor.via, via);
	assert_int_equal(request.actor.token, token);
}

static void a_sessions_cookie_signs_in(void **state)
{
	char hash[TOKEN_HASH_SIZE];

	(void)state;
	holds(SECRET, "true");
	token_hash(SECRET, hash);
	is_clio(identify("HTTP_COOKIE", "a=b; moirai=" SECRET "; c=d"));
	is_by(VIA_SESSION, 9);
	assert_string_equal(people.told[0], hash);
	assert_string_equal(people.told[1], "true");
	assert_string_equal(request.session, SECRET);
	assert_false(request.actor.read_only);
}

static void a_token_signs_in_as_token_or_bearer(void **state)
{
	static const char *const headers[] = { "Token " SECRET, "Bearer " SECRET, "tOKEN   " SECRET, "BEARER  " SECRET };

	(void)state;
	holds(SECRET, "false");
	for (size_t i = 0; i < COUNT(headers); i++) {
		is_clio(identify("HTTP_AUTHORIZATION", headers[i]));
		is_by(VIA_TOKEN, 9);
		assert_string_equal(people.told[1], "false");
	}
	is_nobody(identify("HTTP_AUTHORIZATION", "Token " OTHER_SECRET));
	is_nobody(identify("HTTP_AUTHORIZATION", "Token" SECRET));
	is_nobody(identify("HTTP_AUTHORIZATION", "Basic " SECRET));
}

static void what_is_no_token_is_nobody_and_nobody_is_asked(void **state)
{
	static const char *const bad[] = { "Token ", "Token", "Bearer x", ("Token " SECRET "0"), ("Token " SECRET " "),
	                                   ("Token \t" SECRET), "Bearer 0123456789ABCDEF0123456789abcdef01234567",
	                                   "Token 0123456789abcdef" };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		is_nobody(identify("HTTP_AUTHORIZATION", bad[i]));
	is_nobody(identify("HTTP_COOKIE", "moirai="));
	is_nobody(identify("HTTP_COOKIE", "moirai=" SECRET "0"));
	is_nobody(identify("HTTP_COOKIE", "__Host-moirai=" SECRET));
	assert_int_equal(people.asked, 0);
}

static void a_session_is_no_token_and_a_token_no_session(void **state)
{
	(void)state;
	holds(SECRET, "true");
	is_clio(identify("HTTP_COOKIE", "moirai=" SECRET));
	is_nobody(identify("HTTP_AUTHORIZATION", "Bearer " SECRET));
	assert_int_equal(people.asked, 2);
	holds(SECRET, "false");
	actor_forget(&(struct request){ .worker = &worker, .actor.id = 7 });
	is_clio(identify("HTTP_AUTHORIZATION", "Bearer " SECRET));
	is_nobody(identify("HTTP_COOKIE", "moirai=" SECRET));
}

static void give_all_but_the_cookie(const char *authorization)
{
	params_clear();
	params_set("HTTP_AUTHORIZATION", authorization);
	params_set("REMOTE_USER", "clio");
}

static void the_cookie_goes_before_all_else(void **state)
{
	(void)state;
	holds(SECRET, "true");
	give_all_but_the_cookie("Basic Y2xpbzpzZWNyZXQ=");
	params_set("HTTP_COOKIE", "moirai=" SECRET);
	is_clio(actor_identify(&request));
	is_by(VIA_SESSION, 9);
	assert_int_equal(people.asked, 1);
}

static void then_the_header_and_then_the_proxy(void **state)
{
	(void)state;
	holds(SECRET, "false");
	give_all_but_the_cookie("Token " SECRET);
	is_clio(actor_identify(&request));
	is_by(VIA_TOKEN, 9);
	give_all_but_the_cookie("Basic Y2xpbzpzZWNyZXQ=");
	is_clio(actor_identify(&request));
	is_by(VIA_PASSWORD, 0);
	give_all_but_the_cookie("Digest x");
	is_clio(actor_identify(&request));
	is_by(VIA_PROXY, 0);
	give_all_but_the_cookie("Token " OTHER_SECRET);
	is_nobody(actor_identify(&request));
}

static void a_worthless_cookie_counts_as_none(void **state)
{
	static const char *const headers[] = { ("Token " SECRET), "Basic Y2xpbzpzZWNyZXQ=", "" };
	static const enum via vias[] = { VIA_TOKEN, VIA_PASSWORD, VIA_PROXY };

	(void)state;
	holds(SECRET, "false");
	for (size_t i = 0; i < COUNT(headers); i++) {
		give_all_but_the_cookie(headers[i]);
		params_set("HTTP_COOKIE", "moirai=" OTHER_SECRET);
		is_clio(actor_identify(&request));
		is_by(vias[i], vias[i] == VIA_TOKEN ? 9 : 0);
		assert_int_equal(people.asked, 2 * (i + 1));
	}
	is_nobody(identify("HTTP_COOKIE", "moirai=" OTHER_SECRET));
}

static void while_nobody_knows_what_a_cookie_is_worth_nothing_else_is_tried(void **state)
{
	(void)state;
	give_all_but_the_cookie("Basic Y2xpbzpzZWNyZXQ=");
	params_set("HTTP_COOKIE", "moirai=" SECRET);
	people.status = S_LATER;
	assert_int_equal(actor_identify(&request), S_LATER);
	assert_int_equal(people.asked, 1);
	assert_int_equal(request.actor.id, 0);
}

static void over_tls_the_cookie_has_another_name(void **state)
{
	(void)state;
	holds(SECRET, "true");
	params_set("REQUEST_SCHEME", "https");
	params_set("HTTP_COOKIE", "moirai=" SECRET);
	is_nobody(actor_identify(&request));
	params_set("HTTP_COOKIE", "moirai=" OTHER_SECRET "; __Host-moirai=" SECRET);
	is_clio(actor_identify(&request));
}

static void a_token_that_may_only_read_says_so_also_when_it_is_remembered(void **state)
{
	(void)state;
	holds(SECRET, "false");
	people.read_only = "t";
	is_clio(identify("HTTP_AUTHORIZATION", "Bearer " SECRET));
	assert_true(request.actor.read_only);
	is_clio(identify("HTTP_AUTHORIZATION", "Bearer " SECRET));
	assert_true(request.actor.read_only && request.actor.remembered);
	is_by(VIA_TOKEN, 9);
	assert_int_equal(people.asked, 1);
	is_clio(identify_basic_text("clio:secret"));
	assert_false(request.actor.read_only);
}

/* The longest that anything is remembered still. */
static time_t remembered_for(void)
{
	time_t most = 0;

	for (int i = 0; i < ALL_SLOTS; i++)
		if (slot_at(i)->until - now() > most)
			most = slot_at(i)->until - now();
	return most;
}

static void a_token_is_remembered_as_long_as_the_database_says(void **state)
{
	(void)state;
	holds(SECRET, "false");
	people.seconds = "30";
	is_clio(identify("HTTP_AUTHORIZATION", "Bearer " SECRET));
	assert_in_range(remembered_for(), 28, 30);
	is_clio(identify("HTTP_AUTHORIZATION", "Bearer " SECRET));
	assert_int_equal(people.asked, 1);
	actor_forget(&request);
	people.seconds = "0";
	is_clio(identify("HTTP_AUTHORIZATION", "Bearer " SECRET));
	is_clio(identify("HTTP_AUTHORIZATION", "Bearer " SECRET));
	assert_int_equal(people.asked, 3);
	assert_false(request.actor.remembered);
}

static void guessing_that_is_slowed_down_is_not_remembered(void **state)
{
	(void)state;
	people.status = S_THROTTLED;
	assert_int_equal(identify_basic_text("clio:secret"), S_THROTTLED);
	assert_int_equal(request.actor.id, 0);
	people.status = S_OK;
	is_clio(identify_basic_text("clio:secret"));
	assert_int_equal(people.asked, 2);
}

static void who_is_remembered_is_remembered_by_how_he_signed_in(void **state)
{
	(void)state;
	is_clio(identify("REMOTE_USER", "clio"));
	is_clio(identify("REMOTE_USER", "clio"));
	is_by(VIA_PROXY, 0);
	is_clio(identify_basic_text("clio:secret"));
	is_clio(identify_basic_text("clio:secret"));
	is_by(VIA_PASSWORD, 0);
	assert_true(request.actor.remembered);
	assert_int_equal(people.asked, 2);
}

static void the_audit_is_told_how_somebody_signed_in(void **state)
{
	(void)state;
	assert_null(actor_via(&request));
	request.actor.via = VIA_SESSION;
	assert_string_equal(actor_via(&request), "session");
	request.actor.via = VIA_TOKEN;
	assert_string_equal(actor_via(&request), "token");
	request.actor.via = VIA_PASSWORD;
	assert_string_equal(actor_via(&request), "password");
	request.actor.via = VIA_PROXY;
	assert_string_equal(actor_via(&request), "proxy");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_WORKER(a_sessions_cookie_signs_in),
		IN_A_WORKER(a_token_signs_in_as_token_or_bearer),
		IN_A_WORKER(what_is_no_token_is_nobody_and_nobody_is_asked),
		IN_A_WORKER(a_session_is_no_token_and_a_token_no_session),
		IN_A_WORKER(the_cookie_goes_before_all_else),
		IN_A_WORKER(then_the_header_and_then_the_proxy),
		IN_A_WORKER(a_worthless_cookie_counts_as_none),
		IN_A_WORKER(while_nobody_knows_what_a_cookie_is_worth_nothing_else_is_tried),
		IN_A_WORKER(over_tls_the_cookie_has_another_name),
		IN_A_WORKER(a_token_that_may_only_read_says_so_also_when_it_is_remembered),
		IN_A_WORKER(a_token_is_remembered_as_long_as_the_database_says),
		IN_A_WORKER(guessing_that_is_slowed_down_is_not_remembered),
		IN_A_WORKER(who_is_remembered_is_remembered_by_how_he_signed_in),
		IN_A_WORKER(the_audit_is_told_how_somebody_signed_in),
	};

	return cmocka_run_group_tests_name("actor_token", tests, start_sodium, NULL);
}
