#include "config.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/real.h"
#include "lib/wipe.h"
#include "runner/opened.h"

enum status opened_value(const struct seal_keys *keys, const char *name, const char *box, json_t **ret_value, char why[OPENED_WHY])
{
	size_t size = 0;
	char *text = seal_open(keys, box, &size);

	if (text == NULL) {
		snprintf(why, OPENED_WHY, "The secret %.100s can't be opened: it was sealed to none of our keys.", name);
		return S_INTERNAL;
	}
	*ret_value = json_loadb(text, size, JSON_DECODE_ANY, NULL);
	seal_wipe(&text, size);
	if (*ret_value == NULL)
		snprintf(why, OPENED_WHY, "The secret %.100s is broken.", name);
	return *ret_value != NULL ? S_OK : S_INTERNAL;
}

void opened_mask(const json_t *value, struct masks *masks)
{
	json_t *inside = (json_t *)(uintptr_t)value, *child;
	const char *key;
	size_t i;

	if (json_is_string(value))
		masks_add(masks, json_string_value(value), json_string_length(value));
	if (json_is_number(value)) {
		AUTO(wiped) struct wiped text = { 0 };

		opened_json(value, &text);
		masks_add(masks, text.bytes, text.size);
	}
	json_object_foreach(inside, key, child) {
		opened_mask(child, masks);
	}
	json_array_foreach(inside, i, child) {
		opened_mask(child, masks);
	}
}

/* Measured first, so that jansson has no buffer that grows. */
void opened_json(const json_t *value, struct wiped *to)
{
	const size_t flags = JSON_COMPACT | JSON_ENCODE_ANY;
	size_t size = json_dumpb(value, NULL, 0, flags);
	char *text = malloc(size + 1);

	assert(text != NULL);
	json_dumpb(value, text, size, flags);
	text[size] = '\0';
	real_shorten(text);
	wiped_add_text(to, text);
	seal_wipe(&text, size);
}

void opened_text(const json_t *value, struct wiped *to)
{
	if (json_is_string(value))
		wiped_add(to, json_string_value(value), json_string_length(value));
	else if (json_is_boolean(value))
		wiped_add_text(to, json_is_true(value) ? "True" : "False");
	else if (json_is_null(value))
		wiped_add(to, "", 0);
	else
		opened_json(value, to);
}

void opened_free(json_t **value)
{
	wipe_json(*value);
	json_decref(*value);
	*value = NULL;
}
