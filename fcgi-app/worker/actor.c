#include "config.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <sodium.h>

#include "lib/auto.h"
#include "lib/password.h"
#include "worker/actor.h"
#include "worker/request.h"

#define REMEMBERED_SECONDS 60
#define SLOTS 512
#define KEY_BYTES crypto_generichash_BYTES

struct slot {
	unsigned char key[KEY_BYTES];
	struct actor actor;
	time_t until;
};

struct actor_cache {
	unsigned char secret[crypto_generichash_KEYBYTES];
	struct slot slots[SLOTS];
};

static const struct db_statement by_password = {
	"by_password", "select id, stamp, password from people_api.by_password($1)", 1
};
static const struct db_statement by_proxy = {
	"by_proxy", "select id, stamp from people_api.by_proxy($1, $2::boolean)", 2
};

struct actor_cache *actor_cache_new(void)
{
	struct actor_cache *cache = calloc(1, sizeof *cache);

	assert(cache != NULL);
	randombytes_buf(cache->secret, sizeof cache->secret);
	return cache;
}

void actor_cache_free(struct actor_cache **cache)
{
	free(*cache);
	*cache = NULL;
}

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* The slot where this proof is remembered or may be; `kind` keeps a name from standing for a password. */
static struct slot *slot_of(struct actor_cache *cache, char kind, const char *proof, unsigned char key[KEY_BYTES])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, cache->secret, sizeof cache->secret, KEY_BYTES);
	crypto_generichash_update(&state, (const unsigned char *)&kind, 1);
	crypto_generichash_update(&state, (const unsigned char *)proof, strlen(proof));
	crypto_generichash_final(&state, key, KEY_BYTES);
	return &cache->slots[(key[0] | key[1] << 8) % SLOTS];
}

static void remember(struct slot *slot, const unsigned char key[KEY_BYTES], const struct actor *actor)
{
	memcpy(slot->key, key, KEY_BYTES);
	slot->actor = *actor;
	slot->actor.remembered = true;
	slot->until = now() + REMEMBERED_SECONDS;
}

/* The first row's id and stamp; none: nobody. */
static void read_actor(const PGresult *result, struct actor *actor)
{
	if (PQntuples(result) == 0)
		return;
	actor->id = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
	actor->stamp = strtoll(PQgetvalue(result, 0, 1), NULL, 10);
}

static enum status ask_proxy(struct request *r, const char *name)
{
	const char *values[] = { name, r->worker->settings->auth_proxy_create ? "true" : "false" };
	AUTO(pgresult) PGresult *result = NULL;
	enum status s = db_query(r->worker->db, &by_proxy, values, &result);

	if (s == S_OK)
		read_actor(result, &r->actor);
	return s;
}

/* `proof` is name:password. */
static enum status ask_password(struct request *r, const char *proof)
{
	size_t name_size = strcspn(proof, ":");
	AUTO(text) char *name = strndup(proof, name_size);
	const char *values[] = { name };
	AUTO(pgresult) PGresult *result = NULL;
	enum status s = db_query(r->worker->db, &by_password, values, &result);
	const char *hash;

	if (s != S_OK)
		return s;
	hash = PQntuples(result) > 0 ? PQgetvalue(result, 0, 2) : NULL;
	if (proof[name_size] == ':' && password_matches(proof + name_size + 1, hash))
		read_actor(result, &r->actor);
	return S_OK;
}

/* A proof that has been given: remembered, or asked for and remembered. */
static enum status prove(struct request *r, char kind, const char *proof,
                         enum status (*ask)(struct request *, const char *))
{
	unsigned char key[KEY_BYTES];
	struct slot *slot = slot_of(r->worker->actors, kind, proof, key);
	AUTO(json) json_t *text = json_string(proof);
	enum status s;

	if (text == NULL)
		return S_UNSIGNED;         /* not UTF-8: nobody's name */
	if (slot->until > now() && sodium_memcmp(slot->key, key, KEY_BYTES) == 0) {
		r->actor = slot->actor;
		return S_OK;
	}
	s = ask(r, proof);
	if (s != S_OK)
		return s;
	if (r->actor.id == 0)
		return S_UNSIGNED;
	remember(slot, key, &r->actor);
	return S_OK;
}

/* Authorization: Basic. The decoded proof is wiped from memory. */
static enum status identify_basic(struct request *r, const char *encoded)
{
	unsigned char proof[1024];
	size_t n = 0;
	enum status s = S_UNSIGNED;

	encoded += strspn(encoded, " ");
	if (sodium_base642bin(proof, sizeof proof - 1, encoded, strlen(encoded), NULL, &n, NULL,
	                      sodium_base64_VARIANT_ORIGINAL) == 0 && memchr(proof, '\0', n) == NULL) {
		proof[n] = '\0';
		s = prove(r, 'b', (const char *)proof, ask_password);
	}
	sodium_memzero(proof, sizeof proof);
	return s;
}

/* The value of the header that the proxy fills: nginx passes X-Hermes-Email as HTTP_X_HERMES_EMAIL. */
static const char *proxy_header(const struct request *r)
{
	const char *header = r->worker->settings->user_auth_header;
	char name[128] = "HTTP_";
	size_t n = 5;

	if (*header == '\0' || strlen(header) > sizeof name - 6)
		return "";
	for (; *header != '\0'; header++)
		name[n++] = *header == '-' ? '_' : (char)toupper((unsigned char)*header);
	name[n] = '\0';
	return request_param(r, name);
}

enum status actor_identify(struct request *r)
{
	const char *authorization = request_param(r, "HTTP_AUTHORIZATION");
	const char *name;

	r->actor = (struct actor){ 0 };
	if (strncasecmp(authorization, "Basic ", 6) == 0)
		return identify_basic(r, authorization + 6);
	/* Where nginx says REMOTE_USER, be it empty, that is all: else a client could send the header itself. */
	name = request_has(r, "REMOTE_USER") ? request_param(r, "REMOTE_USER") : proxy_header(r);
	return *name == '\0' ? S_UNSIGNED : prove(r, 'p', name, ask_proxy);
}

void actor_forget(struct request *r)
{
	struct actor_cache *cache = r->worker->actors;

	for (size_t i = 0; i < SLOTS; i++)
		if (cache->slots[i].actor.id == r->actor.id)
			cache->slots[i] = (struct slot){ 0 };
}
