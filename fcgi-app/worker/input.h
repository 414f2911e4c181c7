/* input.h - what clients send, made into JSON values: the parsers that face the world.
 *
 * They touch nothing but their arguments, so that the fuzz targets (tests/fuzz) can drive them alone. What they refuse
 * is a 400: text that is not UTF-8 or holds NUL, more than INPUT_MAX_PARAMS parameters, a body that is no JSON object,
 * has a key twice, a number out of range, more than INPUT_MAX_DEPTH levels or about INPUT_MAX_VALUES values.
 */
#ifndef WORKER_INPUT_H
#define WORKER_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "lib/status.h"

#define INPUT_MAX_BODY ((size_t)16 << 20)
#define INPUT_MAX_CREDENTIALS ((size_t)16 << 10)      /* of who is not known yet */
#define INPUT_MAX_PARAMS 1000
#define INPUT_MAX_DEPTH 64
#define INPUT_MAX_VALUES 2000000
#define INPUT_WHY 200

/* Percent-decodes; `plus`: a + is a blank. A string the caller owns, or NULL for what is no text. */
json_t *input_decode(const char *text, size_t size, bool plus);

/* A query string -> {name: [value, ...]} in *ret_query, which the caller owns. */
enum status input_query(const char *text, json_t **ret_query, char why[INPUT_WHY]) CHECKED;

/* Is it nested deeper than INPUT_MAX_DEPTH levels? */
bool input_is_too_deep(json_t *value);

/* A body -> its JSON value in *ret_body, which the caller owns; {} for an empty one. */
enum status input_json(const char *text, size_t size, json_t **ret_body, char why[INPUT_WHY]) CHECKED;

/* The same for one that must be an object. */
enum status input_body(const char *text, size_t size, json_t **ret_body, char why[INPUT_WHY]) CHECKED;

/* A body as HTML forms send it -> {name: value}, the last value of each. */
enum status input_form(const char *text, size_t size, json_t **ret_body, char why[INPUT_WHY]) CHECKED;

/* The first cookie of that name in a Cookie header. False: there is none, or it does not fit. */
bool input_cookie(const char *header, const char *name, char *ret_value, size_t size);

/* Is the Content-Type this one? Parameters are allowed, letter case counts for nothing. */
bool input_type_is(const char *type, const char *wanted);

/* Is it a host name with or without port, as the Host header has it? Nothing else may stand in our links. */
bool input_host_is_good(const char *host);

#endif
