/* Percent-decoding, and the query string made of it. */
#include "config.h"

#include <stdio.h>

#include "worker/input.h"

#include "fuzz.h"

/* Every byte as %XX is the same text again. */
static void check_encoded(const char *text, size_t size)
{
	char *encoded = malloc(size * 3 + 1);
	json_t *again;

	assert(encoded != NULL);
	for (size_t i = 0; i < size; i++)
		snprintf(encoded + i * 3, 4, "%%%02X", (unsigned char)text[i]);
	again = input_decode(encoded, size * 3, true);
	assert(again != NULL && json_string_length(again) == size);
	assert(memcmp(json_string_value(again), text, size) == 0);
	json_decref(again);
	free(encoded);
}

static void check_decode(const uint8_t *data, size_t size, bool plus)
{
	char *text = malloc(size + (size == 0));
	json_t *value;

	assert(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	value = input_decode(text, size, plus);
	free(text);
	if (value == NULL)
		return;
	assert(json_string_length(value) <= size);
	assert(fuzz_is_text(json_string_value(value), json_string_length(value)));
	assert(!plus || memchr(json_string_value(value), '+', json_string_length(value)) == NULL ||
	       memchr(data, '%', size) != NULL);
	check_encoded(json_string_value(value), json_string_length(value));
	json_decref(value);
}

/* How long name and values are together; each a text. */
static size_t check_list(const char *name, const json_t *list)
{
	size_t total = strlen(name), i;
	json_t *value;

	assert(fuzz_is_text(name, strlen(name)));
	assert(json_array_size(list) > 0);
	json_array_foreach(list, i, value) {
		assert(fuzz_is_text(json_string_value(value), json_string_length(value)));
		total += json_string_length(value);
	}
	return total;
}

static size_t parameters_in(const char *text)
{
	size_t n = 0, part;

	for (; *text != '\0'; text += part + (text[part] == '&')) {
		part = strcspn(text, "&");
		n += part > 0;
	}
	return n;
}

static void check_query(const char *text)
{
	char why[INPUT_WHY] = "";
	json_t *query = NULL, *list;
	size_t total = 0, values = 0;
	const char *name;

	if (input_query(text, &query, why) != S_OK) {
		assert(query == NULL && *why != '\0' && fuzz_is_text(why, strlen(why)));
		return;
	}
	json_object_foreach(query, name, list) {
		total += check_list(name, list);
		values += json_array_size(list);
	}
	assert(values == parameters_in(text) && values <= INPUT_MAX_PARAMS);
	assert(total <= strlen(text));
	json_decref(query);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);

	check_decode(data, size, true);
	check_decode(data, size, false);
	check_query(text);
	free(text);
	return 0;
}
