/* hidden.h - which variables are secrets, whatever they belong to (D42). For defence it stands in sql/inventory/seal.sql, too; tests/sql/rekey.t
 * compares the two. */
#ifndef LIB_HIDDEN_H
#define LIB_HIDDEN_H

#include <stdbool.h>
#include <stddef.h>

bool hidden_is(const char *key);

/* The i-th of them; NULL: there are no more. */
const char *hidden_key(size_t i);

#endif
