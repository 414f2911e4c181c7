#include "config.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "lib/log.h"
#include "worker/actor_cache.h"

/* With one slot to a bucket, two whose proofs fell into the same would be asked for anew by turns: of a thousand one in five. */
#define BUCKETS 1024
#define SLOTS 8
#define KEY_BYTES crypto_generichash_BYTES

struct slot {
	unsigned char key[KEY_BYTES];
	struct actor actor;
	time_t until;              /* 0: nobody is known by the key */
	time_t compared_until;     /* some worker is finding out who is; 0: none */
};

/* One worker takes it for a moment. */
struct bucket {
	_Atomic pid_t holder;      /* 0: none */
	struct slot slots[SLOTS];
};

struct actor_cache {
	unsigned char secret[crypto_generichash_KEYBYTES];
	struct bucket buckets[BUCKETS];
};

struct actor_cache *actor_cache_new(void)
{
	struct actor_cache *cache = mmap(NULL, sizeof *cache, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (cache == MAP_FAILED)
		fatal("out of memory");
	randombytes_buf(cache->secret, sizeof cache->secret);
	return cache;
}

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static struct bucket *bucket_of(struct actor_cache *cache, enum via via, const char *proof, unsigned char key[KEY_BYTES])
{
	const unsigned char kind = (unsigned char)via;
	crypto_generichash_state state;

	crypto_generichash_init(&state, cache->secret, sizeof cache->secret, KEY_BYTES);
	crypto_generichash_update(&state, &kind, 1);
	crypto_generichash_update(&state, (const unsigned char *)proof, strlen(proof));
	crypto_generichash_final(&state, key, KEY_BYTES);
	return &cache->buckets[(key[0] | key[1] << 8) % BUCKETS];
}

/* A bucket that its holder has taken to the grave is the finder's, and means nothing. False: somebody holds it for long; then
 * one does without, and what was to be remembered is asked again. */
static bool take(struct bucket *bucket)
{
	pid_t holder = 0;

	for (int i = 0; i < 1000; i++) {
		holder = 0;
		if (atomic_compare_exchange_strong(&bucket->holder, &holder, getpid()))
			return true;
		sched_yield();
	}
	/* Ours is what one had who died with our number. */
	if ((holder != getpid() && (kill(holder, 0) == 0 || errno != ESRCH)) || !atomic_compare_exchange_strong(&bucket->holder, &holder, getpid()))
		return false;
	memset(bucket->slots, 0, sizeof bucket->slots);
	return true;
}

static void give_back(struct bucket *bucket)
{
	bucket->holder = 0;
}

static time_t ends(const struct slot *slot)
{
	return slot->until > slot->compared_until ? slot->until : slot->compared_until;
}

/* NULL: there is none of that key. */
static struct slot *find(struct bucket *bucket, const unsigned char key[KEY_BYTES])
{
	for (struct slot *slot = bucket->slots; slot < bucket->slots + SLOTS; slot++)
		if (ends(slot) != 0 && sodium_memcmp(slot->key, key, KEY_BYTES) == 0)
			return slot;
	return NULL;
}

/* The slot of that key, where there was none the one that ends first, empty. */
static struct slot *find_or_make(struct bucket *bucket, const unsigned char key[KEY_BYTES])
{
	struct slot *found = find(bucket, key);

	if (found != NULL)
		return found;
	found = bucket->slots;
	for (struct slot *slot = bucket->slots + 1; slot < bucket->slots + SLOTS; slot++)
		if (ends(slot) < ends(found))
			found = slot;
	*found = (struct slot){ 0 };
	memcpy(found->key, key, KEY_BYTES);
	return found;
}

bool actor_cache_recall(struct actor_cache *cache, enum via via, const char *proof, struct actor *ret_actor)
{
	unsigned char key[KEY_BYTES];
	struct bucket *bucket = bucket_of(cache, via, proof, key);
	const struct slot *slot;
	bool found;

	if (!take(bucket))
		return false;
	slot = find(bucket, key);
	found = slot != NULL && slot->until > now();
	if (found)
		*ret_actor = slot->actor;
	give_back(bucket);
	return found;
}

void actor_cache_remember(struct actor_cache *cache, const struct actor *actor, const char *proof, int seconds)
{
	unsigned char key[KEY_BYTES];
	struct bucket *bucket = bucket_of(cache, actor->via, proof, key);
	struct slot *slot;

	if (!take(bucket))
		return;
	slot = find_or_make(bucket, key);
	slot->actor = *actor;
	slot->actor.remembered = true;
	slot->compared_until = 0;
	slot->until = now() + seconds;
	give_back(bucket);
}

bool actor_cache_announce(struct actor_cache *cache, enum via via, const char *proof, int seconds)
{
	unsigned char key[KEY_BYTES];
	struct bucket *bucket = bucket_of(cache, via, proof, key);
	struct slot *slot;
	bool other;

	if (!take(bucket))
		return true;
	slot = find(bucket, key);
	other = slot != NULL && ends(slot) > now();
	if (!other)
		find_or_make(bucket, key)->compared_until = now() + seconds;
	give_back(bucket);
	return !other;
}

void actor_cache_withdraw(struct actor_cache *cache, enum via via, const char *proof)
{
	unsigned char key[KEY_BYTES];
	struct bucket *bucket = bucket_of(cache, via, proof, key);
	struct slot *slot;

	if (!take(bucket))
		return;
	slot = find(bucket, key);
	if (slot != NULL)
		slot->compared_until = 0;
	give_back(bucket);
}

void actor_cache_forget(struct actor_cache *cache, int64_t user)
{
	for (struct bucket *bucket = cache->buckets; bucket < cache->buckets + BUCKETS; bucket++) {
		if (!take(bucket))
			continue;
		for (struct slot *slot = bucket->slots; slot < bucket->slots + SLOTS; slot++)
			if (slot->actor.id == user)
				slot->until = 0;
		give_back(bucket);
	}
}
