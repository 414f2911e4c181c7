/* wipe.h - what was secret is overwritten before its memory is given back. */
#ifndef LIB_WIPE_H
#define LIB_WIPE_H

#include <jansson.h>

/* Overwrites all texts within a value, which stays what it is otherwise. (What jansson gives to read is its own memory.) */
void wipe_json(json_t *value);

#endif
