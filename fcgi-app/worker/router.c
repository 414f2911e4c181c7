#include "config.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "worker/input.h"
#include "worker/route.h"

enum method method_of(const char *name)
{
	static const char *const names[] = { [GET] = "GET", [POST] = "POST", [PUT] = "PUT", [DELETE] = "DELETE" };

	for (enum method m = GET; m < OTHER_METHOD; m++)
		if (strcmp(names[m], name) == 0)
			return m;
	return OTHER_METHOD;
}

/* The part of the path that fills a placeholder. */
struct filling {
	const char *name, *value;
	size_t name_size, value_size;
};

/* Does the path fit the pattern? At most one placeholder a path: none of ours has two yet. */
static bool fits(const char *pattern, const char *path, size_t size, struct filling *filling)
{
	const char *brace = strchr(pattern, '{');
	size_t front = brace == NULL ? strlen(pattern) : (size_t)(brace - pattern);
	const char *close, *end = path + size;
	bool rest;

	*filling = (struct filling){ 0 };
	if (size < front || strncmp(pattern, path, front) != 0)
		return false;
	if (brace == NULL)
		return size == front;
	close = strchr(brace, '}');
	rest = close - brace > 5 && strncmp(close - 5, ":rest", 5) == 0;
	filling->name = brace + 1;
	filling->name_size = (size_t)(close - brace) - 1 - (rest ? 5 : 0);
	filling->value = path + front;
	filling->value_size = rest ? size - front : strspn(path + front, "0123456789");
	if (filling->value_size > size - front)
		filling->value_size = size - front;
	path = filling->value + filling->value_size;
	return filling->value_size > 0 && (size_t)(end - path) == strlen(close + 1) &&
	       strncmp(path, close + 1, (size_t)(end - path)) == 0;
}

enum status route_find(enum family family, enum method method, const char *path,
                       const struct route **ret_route, json_t **ret_path)
{
	size_t size = strlen(path);
	struct filling filling;
	bool known = false;

	if (size > 1 && path[size - 1] == '/')
		size--;
	for (const struct route *r = routes; r < routes + n_routes; r++) {
		AUTO(json) json_t *values = NULL;
		json_t *value;

		if (r->family != family || !fits(r->path, path, size, &filling))
			continue;
		known = true;
		if (r->method != method)
			continue;
		values = json_object();
		if (filling.name != NULL) {
			value = input_decode(filling.value, filling.value_size, false);
			if (value == NULL)
				return S_INVALID;
			json_object_setn_new(values, filling.name, filling.name_size, value);
		}
		*ret_route = r;
		*ret_path = json_incref(values);
		return S_OK;
	}
	return known ? S_METHOD : S_ABSENT;
}
