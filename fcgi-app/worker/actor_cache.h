/* actor_cache.h - whose proofs were found good lately, in memory that the workers share: so that argon2 and a look-up are not
 * paid for each request, and one proof that many workers are shown at a time is compared by one of them.
 *
 * A proof is known by its hash, under a key that is the cache's own; `via` keeps a name from standing for a password. A good
 * proof has a place for as long as it was said; where there are more than the cache has room for, those that would end first
 * make room.
 */
#ifndef WORKER_ACTOR_CACHE_H
#define WORKER_ACTOR_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "worker/actor.h"

struct actor_cache;

/* Made before the workers are forked, of whom none ever frees it. */
struct actor_cache *actor_cache_new(void);

/* Is it remembered whose proof this is? Then *ret_actor is who, and .remembered. */
bool actor_cache_recall(struct actor_cache *cache, enum via via, const char *proof, struct actor *ret_actor);

/* It was found out: the actor, by this, for so many seconds. */
void actor_cache_remember(struct actor_cache *cache, const struct actor *actor, const char *proof, int seconds);

/* Says for `seconds` that this worker is finding out. False: another is, or has found out since this one asked. */
bool actor_cache_announce(struct actor_cache *cache, enum via via, const char *proof, int seconds);

/* It was not found out. */
void actor_cache_withdraw(struct actor_cache *cache, enum via via, const char *proof);

/* Forgets all proofs of the user of this id. */
void actor_cache_forget(struct actor_cache *cache, int64_t user);

#endif
