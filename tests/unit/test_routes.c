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

/* The path with what fits in place of its placeholders. */
static void fill(const char *pattern, char *path)
{
	while (*pattern != '\0') {
		if (*pattern != '{') {
			*path++ = *pattern++;
			continue;
		}
		*path++ = strncmp(pattern + strcspn(pattern, ":}"), ":word}", 6) == 0 ? 'w' : '1';
		pattern = strchr(pattern, '}') + 1;
	}
	*path = '\0';
}

static size_t placeholders_in(const char *pattern)
{
	size_t n = 0;

	for (; *pattern != '\0'; pattern++)
		n += *pattern == '{';
	return n;
}

static void every_row_is_found_by_its_own_path(void **state)
{
	char path[200];

	(void)state;
	for (const struct route *r = routes; r < routes + n_routes; r++) {
		const struct route *found = NULL;
		AUTO(json) json_t *values = NULL;

		fill(r->path, path);
		assert_int_equal(route_find(r->family, r->method, path, &found, &values), S_OK);
		assert_ptr_equal(found, r);
		assert_int_equal(json_object_size(values), placeholders_in(r->path));
	}
}

/* The router has room for two. */
static void a_path_has_two_placeholders_at_most(void **state)
{
	(void)state;
	for (const struct route *r = routes; r < routes + n_routes; r++)
		assert_in_range(placeholders_in(r->path), 0, 2);
}

/* HEAD is told of where the list begins with GET; the Hermes family tells no list. */
static void of_a_polemarch_paths_rows_get_is_the_first(void **state)
{
	char path[200], methods[METHODS_SIZE];

	(void)state;
	for (const struct route *r = routes; r < routes + n_routes; r++) {
		fill(r->path, path);
		route_methods(r->family, path, methods);
		assert_true(strlen(methods) < METHODS_SIZE);
		if (r->family == POLEMARCH)
			assert_true(strstr(methods, "GET") == NULL || strstr(methods, "GET") == methods);
	}
}

/* Else the metrics of two rows were one. */
static void no_two_rows_have_the_same_family_method_and_path(void **state)
{
	(void)state;
	for (const struct route *r = routes; r < routes + n_routes; r++)
		for (const struct route *other = routes; other < r; other++)
			assert_false(r->family == other->family && r->method == other->method && strcmp(r->path, other->path) == 0);
}

static void a_path_begins_with_a_slash_and_ends_without(void **state)
{
	(void)state;
	for (const struct route *r = routes; r < routes + n_routes; r++) {
		assert_int_equal(r->path[0], '/');
		if (r->path[1] != '\0')
			assert_int_not_equal(r->path[strlen(r->path) - 1], '/');
	}
}

static void only_ping_asks_nobody(void **state)
{
	(void)state;
	for (const struct route *r = routes; r < routes + n_routes; r++)
		assert_int_equal((r->flags & R_OPEN) != 0, strcmp(r->path, "/ping") == 0);
}

/* Where the body says who asks, it must have been read; and only what is written brings a body. */
static void secrets_come_with_what_has_a_body(void **state)
{
	(void)state;
	for (const struct route *r = routes; r < routes + n_routes; r++) {
		if (r->flags & (R_CREDENTIALS | R_PASSWORD))
			assert_true(r->method == POST || (r->method == PUT) || (r->family == POLEMARCH && r->method == PATCH));
		assert_int_not_equal(r->flags & (R_CREDENTIALS | R_PASSWORD), R_CREDENTIALS | R_PASSWORD);
		if (r->flags & R_TOKEN)
			assert_true(r->method == POST && r->hook != NULL && r->call.name != NULL);
	}
}

static bool is_one_of(const struct route *r, const char *const *names)
{
	for (; *names != NULL; names++)
		if (r->call.name != NULL && strcmp(r->call.name, *names) == 0)
			return true;
	return false;
}

static void only_these_take_passwords_or_make_tokens(void **state)
{
	static const char *const credentials[] = { "hermes_api.session_create", "polemarch_api.token_create", NULL };
	static const char *const passwords[] = { "polemarch_api.users_create", "polemarch_api.users_update", NULL };
	static const char *const tokens[] = { "hermes_api.session_create", "hermes_api.tokens_create",
	                                      "polemarch_api.token_create", NULL };

	(void)state;
	for (const struct route *r = routes; r < routes + n_routes; r++) {
		assert_int_equal((r->flags & R_CREDENTIALS) != 0, is_one_of(r, credentials));
		assert_int_equal((r->flags & R_PASSWORD) != 0, is_one_of(r, passwords));
		assert_int_equal((r->flags & R_TOKEN) != 0, is_one_of(r, tokens));
	}
}

/* Whatever may bring variables has its secrets sealed; of an inventory's text all of it stays in the worker. */
static void what_brings_variables_is_sealed(void **state)
{
	static const char *const variables[] = {
		"polemarch_api.hosts_create", "polemarch_api.hosts_update", "polemarch_api.groups_create",
		"polemarch_api.groups_update", "polemarch_api.inventories_create", "polemarch_api.inventories_update",
		"polemarch_api.templates_create", "polemarch_api.templates_update", "polemarch_api.projects_create",
		"polemarch_api.projects_update", "polemarch_api.periodic_tasks_create", "polemarch_api.periodic_tasks_update", NULL };
	static const char *const inventories[] = { "polemarch_api.inventories_import", NULL };
	static const char *const arguments[] = { "polemarch_api.execute_playbook", "polemarch_api.execute_module", NULL };
	static const char *const many[] = { "polemarch_api.bulk", NULL };

	(void)state;
	for (const struct route *r = routes; r < routes + n_routes; r++) {
		assert_int_equal((r->flags & R_SECRETS) != 0, is_one_of(r, variables));
		assert_int_equal((r->flags & R_INVENTORY) != 0, is_one_of(r, inventories));
		assert_int_equal((r->flags & R_ARGUMENTS) != 0, is_one_of(r, arguments));
		assert_int_equal((r->flags & R_BULK) != 0 && r->method == POST, is_one_of(r, many));
	}
}

static void a_row_calls_a_function_of_its_family(void **state)
{
	(void)state;
	for (const struct route *r = routes; r < routes + n_routes; r++) {
		const char *schema = r->family == HERMES ? "hermes_api." : "polemarch_api.";

		if (r->call.name != NULL)
			assert_memory_equal(r->call.name, schema, strlen(schema));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_is_a_function_or_a_hook_or_unsupported),
		cmocka_unit_test(a_row_calls_the_function_that_it_names),
		cmocka_unit_test(every_row_is_found_by_its_own_path),
		cmocka_unit_test(a_path_has_two_placeholders_at_most),
		cmocka_unit_test(of_a_polemarch_paths_rows_get_is_the_first),
		cmocka_unit_test(no_two_rows_have_the_same_family_method_and_path),
		cmocka_unit_test(a_path_begins_with_a_slash_and_ends_without),
		cmocka_unit_test(only_ping_asks_nobody),
		cmocka_unit_test(secrets_come_with_what_has_a_body),
		cmocka_unit_test(only_these_take_passwords_or_make_tokens),
		cmocka_unit_test(what_brings_variables_is_sealed),
		cmocka_unit_test(a_row_calls_a_function_of_its_family),
	};

	return cmocka_run_group_tests_name("routes", tests, NULL, NULL);
}
