/* A request's body: JSON of any kind, and an object where it must be one. */
#include "config.h"

#include "worker/input.h"

#include "fuzz.h"

/* How many levels it has; every text in it is one. */
static int check_value(json_t *value)
{
	int deepest = 0, levels;
	const char *key;
	json_t *child;
	size_t i;

	if (json_is_string(value))
		assert(fuzz_is_text(json_string_value(value), json_string_length(value)));
	json_object_foreach(value, key, child) {
		assert(fuzz_is_text(key, strlen(key)));
		levels = check_value(child);
		deepest = levels > deepest ? levels : deepest;
	}
	json_array_foreach(value, i, child) {
		levels = check_value(child);
		deepest = levels > deepest ? levels : deepest;
	}
	return deepest + (json_is_object(value) || json_is_array(value));
}

/* What the database is given says the same. */
static void check_dump(const json_t *body)
{
	char *text = json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY), why[INPUT_WHY];
	json_t *again = NULL;
	enum status s;

	assert(text != NULL);
	s = input_json(text, strlen(text), &again, why);
	assert(s == S_OK && json_equal(again, body));
	json_decref(again);
	free(text);
}

/* An object is taken where it must be one, and nothing else. */
static void check_object(const uint8_t *data, size_t size, const json_t *value)
{
	char why[INPUT_WHY] = "";
	json_t *body = NULL;
	enum status s = input_body((const char *)data, size, &body, why);

	assert(s == (json_is_object(value) ? S_OK : S_INVALID));
	assert(s == S_OK ? json_equal(body, value) : body == NULL && *why != '\0');
	assert(fuzz_is_text(why, strlen(why)));
	json_decref(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[INPUT_WHY] = "";
	json_t *body = NULL;
	enum status s = input_json((const char *)data, size, &body, why);

	check_object(data, size, body);
	if (s != S_OK) {
		assert(s == S_INVALID && body == NULL && *why != '\0' && fuzz_is_text(why, strlen(why)));
		return 0;
	}
	assert(check_value(body) <= INPUT_MAX_DEPTH);
	check_dump(body);
	json_decref(body);
	return 0;
}
