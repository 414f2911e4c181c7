/* actor.h - who asks (D9): by the cookie of a session, a token, HTTP Basic against people.users, or the identity that the
 * reverse proxy gives; the first of these that the request has. (A cookie that is worth nothing any more counts as none.)
 *
 * What was proved is remembered for a minute (actor_cache.h). Every request tells the database id and stamp: when the user is
 * gone, changed or no longer active, or one of the user's sessions or tokens has ended, the database says so (WE401),
 * actor_forget() drops what was remembered, and it is asked once more.
 */
#ifndef WORKER_ACTOR_H
#define WORKER_ACTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/status.h"

struct request;

enum via { VIA_NOTHING, VIA_SESSION, VIA_TOKEN, VIA_PASSWORD, VIA_PROXY };

struct actor {
	int64_t id;               /* 0: nobody */
	int64_t stamp;
	int64_t token;            /* the number of the session or token; 0: none */
	enum via via;
	bool read_only;           /* by a token that may only read */
	bool remembered;
};

/* Fills request->actor. S_UNSIGNED: nobody, or not who they say; S_LATER: the database is away, or too many passwords are
 * being checked; S_THROTTLED: too many were wrong (worker/sign_in.h). */
enum status actor_identify(struct request *request) CHECKED;

/* Forgets what was remembered of the request's actor. */
void actor_forget(struct request *request);

/* How the audit calls it; NULL for VIA_NOTHING. */
const char *actor_via(const struct request *request);

#endif
