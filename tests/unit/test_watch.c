#include "worker/watch.c"

#include "../params.h"
#include "house.h"

static struct settings settings;
static struct worker worker = { .settings = &settings };
static struct request request = { .worker = &worker };

static bool may(const char *address, const char *authorization, const char *forwarded, char *token)
{
	params_clear();
	params_set("REMOTE_ADDR", address);
	if (authorization != NULL)
		params_set("HTTP_AUTHORIZATION", authorization);
	if (forwarded != NULL)
		params_set("HTTP_X_FORWARDED_FOR", forwarded);
	settings.metrics_token = token;
	return watch_may(&request);
}

static char none[] = "", token[] = "let me see";

static void this_machine_may(void **state)
{
	(void)state;
	assert_true(may("127.0.0.1", NULL, NULL, none));
	assert_true(may("127.9.9.9", NULL, NULL, token));
	assert_true(may("::1", NULL, NULL, none));
}

static void another_may_not(void **state)
{
	(void)state;
	assert_false(may("10.0.0.1", NULL, NULL, none));
	assert_false(may("1270.0.0.1", NULL, NULL, none));
	assert_false(may("::10", NULL, NULL, none));
	assert_false(may("", NULL, NULL, none));
}

static void what_another_proxy_passed_on_is_not_from_here(void **state)
{
	(void)state;
	assert_false(may("127.0.0.1", NULL, "10.0.0.1", none));
}

static void who_shows_the_token_may(void **state)
{
	(void)state;
	assert_true(may("10.0.0.1", "Bearer let me see", NULL, token));
	assert_true(may("10.0.0.1", "bearer let me see", NULL, token));
	assert_false(may("10.0.0.1", "Bearer let me see ", NULL, token));
	assert_false(may("10.0.0.1", "Bearer let me se", NULL, token));
	assert_false(may("10.0.0.1", "Bearer ", NULL, token));
	assert_false(may("10.0.0.1", "let me see", NULL, token));
}

static void no_token_opens_nothing(void **state)
{
	(void)state;
	assert_false(may("10.0.0.1", "Bearer ", NULL, none));
	assert_false(may("10.0.0.1", "Bearer x", NULL, none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(this_machine_may),
		cmocka_unit_test(another_may_not),
		cmocka_unit_test(what_another_proxy_passed_on_is_not_from_here),
		cmocka_unit_test(who_shows_the_token_may),
		cmocka_unit_test(no_token_opens_nothing),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
