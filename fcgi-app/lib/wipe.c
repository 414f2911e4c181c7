#include "config.h"

#include <stdint.h>

#include <sodium.h>

#include "lib/wipe.h"

void wipe_json(json_t *value)
{
	const char *key;
	json_t *child;
	size_t i;

	if (json_is_string(value))
		sodium_memzero((void *)(uintptr_t)json_string_value(value), json_string_length(value));
	json_object_foreach(value, key, child) {
		wipe_json(child);
	}
	json_array_foreach(value, i, child) {
		wipe_json(child);
	}
}
