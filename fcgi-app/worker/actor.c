#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <sodium.h>

#include "lib/auto.h"
#include "worker/actor.h"
#include "worker/actor_cache.h"
#include "worker/request.h"
#include "worker/sign_in.h"
#include "worker/token.h"

#define REMEMBERED_SECONDS 60
#define MOST_COMPARING_SECONDS 3
#define PARAMETER_SIZE 128
#define PROOF_SIZE 2048         /* 150 and 128 characters, of four bytes each, and more */

static const struct db_statement by_token = {
	"by_token", "select id, stamp, token, read_only, seconds from people_api.by_token($1, $2::boolean)", 2
};
static const struct db_statement by_proxy = {
	"by_proxy", "select id, stamp from people_api.by_proxy($1, $2::boolean, string_to_array($3, ','), $4)", 4
};

void actor_forget(struct request *r)
{
	actor_cache_forget(r->worker->actors, r->actor.id);
}

static bool recall(struct request *r, enum via via, const char *proof)
{
	return actor_cache_recall(r->worker->actors, via, proof, &r->actor);
}

static void remember(struct request *r, enum via via, const char *proof, int seconds)
{
	r->actor.via = via;
	actor_cache_remember(r->worker->actors, &r->actor, proof, seconds);
}

/* Each of the following finds out whose proof it is: request->actor, whose id stays 0 for nobody's. It may say for how many
 * seconds less than a minute that may be remembered. */

/* `proof` is the name, and after a newline the groups where the proxy says any. */
static enum status ask_proxy(struct request *r, const char *proof, int *seconds)
{
	const struct settings *settings = r->worker->settings;
	const char *groups = strchr(proof, '\n');
	AUTO(text) char *name = strndup(proof, strcspn(proof, "\n"));
	const char *values[] = { name, settings->auth_proxy_create ? "true" : "false", groups != NULL ? groups + 1 : NULL,
	                         settings->auth_proxy_superusers };
	AUTO(pgresult) PGresult *result = NULL;
	enum status s = db_query(r->worker->db, &by_proxy, values, &result);

	(void)seconds;
	if (s == S_OK && PQntuples(result) > 0) {
		r->actor.id = atoll(PQgetvalue(result, 0, 0));
		r->actor.stamp = atoll(PQgetvalue(result, 0, 1));
	}
	return s;
}

static enum status ask_token(struct request *r, const char *token, bool cookie, int *seconds)
{
	char hash[TOKEN_HASH_SIZE];
	const char *values[] = { hash, cookie ? "true" : "false" };
	AUTO(pgresult) PGresult *result = NULL;
	enum status s;

	token_hash(token, hash);
	s = db_query(r->worker->db, &by_token, values, &result);
	if (s == S_OK && PQntuples(result) > 0) {
		r->actor.id = atoll(PQgetvalue(result, 0, 0));
		r->actor.stamp = atoll(PQgetvalue(result, 0, 1));
		r->actor.token = atoll(PQgetvalue(result, 0, 2));
		r->actor.read_only = *PQgetvalue(result, 0, 3) == 't';
		*seconds = atoi(PQgetvalue(result, 0, 4));
	}
	return s;
}

static enum status ask_session(struct request *r, const char *token, int *seconds)
{
	return ask_token(r, token, true, seconds);
}

static enum status ask_bearer(struct request *r, const char *token, int *seconds)
{
	return ask_token(r, token, false, seconds);
}

static bool is_text(const char *proof)
{
	AUTO(json) json_t *text = json_string(proof);

	return text != NULL;
}

/* A proof that has been given: remembered, or asked for and remembered. */
static enum status prove(struct request *r, enum via via, const char *proof,
                         enum status (*ask)(struct request *, const char *, int *))
{
	int seconds = REMEMBERED_SECONDS;
	enum status s;

	if (!is_text(proof))
		return S_UNSIGNED;         /* nobody's name */
	if (recall(r, via, proof))
		return S_OK;
	r->actor = (struct actor){ 0 };
	s = ask(r, proof, &seconds);
	if (s != S_OK)
		return s;
	if (r->actor.id == 0)
		return S_UNSIGNED;
	remember(r, via, proof, seconds);
	return S_OK;
}

static enum status compare(struct request *r, char *proof, char *colon)
{
	enum status s = sign_in_enter(r);

	if (s != S_OK)
		return s;
	*colon = '\0';
	s = sign_in_compare(r, proof, colon + 1);
	*colon = ':';
	sign_in_leave(r);
	return s == S_OK && r->actor.id == 0 ? S_UNSIGNED : s;
}

