/* sealed.h - boxes for what opens them. */
#ifndef UNIT_SEALED_H
#define UNIT_SEALED_H

#include "lib/auto.h"
#include "lib/seal.h"

static struct seal_keys *seal_keys_of_test;

static inline int sealed_begin(void)
{
	seal_keys_of_test = seal_keys_new();
	return seal_keys_add(seal_keys_of_test) ? 0 : -1;
}

static inline void sealed_end(void)
{
	seal_keys_free(&seal_keys_of_test);
}

/* A box with that JSON text in it. The caller owns it. */
static inline char *sealed_text(const char *json)
{
	char public_key[SEAL_KEY_SIZE];

	seal_keys_public(seal_keys_of_test, 0, public_key);
	return seal_close(public_key, json, strlen(json));
}

/* The same as a JSON string. */
static inline json_t *sealed(const char *json)
{
	AUTO(text) char *box = sealed_text(json);

	return json_string(box);
}

/* Of a text. */
static inline json_t *sealed_string(const char *text)
{
	AUTO(json) json_t *value = json_string(text);
	AUTO(text) char *json = json_dumps(value, JSON_ENCODE_ANY);

	return sealed(json);
}

#endif
