#include "worker/token.c"

#include "../params.h"
#include "house.h"

#define SECRET "0123456789abcdef0123456789abcdef01234567"

static struct request request;

static int begin(void **state)
{
	(void)state;
	params_clear();
	return 0;
}

static void a_new_token_is_one_and_another_each_time(void **state)
{
	char first[TOKEN_SIZE], second[TOKEN_SIZE];

	(void)state;
	token_new(first);
	token_new(second);
	assert_true(token_is_one(first));
	assert_true(token_is_one(second));
	assert_string_not_equal(first, second);
}

static void a_token_is_forty_small_hex_digits(void **state)
{
	static const char *const bad[] = { "", "0", "0123456789abcdef0123456789abcdef0123456", SECRET "8",
	                                   "0123456789ABCDEF0123456789abcdef01234567", "0123456789abcdeg0123456789abcdef01234567",
	                                   " 123456789abcdef0123456789abcdef01234567", "0123456789abcdef0123456789abcdef0123456\n" };

	(void)state;
	assert_true(token_is_one(SECRET));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(token_is_one(bad[i]));
}

/* As `printf SECRET | sha256sum` says. */
static void its_hash_is_sha256_in_hex(void **state)
{
	char hash[TOKEN_HASH_SIZE];

	(void)state;
	token_hash(SECRET, hash);
	assert_string_equal(hash, "deb87fabd17715bb31ad4cf4ffb9494eeb15f8d33d85b031a301c64ab3417eaa");
	token_hash("", hash);
	assert_string_equal(hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* ---- the cookie ---- */

/* The token that the cookies hold; "": none. */
static const char *token_in(const char *scheme, const char *cookies)
{
	static char token[TOKEN_SIZE];

	params_clear();
	params_set("REQUEST_SCHEME", scheme);
	params_set("HTTP_COOKIE", cookies);
	return token_of_cookie(&request, token) ? token : "";
}

static void the_cookie_is_found_among_others(void **state)
{
	(void)state;
	assert_string_equal(token_in("http", "moirai=" SECRET), SECRET);
	assert_string_equal(token_in("http", "a=1; xmoirai=2; moirai=" SECRET "; b=3"), SECRET);
	assert_string_equal(token_in("https", "b=1; __Host-moirai=" SECRET), SECRET);
	assert_string_equal(token_in("http", ""), "");
	assert_string_equal(token_in("http", "a=" SECRET), "");
}

static void what_is_in_it_must_be_a_token(void **state)
{
	(void)state;
	assert_string_equal(token_in("http", "moirai="), "");
	assert_string_equal(token_in("http", "moirai=x"), "");
	assert_string_equal(token_in("http", "moirai=" SECRET "0"), "");
	assert_string_equal(token_in("http", "moirai=\"" SECRET "\""), "");
}

/* A cookie that was set without TLS, by whoever stands in the way, is none over TLS. */
static void over_tls_only_the_cookie_of_this_very_host_counts(void **state)
{
	(void)state;
	assert_string_equal(token_in("https", "moirai=" SECRET), "");
	assert_string_equal(token_in("http", "__Host-moirai=" SECRET), "");
}

static const char *header_for(const char *scheme, const char *token)
{
	static char header[TOKEN_COOKIE_SIZE];

	params_clear();
	params_set("REQUEST_SCHEME", scheme);
	token_cookie(&request, token, header);
	return header;
}

static void a_browser_is_told_to_keep_it(void **state)
{
	(void)state;
	assert_string_equal(header_for("http", SECRET), "Set-Cookie: moirai=" SECRET "; Path=/; HttpOnly; SameSite=Lax\r\n");
	assert_string_equal(header_for("https", SECRET),
	                    "Set-Cookie: __Host-moirai=" SECRET "; Path=/; HttpOnly; SameSite=Lax; Secure\r\n");
}

static void a_browser_is_told_to_forget_it(void **state)
{
	(void)state;
	assert_string_equal(header_for("http", NULL), "Set-Cookie: moirai=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0\r\n");
	assert_string_equal(header_for("https", NULL),
	                    "Set-Cookie: __Host-moirai=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0\r\n");
}

/* ---- what our own page shows ---- */

/* As hashlib.blake2b(b"xsrf", key=SECRET, digest_size=20) says. */
static void what_is_shown_follows_from_the_secret_and_does_not_tell_it(void **state)
{
	char first[TOKEN_SIZE], again[TOKEN_SIZE], other[TOKEN_SIZE];

	(void)state;
	token_xsrf(SECRET, first);
	token_xsrf(SECRET, again);
	token_xsrf("1123456789abcdef0123456789abcdef01234567", other);
	assert_true(token_is_one(first));
	assert_string_equal(first, again);
	assert_string_not_equal(first, other);
	assert_string_not_equal(first, SECRET);
	assert_string_equal(first, "0f2f86db6ff3115536f6d864de55763f69c3542a");
}

static bool is_shown(const char *parameter, const char *value)
{
	params_clear();
	params_set(parameter, value);
	return token_xsrf_is_shown(&request, SECRET);
}

static void it_is_shown_as_hermes_or_django_call_it(void **state)
{
	char xsrf[TOKEN_SIZE];

	(void)state;
	token_xsrf(SECRET, xsrf);
	assert_true(is_shown("HTTP_X_XSRFTOKEN", xsrf));
	assert_true(is_shown("HTTP_X_CSRFTOKEN", xsrf));
	assert_false(is_shown("HTTP_COOKIE", xsrf));
	params_set("HTTP_X_CSRFTOKEN", xsrf);
	params_set("HTTP_X_XSRFTOKEN", SECRET);
	assert_false(token_xsrf_is_shown(&request, SECRET));
}

static void nothing_else_is_it(void **state)
{
	char xsrf[TOKEN_SIZE + 1];

	(void)state;
	assert_false(is_shown("HTTP_X_XSRFTOKEN", ""));
	assert_false(is_shown("HTTP_X_XSRFTOKEN", SECRET));
	token_xsrf(SECRET, xsrf);
	xsrf[TOKEN_SIZE - 2] ^= 1;
	assert_false(is_shown("HTTP_X_XSRFTOKEN", xsrf));
	xsrf[TOKEN_SIZE - 2] = '\0';
	assert_false(is_shown("HTTP_X_XSRFTOKEN", xsrf));
	token_xsrf(SECRET, xsrf);
	strcat(xsrf, "0");
	assert_false(is_shown("HTTP_X_XSRFTOKEN", xsrf));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_new_token_is_one_and_another_each_time, begin),
		cmocka_unit_test_setup(a_token_is_forty_small_hex_digits, begin),
		cmocka_unit_test_setup(its_hash_is_sha256_in_hex, begin),
		cmocka_unit_test_setup(the_cookie_is_found_among_others, begin),
		cmocka_unit_test_setup(what_is_in_it_must_be_a_token, begin),
		cmocka_unit_test_setup(over_tls_only_the_cookie_of_this_very_host_counts, begin),
		cmocka_unit_test_setup(a_browser_is_told_to_keep_it, begin),
		cmocka_unit_test_setup(a_browser_is_told_to_forget_it, begin),
		cmocka_unit_test_setup(what_is_shown_follows_from_the_secret_and_does_not_tell_it, begin),
		cmocka_unit_test_setup(it_is_shown_as_hermes_or_django_call_it, begin),
		cmocka_unit_test_setup(nothing_else_is_it, begin),
	};

	return cmocka_run_group_tests_name("token", tests, start_sodium, NULL);
}
