/* A request's body. */
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
	char *text = json_dumps(body, JSON_COMPACT), why[INPUT_WHY];
	json_t *again = NULL;
	enum status s;

	assert(text != NULL);
	s = input_body(text, strlen(text), &again, why);
	assert(s == S_OK && json_equal(again, body));
	json_decref(again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[INPUT_WHY] = "";
	json_t *body = NULL;

	if (input_body((const char *)data, size, &body, why) != S_OK) {
		assert(body == NULL && *why != '\0' && fuzz_is_text(why, strlen(why)));
		return 0;
	}
	assert(json_is_object(body));
	assert(check_value(body) <= INPUT_MAX_DEPTH);
	check_dump(body);
	json_decref(body);
	return 0;
}
