/* A path below the mount, against THE route table. The first byte is the method and the family. */
#include "config.h"

#include "worker/route.h"

#include "fuzz.h"

#define WORD "abcdefghijklmnopqrstuvwxyz-"

static enum status find(enum family family, enum method method, const char *path, const struct route **ret_route)
{
	json_t *values = NULL;
	enum status s = route_find(family, method, path, ret_route, &values);

	json_decref(values);
	return s;
}

/* What fills the placeholder that begins at `at`: never nothing, always text; an id is digits, a word is one. */
static void check_value(const char *at, const json_t *values)
{
	char name[40] = "", *colon;
	const json_t *value;
	const char *text;
	size_t size;

	memcpy(name, at + 1, strcspn(at, "}") - 1);
	colon = strchr(name, ':');
	if (colon != NULL)
		*colon++ = '\0';
	value = json_object_get(values, name);
	text = json_string_value(value);
	size = json_string_length(value);
	assert(size > 0 && fuzz_is_text(text, size));
	assert(colon != NULL || strspn(text, "0123456789") == size);
	assert(colon == NULL || strcmp(colon, "word") != 0 || strspn(text, WORD) == size);
}

static void check_found(const struct route *route, const json_t *values, const char *path)
{
	size_t n = 0;

	assert(strncmp(route->path, path, strcspn(route->path, "{")) == 0);
	for (const char *at = strchr(route->path, '{'); at != NULL; at = strchr(at + 1, '{')) {
		check_value(at, values);
		n++;
	}
	assert(json_object_size(values) == n);
}

/* 405 when another method is right, 404 when none is; and each that is right is among those that are told. */
static void check_others(enum family family, enum status s, const char *path)
{
	static const char *const names[] = { [GET] = "GET", [POST] = "POST", [PUT] = "PUT", [PATCH] = "PATCH",
	                                     [DELETE] = "DELETE" };
	char *methods = malloc(METHODS_SIZE);
	const struct route *other = NULL;
	bool known = false;

	assert(methods != NULL);
	route_methods(family, path, methods);
	assert(strlen(methods) < METHODS_SIZE && strstr(methods, "OPTIONS") == methods + strlen(methods) - 7);
	for (enum method m = GET; m < OTHER_METHOD; m++) {
		enum status of_method = find(family, m, path, &other);
		bool works = of_method == S_INVALID || (of_method == S_OK && !(other->flags & R_UNSUPPORTED));

		known |= of_method == S_OK || of_method == S_INVALID;
		assert(of_method == S_INVALID || works == (strstr(methods, names[m]) != NULL));
	}
	assert(family == HERMES || (strstr(methods, "GET") != NULL) == (strstr(methods, "HEAD") != NULL));
	assert(known == (s != S_ABSENT));
	free(methods);
}

static void check_trailing_slash(enum family family, enum status s, const struct route *route, enum method method,
                                 const char *path)
{
	size_t n = strlen(path);
	const struct route *other = NULL;
	char *longer = malloc(n + 2);

	assert(longer != NULL);
	memcpy(longer, path, n);
	memcpy(longer + n, "/", 2);
	if (n > 0 && path[n - 1] != '/') {
		enum status with_slash = find(family, method, longer, &other);

		assert(with_slash == s && other == route);
	}
	free(longer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum method method = size > 0 ? data[0] % 8 % (OTHER_METHOD + 1) : GET;
	enum family family = size > 0 && data[0] & 8 ? POLEMARCH : HERMES;
	char *path = size > 0 ? fuzz_text(data + 1, size - 1) : fuzz_text(data, 0);
	const struct route *route = NULL;
	json_t *values = NULL;
	enum status s = route_find(family, method, path, &route, &values);

	assert(s == S_OK || s == S_METHOD || s == S_ABSENT || s == S_INVALID);
	assert((s == S_OK) == (route != NULL) && (s == S_OK) == (values != NULL));
	if (s == S_OK) {
		assert(route->family == family && route->method == method);
		check_found(route, values, path);
	}
	check_others(family, s, path);
	check_trailing_slash(family, s, route, method, path);
	json_decref(values);
	free(path);
	return 0;
}
