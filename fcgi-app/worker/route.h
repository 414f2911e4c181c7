/* route.h - what a row of THE route table says, and how a request finds its row.
 *
 * URL -> row (worker/routes.c) -> SQL function: the two hops. A path's `{id}` takes digits, `{name:word}` letters and `-`,
 * `{name:rest}` everything to the end of the path. Literal rows stand before those with placeholders; the first that fits
 * is it. One trailing slash is always allowed.
 */
#ifndef WORKER_ROUTE_H
#define WORKER_ROUTE_H

#include <jansson.h>

#include "lib/db.h"
#include "lib/status.h"

struct request;

enum family { HERMES, POLEMARCH };

enum method { GET, POST, PUT, PATCH, DELETE, OTHER_METHOD };
#define METHODS_SIZE 64

enum route_flags {
	R_OPEN = 1,             /* nobody has to sign in */
	R_UNSUPPORTED = 2,      /* documented as "Not supported": 405 with words */
	R_WATCH = 4,            /* who watches this server need not sign in (worker/watch.h) */
	R_CREDENTIALS = 8,      /* who asks is whom the body names by username and password, or nobody (worker/sign_in.h) */
	R_PASSWORD = 16,        /* the body may have a new password (worker/sign_in.h) */
	R_TOKEN = 32,           /* makes a secret, of which the function is told the hash (worker/token.h) */
	R_SECRETS = 64,         /* the body's variables may be secrets (worker/secrets.h) */
	R_INVENTORY = 128,      /* the body's text is an inventory, for Ansible alone (worker/ask.h) */
	R_ARGUMENTS = 256,      /* the body's members may be secrets themselves (worker/secrets.h) */
	R_BULK = 512            /* the body is many bodies, with secrets (worker/secrets.h) */
};

struct route {
	enum family family;
	enum method method;
	const char *path;                                /* below the family's mount */
	struct db_statement call;                        /* its SQL function */
	enum status (*hook)(struct request *request);    /* what C does instead, or with the answer (worker/hooks.h) */
	unsigned flags;
};

extern const struct route routes[];
extern const size_t n_routes;

enum method method_of(const char *name);

/* The methods that a path has, as the header Allow lists them: "GET, POST, HEAD, OPTIONS". */
void route_methods(enum family family, const char *path, char methods[METHODS_SIZE]);

/* Finds the row for a path below the mount (still percent-encoded). S_OK: *ret_route is the row and *ret_path, which
 * the caller owns, an object of the placeholders' decoded values. S_METHOD: the path is known, the method is not.
 * S_ABSENT: no such path. S_INVALID: what fills a placeholder is not UTF-8, or holds NUL. */
enum status route_find(enum family family, enum method method, const char *path,
                       const struct route **ret_route, json_t **ret_path) CHECKED;

#endif
