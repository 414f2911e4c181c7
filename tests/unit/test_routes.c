/* What must hold for every row of THE route table, whoever adds one. */
#include "worker/routes.c"

#include <stdbool.h>
#include <string.h>

#include "lib/auto.h"

#include "house.h"

/* A hook may have a function, whose answer it sends. */
static void a_row_is_a_function_or_a_hook_or_unsupported(void **state)
{
	(void)state;
	for (const struct route *r = routes; r < routes + n_routes; r++) {
		bool works = r->call.name != NULL || r->hook != NULL;

		assert_int_not_equal(works, (r->flags & R_UNSUPPORTED) != 0);
		assert_int_not_equal(r->method, OTHER_METHOD);
	}
}

static void a_row_calls_the_function_that_it_names(void **state)
{
	char text[200];

	(void)state;
	for (const struct route *r = routes; r < routes + n_routes; r++) {
		if (r->call.name == NULL)
			continue;
		snprintf(text, sizeof text, "select status, location, body from %s($1::jsonb)", r->call.name);
		assert_string_equal(r->call.text, text);
		assert_int_equal(r->call.n_params, 1);
	}
}

/* The path with something that fits in place of its placeholder. */
static void fill(const char *pattern, char *path, size_t size)
{
	size_t front = strcspn(pattern, "{");
	const char *close = strchr(pattern, '}');

	snprintf(path, size, "%.*s%s%s", (int)front, pattern, close != NULL ? "1" : "", close != NULL ? close + 1 : "");
	assert_null(strpbrk(path, "{}"));
}

static void every_row_is_found_by_its_own_path(void **state)
{
	char path[200];

	(void)state;
	for (const struct route *r = routes; r < routes + n_routes; r++) {
		const struct route *found = NULL;
		AUTO(json) json_t *values = NULL;

		fill(r->path, path, sizeof path);
		assert_int_equal(route_find(r->family, r->method, path, &found, &values), S_OK);
		assert_ptr_equal(found, r);
		assert_int_equal(json_object_size(values), strchr(r->path, '{') != NULL);
	}
}

static void a_path_begins_with_a_slash_and_ends_without(void **state)
{
	(void)state;
	for (const struct route *r = routes; r < routes + n_routes; r++) {
		assert_int_equal(r->path[0], '/');
		assert_int_not_equal(r->path[strlen(r->path) - 1], '/');
	}
}

static void only_ping_asks_nobody(void **state)
{
	(void)state;
	for (const struct route *r = routes; r < routes + n_routes; r++)
		assert_int_equal((r->flags & R_OPEN) != 0, strcmp(r->path, "/ping") == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_is_a_function_or_a_hook_or_unsupported),
		cmocka_unit_test(a_row_calls_the_function_that_it_names),
		cmocka_unit_test(every_row_is_found_by_its_own_path),
		cmocka_unit_test(a_path_begins_with_a_slash_and_ends_without),
		cmocka_unit_test(only_ping_asks_nobody),
	};

	return cmocka_run_group_tests_name("routes", tests, NULL, NULL);
}
