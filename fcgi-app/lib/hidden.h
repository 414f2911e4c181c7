/* hidden.h - which variables are secrets, whatever they belong to (D42). For defence it stands in sql/inventory/seal.sql, too; tests/sql/rekey.t
 * compares the two. */
#ifndef LIB_HIDDEN_H
#define LIB_HIDDEN_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

bool hidden_is(const char *key);

/* The i-th of them; NULL: there are no more. */
const char *hidden_key(size_t i);

/* Extra variables of a command line may hold secrets; then the whole of them is one. `found` is told the value of each hidden one, which is not its own.
 * `variables` are an object, at any depth, or a text as Ansible takes it: KEY=VALUE words, JSON, or YAML in braces. */
#define HIDDEN_BESIDES "extra-vars"

void hidden_among(const json_t *variables, void (*found)(void *context, const json_t *value), void *context);

#endif
