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

/* Extra variables of a command line may hold secrets; then the whole of them is one (D58). They are an object, or a text as Ansible takes
 * it: KEY=VALUE words, JSON, or YAML in braces. Is a hidden variable among them, at whatever depth? A text that only names one counts. */
#define HIDDEN_BESIDES "extra-vars"
bool hidden_within(const json_t *variables);

/* `found` is told the values of these, which are not its own, as far as it can be seen where they begin and end. */
void hidden_among(const json_t *variables, void (*found)(void *context, const json_t *value), void *context);

#endif