/* The same for name:password. Many who come with the same one at the same time wait for one comparison. */
static enum status prove_password(struct request *r, char *proof)
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	char *colon = strchr(proof, ':');
	enum status s;

	if (colon == NULL || !is_text(proof))
		return S_UNSIGNED;
	for (int ms = 0; ms < MOST_COMPARING_SECONDS * 1000; ms += 2) {
		if (recall(r, VIA_PASSWORD, proof))
			return S_OK;
		if (actor_cache_announce(r->worker->actors, VIA_PASSWORD, proof, MOST_COMPARING_SECONDS))
			break;
		nanosleep(&pause, NULL);
	}
	s = compare(r, proof, colon);
	if (s == S_OK)
		remember(r, VIA_PASSWORD, proof, REMEMBERED_SECONDS);
	else
		actor_cache_withdraw(r->worker->actors, VIA_PASSWORD, proof);
	return s;
}

/* Authorization: Basic. The decoded proof is wiped from memory. */
static enum status identify_basic(struct request *r, const char *encoded)
{
	unsigned char proof[PROOF_SIZE];
	size_t n = 0;
	enum status s = S_UNSIGNED;

	encoded += strspn(encoded, " ");
	if (sodium_base642bin(proof, sizeof proof - 1, encoded, strlen(encoded), NULL, &n, NULL,
	                      sodium_base64_VARIANT_ORIGINAL) == 0 && memchr(proof, '\0', n) == NULL) {
		proof[n] = '\0';
		s = prove_password(r, (char *)proof);
	}
	sodium_memzero(proof, sizeof proof);
	return s;
}

static enum status identify_token(struct request *r, const char *token)
{
	token += strspn(token, " ");
	return token_is_one(token) ? prove(r, VIA_TOKEN, token, ask_bearer) : S_UNSIGNED;
}

/* The parameter in which a header comes that the proxy fills: HTTP_X_HERMES_EMAIL for X-Hermes-Email. "": too long a name. */
static void parameter_of(const char *header, char name[PARAMETER_SIZE])
{
	size_t n = 5;

	memcpy(name, "HTTP_", n);
	if (*header == '\0' || strlen(header) > PARAMETER_SIZE - 6)
		n = 0;
	else
		for (; *header != '\0'; header++)
			name[n++] = *header == '-' ? '_' : (char)toupper((unsigned char)*header);
	name[n] = '\0';
}

/* Where nginx says REMOTE_USER, be it empty, that is all: else a client could send the headers itself. */
static enum status identify_proxy(struct request *r)
{
	char name[PARAMETER_SIZE] = "REMOTE_USER", groups[PARAMETER_SIZE] = "REMOTE_GROUPS";
	const char *user;
	AUTO(text) char *proof = NULL;

	if (!request_has(r, name)) {
		parameter_of(r->worker->settings->user_auth_header, name);
		parameter_of(r->worker->settings->user_groups_header, groups);
	}
	user = request_param(r, name);
	if (*user == '\0' || strchr(user, '\n') != NULL)
		return S_UNSIGNED;
	if (!request_has(r, groups))
		return prove(r, VIA_PROXY, user, ask_proxy);
	if (asprintf(&proof, "%s\n%s", user, request_param(r, groups)) < 0)
		return S_LATER;
	return prove(r, VIA_PROXY, proof, ask_proxy);
}

enum status actor_identify(struct request *r)
{
	const char *authorization = request_param(r, "HTTP_AUTHORIZATION");

	r->actor = (struct actor){ 0 };
	if (token_of_cookie(r, r->session)) {
		enum status s = prove(r, VIA_SESSION, r->session, ask_session);

		if (s != S_UNSIGNED)
			return s;
	}
	if (strncasecmp(authorization, "Token ", 6) == 0)
		return identify_token(r, authorization + 6);
	if (strncasecmp(authorization, "Bearer ", 7) == 0)
		return identify_token(r, authorization + 7);
	if (strncasecmp(authorization, "Basic ", 6) == 0)
		return identify_basic(r, authorization + 6);
	return identify_proxy(r);
}

const char *actor_via(const struct request *r)
{
	static const char *const names[] = { [VIA_SESSION] = "session", [VIA_TOKEN] = "token", [VIA_PASSWORD] = "password",
	                                     [VIA_PROXY] = "proxy" };

	return names[r->actor.via];
}
