/* opened.h - secrets that the runner opens: boxes of lib/seal.h that hold the JSON text of a value.
 *
 *	AUTO(opened) json_t *value = NULL;
 *	s = opened_value(keys, "ansible_ssh_pass", box, &value, why);
 *	opened_mask(value, masks);
 *
 * Such a value is wiped before it is freed. What is told of a failure names the variable, and nothing of its value.
 */
#ifndef RUNNER_OPENED_H
#define RUNNER_OPENED_H

#include <jansson.h>

#include "lib/seal.h"
#include "lib/status.h"
#include "runner/masks.h"
#include "runner/wiped.h"

#define OPENED_WHY 200

/* The caller owns *ret_value. S_INTERNAL: it can't be opened, or is no box of ours; why says so. */
enum status opened_value(const struct seal_keys *keys, const char *name, const char *box, json_t **ret_value,
                         char why[OPENED_WHY]) CHECKED;

/* Its texts and numbers are never shown. */
void opened_mask(const json_t *value, struct masks *masks);

/* Adds its text: a string as it is, null as nothing, True and False in Python's words, all else as JSON. */
void opened_text(const json_t *value, struct wiped *to);

/* Adds it as JSON. */
void opened_json(const json_t *value, struct wiped *to);

/* Wipes it and gives it back; NULL is fine. Nobody else may hold any part of it. */
void opened_free(json_t **value);

static inline void auto_opened(json_t **value)
{
	opened_free(value);
}

#endif
