/* A path below the mount, against THE route table. The first byte is the method. */
#include "config.h"

#include "worker/route.h"

#include "fuzz.h"

static enum status find(enum method method, const char *path, const struct route **ret_route)
{
	json_t *values = NULL;
	enum status s = route_find(HERMES, method, path, ret_route, &values);

	json_decref(values);
	return s;
}

/* What fills a placeholder: never nothing, always text; an id is digits. */
static void check_value(const struct route *route, const char *name, const json_t *value)
{
	const char *text = json_string_value(value);
	bool rest = strstr(route->path, ":rest}") != NULL;

	assert(strncmp(strchr(route->path, '{') + 1, name, strlen(name)) == 0);
	assert(json_string_length(value) > 0 && fuzz_is_text(text, json_string_length(value)));
	assert(rest || strspn(text, "0123456789") == strlen(text));
}

static void check_found(const struct route *route, json_t *values, enum method method, const char *path)
{
	const char *name;
	json_t *value;

	assert(route->family == HERMES && route->method == method);
	assert(strncmp(route->path, path, strcspn(route->path, "{")) == 0);
	assert(json_object_size(values) == (strchr(route->path, '{') != NULL));
	json_object_foreach(values, name, value)
		check_value(route, name, value);
}

/* 405 when another method is right, 404 when none is. */
static void check_others(enum status s, const char *path)
{
	const struct route *other;
	bool known = false;

	for (enum method m = GET; m < OTHER_METHOD; m++) {
		enum status of_method = find(m, path, &other);

		known |= of_method == S_OK || of_method == S_INVALID;
	}
	assert(known == (s != S_ABSENT));
}

static void check_trailing_slash(enum status s, const struct route *route, enum method method, const char *path)
{
	size_t n = strlen(path);
	const struct route *other = NULL;
	char *longer = malloc(n + 2);

	assert(longer != NULL);
	memcpy(longer, path, n);
	memcpy(longer + n, "/", 2);
	if (n > 0 && path[n - 1] != '/') {
		enum status with_slash = find(method, longer, &other);

		assert(with_slash == s && other == route);
	}
	free(longer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum method method = size > 0 ? data[0] % (OTHER_METHOD + 1) : GET;
	char *path = size > 0 ? fuzz_text(data + 1, size - 1) : fuzz_text(data, 0);
	const struct route *route = NULL;
	json_t *values = NULL;
	enum status s = route_find(HERMES, method, path, &route, &values);

	assert(s == S_OK || s == S_METHOD || s == S_ABSENT || s == S_INVALID);
	assert((s == S_OK) == (route != NULL) && (s == S_OK) == (values != NULL));
	if (s == S_OK)
		check_found(route, values, method, path);
	check_others(s, path);
	check_trailing_slash(s, route, method, path);
	json_decref(values);
	free(path);
	return 0;
}
