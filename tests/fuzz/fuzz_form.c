/* A body as HTML forms send it. */
#include "config.h"

#include <stdio.h>

#include "worker/input.h"

#include "fuzz.h"

/* A text, escaped wherever that changes nothing. */
static char *put(char *end, const char *text)
{
	for (; *text != '\0'; text++)
		end += sprintf(end, "%%%02x", (unsigned char)*text);
	return end;
}

/* Written as a form again, it is the same. */
static void check_again(const json_t *form, size_t size)
{
	char *text = malloc(3 * size + 2 * json_object_size(form) + 1), *end = text, why[INPUT_WHY];
	json_t *again = NULL, *value;
	const char *name;
	enum status s;

	assert(text != NULL);
	json_object_foreach((json_t *)(uintptr_t)form, name, value) {
		end = put(end, name);
		*end++ = '=';
		end = put(end, json_string_value(value));
		*end++ = '&';
	}
	s = input_form(text, (size_t)(end - text), &again, why);
	assert(s == S_OK && json_equal(again, form));
	json_decref(again);
	free(text);
}

/* All of it is text, and no longer than what was sent. */
static void check_form(const json_t *form, size_t size)
{
	json_t *value;
	const char *name;
	size_t total = 0;

	assert(json_is_object(form) && json_object_size(form) <= INPUT_MAX_PARAMS);
	json_object_foreach((json_t *)(uintptr_t)form, name, value) {
		assert(json_is_string(value));
		assert(fuzz_is_text(name, strlen(name)) && fuzz_is_text(json_string_value(value), json_string_length(value)));
		total += strlen(name) + json_string_length(value);
	}
	assert(total <= size);
}

/* It is what the query string of the same text says, of each name the last. */
static void check_query(const json_t *form, const char *text)
{
	json_t *query = NULL, *list;
	char why[INPUT_WHY];
	const char *name;
	enum status s = input_query(text, &query, why);

	assert(s == S_OK && json_object_size(query) == json_object_size(form));
	json_object_foreach(query, name, list)
		assert(json_equal(json_object_get(form, name), json_array_get(list, json_array_size(list) - 1)));
	json_decref(query);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *body = malloc(size + 1), why[INPUT_WHY] = "";
	json_t *form = NULL;
	enum status s;

	assert(body != NULL);
	if (size > 0)
		memcpy(body, data, size);
	body = realloc(body, size > 0 ? size : 1);         /* no NUL behind it */
	s = input_form(body, size, &form, why);
	assert(s == S_OK || s == S_INVALID);
	if (s == S_OK) {
		assert(strlen(text) == size);
		check_form(form, size);
		check_query(form, text);
		check_again(form, size);
	} else {
		assert(form == NULL && *why != '\0' && fuzz_is_text(why, strlen(why)));
	}
	json_decref(form);
	free(body);
	free(text);
	return 0;
}
