#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/auto.h"
#include "worker/input.h"
#include "worker/route.h"

static const char *const method_names[] = { [GET] = "GET", [POST] = "POST", [PUT] = "PUT", [PATCH] = "PATCH", [DELETE] = "DELETE" };

enum method method_of(const char *name)
{
	for (enum method m = GET; m < OTHER_METHOD; m++)
		if (strcmp(method_names[m], name) == 0)
			return m;
	return OTHER_METHOD;
}

#define MOST_FILLINGS 2

/* The part of the path that fills a placeholder. */
struct filling {
	const char *name, *value;
	size_t name_size, value_size;
};

/* How much of the path the placeholder takes; `kind` is what stands after its name. */
static size_t measure(const char *kind, size_t kind_size, const char *path, size_t size)
{
	size_t n;

	if (kind_size == 5 && strncmp(kind, ":rest", 5) == 0)
		return size;
	n = strspn(path, kind_size > 0 ? "abcdefghijklmnopqrstuvwxyz-" : "0123456789");
	return n < size ? n : size;
}

/* Does the path fit the pattern? A placeholder takes all that it can. */
static bool fits(const char *pattern, const char *path, size_t size, struct filling fillings[MOST_FILLINGS])
{
	memset(fillings, 0, MOST_FILLINGS * sizeof fillings[0]);
	while (*pattern != '\0') {
		if (*pattern == '{') {
			const char *close = strchr(pattern, '}');

			fillings->name = pattern + 1;
			fillings->name_size = strcspn(pattern + 1, ":}");
			fillings->value = path;
			fillings->value_size = measure(pattern + 1 + fillings->name_size,
			                               (size_t)(close - pattern) - 1 - fillings->name_size, path, size);
			if (fillings->value_size == 0)
				return false;
			path += fillings->value_size;
			size -= fillings->value_size;
			fillings++;
			pattern = close + 1;
		} else if (size > 0 && *path == *pattern) {
			path++, size--, pattern++;
		} else {
			return false;
		}
	}
	return size == 0;
}

static size_t without_slash(const char *path)
{
	size_t size = strlen(path);

	return size > 1 && path[size - 1] == '/' ? size - 1 : size;
}

void route_methods(enum family family, const char *path, char methods[METHODS_SIZE])
{
	struct filling fillings[MOST_FILLINGS];
	size_t size = without_slash(path);
	char *end = methods;

	*end = '\0';
	for (const struct route *r = routes; r < routes + n_routes; r++)
		if (r->family == family && !(r->flags & R_UNSUPPORTED) && fits(r->path, path, size, fillings) &&
		    strstr(methods, method_names[r->method]) == NULL)
			end += sprintf(end, "%s, ", method_names[r->method]);
	strcpy(end, strstr(methods, "GET") != NULL ? "HEAD, OPTIONS" : "OPTIONS");
}

enum status route_find(enum family family, enum method method, const char *path,
                       const struct route **ret_route, json_t **ret_path)
{
	size_t size = without_slash(path);
	struct filling fillings[MOST_FILLINGS];
	bool known = false;

	for (const struct route *r = routes; r < routes + n_routes; r++) {
		AUTO(json) json_t *values = NULL;

		if (r->family != family || !fits(r->path, path, size, fillings))
			continue;
		known = true;
		if (r->method != method)
			continue;
		values = json_object();
		for (const struct filling *f = fillings; f < fillings + MOST_FILLINGS && f->name != NULL; f++) {
			json_t *value = input_decode(f->value, f->value_size, false);

			if (value == NULL)
				return S_INVALID;
			json_object_setn_new(values, f->name, f->name_size, value);
		}
		*ret_route = r;
		*ret_path = json_incref(values);
		return S_OK;
	}
	return known ? S_METHOD : S_ABSENT;
}
