/* auto.h - frees at the end of the scope; the only macros of this kind in the house.
 *
 *	AUTO(json) json_t *req = json_object();
 *
 * Each `auto_X` takes a pointer to the variable, as the cleanup attribute (gcc, clang) wants it, and takes NULL.
 * To hand a value out of its scope, set the variable to NULL or take a reference.
 */
#ifndef LIB_AUTO_H
#define LIB_AUTO_H

#include <stdlib.h>

#include <jansson.h>
#include <libpq-fe.h>

#define AUTO(kind) __attribute__((cleanup(auto_##kind)))

static inline void auto_text(char **p)
{
	free(*p);
}

static inline void auto_json(json_t **p)
{
	json_decref(*p);
}

static inline void auto_pgresult(PGresult **p)
{
	PQclear(*p);
}

#endif
