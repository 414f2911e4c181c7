/* request.h - everything of one request hangs here, and goes in one request_done().
 *
 * The order of a request (request_serve): find the row, who asks, may he write by that, does what was sent make sense, call
 * the row's SQL function or hook, respond.
 */
#ifndef WORKER_REQUEST_H
#define WORKER_REQUEST_H

#include <stdint.h>

#include <fcgiapp.h>
#include <jansson.h>
#include <libpq-fe.h>

#include "lib/db.h"
#include "lib/query.h"
#include "lib/seal.h"
#include "lib/settings.h"
#include "worker/actor.h"
#include "worker/input.h"
#include "worker/route.h"
#include "worker/token.h"

/* What a worker has for all its requests. */
struct worker {
	const struct settings *settings;
	json_t *told;                      /* of the settings, what SQL functions are told */
	struct db *db;
	struct query *query;
	struct actor_cache *actors;        /* shared with the other workers, as is what follows */
	struct gate *asking, *reading;
	struct guard *guard;
	struct metrics *metrics;
	size_t slot;                       /* which of them this is */
};

struct request {
	struct worker *worker;             /* borrowed */
	FCGX_Request *fcgi;                /* borrowed */
	enum family family;
	enum method method;
	const struct route *route;         /* borrowed from the table */
	const char *mount;                 /* borrowed from the parameters */
	const char *base, *url, *below;    /* borrowed from `texts`; below: the path below the mount */
	json_t *texts, *path, *query, *body;
	json_t *asked;                     /* what was found out for the SQL function (worker/ask.h), or NULL */
	json_t *inventory;                 /* the text that was taken out of the body (worker/ask.h), or NULL */
	bool takes_long, reads;            /* it is in the gate of those (worker/ask.h) */
	struct actor actor;
	char session[TOKEN_SIZE];          /* the secret in the session's cookie */
	char token[TOKEN_SIZE];            /* the secret that was made for a row that is R_TOKEN */
	char cookie[TOKEN_COOKIE_SIZE];    /* the header that sets it, or "" */
	int seal_key;                      /* the id of the key that secrets are sealed to; 0: not asked yet */
	char seal_public[SEAL_KEY_SIZE];   /* its public half */
	bool anonymous;                    /* of S_UNSIGNED: it has nothing to sign in by */
	int retry_after;                   /* seconds, of S_THROTTLED */
	PGresult *result;                  /* the SQL function's answer, or its error */
	int code;                          /* the HTTP status that was sent; 0: none yet */
	char why[INPUT_WHY];          /* what to tell the client about an error; empty: null */
};

/* A parameter of the request, "" when nginx did not send it. */
const char *request_param(const struct request *request, const char *name);

/* Did nginx send it, be it empty? */
bool request_has(const struct request *request, const char *name);

/* Notes what to tell the client about an error, and returns the status. */
__attribute__((format(printf, 3, 4)))
enum status request_refuse(struct request *request, enum status status, const char *format, ...);

/* Calls the row's SQL function with what the request is now; request->result is its answer, or its error. */
enum status request_call(struct request *request) CHECKED;

/* Serves what fcgi holds, to the end of the answer. */
void request_serve(struct worker *worker, FCGX_Request *fcgi);

#endif
