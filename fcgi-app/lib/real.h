/* real.h - numbers with a fraction that are written as they were read: 0.3, not 0.29999999999999999, which is what
 * jansson's seventeen digits make of it. */
#ifndef LIB_REAL_H
#define LIB_REAL_H

#include <stddef.h>

#include <jansson.h>

/* The flag for json_dumps() that lets it write so few digits that each real in `value` is still itself; 0: there is none. */
size_t real_flags(json_t *value);

#endif
