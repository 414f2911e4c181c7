/* actor.h - who asks (D9): HTTP Basic against people.users, else the identity that the reverse proxy gives.
 *
 * What was proved is remembered for a minute, under a keyed hash, so that argon2 and a look-up are not paid for each
 * request. Every request tells the database id and stamp: when the user is gone, changed or no longer active, the
 * database says so (WE401), actor_forget() drops what was remembered, and it is asked once more.
 */
#ifndef WORKER_ACTOR_H
#define WORKER_ACTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/status.h"

struct request;
struct actor_cache;

struct actor {
	int64_t id;               /* 0: nobody */
	int64_t stamp;
	bool remembered;
};

struct actor_cache *actor_cache_new(void);
void actor_cache_free(struct actor_cache **cache);

/* Fills request->actor. S_UNSIGNED: nobody, or not who they say; S_LATER: the database is away. */
enum status actor_identify(struct request *request) CHECKED;

/* Forgets what was remembered of the request's actor. */
void actor_forget(struct request *request);

#endif
