#include "config.h"

#include <assert.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <sodium.h>

#include "lib/auto.h"
#include "lib/log.h"
#include "lib/real.h"
#include "lib/text.h"
#include "worker/ask.h"
#include "worker/input.h"
#include "worker/metrics.h"
#include "worker/request.h"
#include "worker/respond.h"
#include "worker/secrets.h"
#include "worker/sign_in.h"
#include "worker/watch.h"

/* From here on memory is given back after the request; and from there on the connection, whose buffers have grown, too. */
#define LARGE ((size_t)1 << 20)
#define HUGE_ANSWER ((size_t)4 << 20)

/* So often may a function find that it wants to know something more from outside. */
#define MAX_ROUNDS 4

const char *request_param(const struct request *r, const char *name)
{
	const char *value = FCGX_GetParam(name, r->fcgi->envp);

	return value != NULL ? value : "";
}

bool request_has(const struct request *r, const char *name)
{
	return FCGX_GetParam(name, r->fcgi->envp) != NULL;
}

/* What a client has sent, and a refusal repeats, may be no UTF-8. */
static void make_text(char *why)
{
	AUTO(json) json_t *text = json_string(why);

	for (; text == NULL && *why != '\0'; why++)
		if ((unsigned char)*why >= 0x80)
			*why = '?';
}

enum status request_refuse(struct request *r, enum status s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->why, sizeof r->why, format, args);
	va_end(args);
	text_end_between_letters(r->why);
	make_text(r->why);
	return s;
}

/* The links of the answer follow the scheme, host and mount of the request (D1). */
static enum status read_address(struct request *r, const char *uri)
{
	const char *scheme = request_param(r, "REQUEST_SCHEME");
	const char *host = request_param(r, "HTTP_HOST");
	json_t *base, *url;

	scheme = strcmp(scheme, "https") == 0 ? "https" : "http";
	if (*host == '\0')
		host = "localhost";                  /* HTTP/1.0 need not say */
	if (!input_host_is_good(host))
		return request_refuse(r, S_INVALID, "Host: is not a host name.");
	base = json_sprintf("%s://%s%s", scheme, host, r->mount);
	url = json_sprintf("%s://%s%s", scheme, host, uri);
	r->texts = json_pack("[o*, o*]", base, url);
	if (json_array_size(r->texts) < 2)
		return request_refuse(r, S_INVALID, "The address is not UTF-8 text.");
	r->base = json_string_value(base);
	r->url = json_string_value(url);
	return S_OK;
}

/* The path below the mount. False: it is not below it. */
static bool read_path(struct request *r, const char *uri)
{
	size_t mount = strlen(r->mount);
	size_t size = strcspn(uri, "?");
	json_t *below;

	if (size < mount || strncmp(uri, r->mount, mount) != 0)
		return false;
	below = size == mount ? json_string("/") : json_stringn(uri + mount, size - mount);
	json_array_append_new(r->texts, below);
	r->below = json_string_value(below);
	return r->below != NULL;
}

static enum status find_route(struct request *r, const char *uri)
{
	enum status s = read_path(r, uri) ? route_find(r->family, r->method, r->below, &r->route, &r->path) : S_ABSENT;

	if (s == S_ABSENT)
		return request_refuse(r, s, r->family == HERMES ? "Resource not found." : "Not found.");
	if (s == S_INVALID)
		return request_refuse(r, s, "The path is not UTF-8 text.");
	return s;
}

/* ---- who asks, and may he write by that ---- */

static enum status refuse_unsigned(struct request *r)
{
	const char *authorization = request_param(r, "HTTP_AUTHORIZATION");
	size_t scheme = strcspn(authorization, " ");
	bool basic = scheme == 5 && strncasecmp(authorization, "Basic", 5) == 0;
	bool token = (scheme == 5 && strncasecmp(authorization, "Token", 5) == 0) ||
	             (scheme == 6 && strncasecmp(authorization, "Bearer", 6) == 0);

	r->anonymous = !basic && !token;
	if (r->family == HERMES)
		return request_refuse(r, S_UNSIGNED, "Sign in to use this resource.");
	if (r->anonymous)
		return request_refuse(r, S_UNSIGNED, "Authentication credentials were not provided.");
	if (authorization[scheme + strspn(authorization + scheme, " ")] == '\0')
		return request_refuse(r, S_UNSIGNED, "Invalid %s header. No credentials provided.", basic ? "basic" : "token");
	return request_refuse(r, S_UNSIGNED, basic ? "Invalid username/password." : "Invalid token.");
}

static enum status refuse_throttled(struct request *r)
{
	return request_refuse(r, S_THROTTLED, r->family == HERMES ? "Too many wrong passwords: try again in %d seconds." :
	                      "Request was throttled. Expected available in %d seconds.", r->retry_after);
}

static enum status explain(struct request *r, enum status s)
{
	switch ((int)s) {
	case S_OK:        return s;
	case S_UNSIGNED:  return refuse_unsigned(r);
	case S_THROTTLED: return refuse_throttled(r);
	default:          return *r->why != '\0' ? s : request_refuse(r, s, "The database does not answer.");
	}
}

/* By a cookie, a remembered password or a proxy's cookie a browser signs in by itself, also when another site's page makes
 * it write: so our page shows that it is ours, and what a browser says comes from elsewhere is refused. */
static enum status may_write(struct request *r)
{
	const char *site = request_param(r, "HTTP_SEC_FETCH_SITE");
	bool elsewhere = strcmp(site, "cross-site") == 0 || strcmp(site, "same-site") == 0;

	if (r->actor.read_only)
		return request_refuse(r, S_FORBIDDEN, "This token may only read.");
	if (r->actor.via == VIA_SESSION && r->worker->settings->api_xsrf_enabled && !token_xsrf_is_shown(r, r->session))
		return request_refuse(r, S_FORBIDDEN, "CSRF Failed: X-XSRFToken is missing or not this session's.");
	if (elsewhere && r->actor.via != VIA_TOKEN)
		return request_refuse(r, S_FORBIDDEN, "CSRF Failed: another site's page may not write.");
	return S_OK;
}

static enum status identify(struct request *r)
{
	enum status s;

	if (r->route != NULL && r->route->flags & R_CREDENTIALS)
		return S_OK;           /* the body says who */
	s = explain(r, actor_identify(r));
	return s == S_OK && r->method != GET && r->method != OTHER_METHOD ? may_write(r) : s;
}

/* ---- what was sent ---- */

static bool has_body(const struct request *r)
{
	return r->family == HERMES ? r->method == POST || r->method == PUT : r->method != GET;
}

static enum status parse_body(struct request *r, const char *text, size_t size)
{
	const char *type = request_param(r, "CONTENT_TYPE");
	char why[INPUT_WHY];

	if (r->family == HERMES)
		return input_body(text, size, &r->body, r->why);
	if (size > 0 && input_type_is(type, "application/x-www-form-urlencoded"))
		return input_form(text, size, &r->body, r->why);
	if (size > 0 && !input_type_is(type, "application/json"))
		return request_refuse(r, S_MEDIA, "Unsupported media type \"%.100s\" in request.", type);
	if (input_json(text, size, &r->body, why) != S_OK)
		return request_refuse(r, S_INVALID, "JSON parse error - %s", why);
	return S_OK;
}

static enum status read_body(struct request *r)
{
	const char *length = request_param(r, "CONTENT_LENGTH");
	long size = strtol(length, NULL, 10);
	size_t most = r->route->flags & R_CREDENTIALS ? INPUT_MAX_CREDENTIALS : INPUT_MAX_BODY;
	AUTO(text) char *text = NULL;
	enum status s;
	int got;

	if (length[strspn(length, "0123456789")] != '\0')
		return request_refuse(r, S_INVALID, "Content-Length: is not a number.");
	if ((size_t)size > most)
		return request_refuse(r, S_TOO_LARGE, "The body is larger than %zu bytes.", most);
	text = malloc((size_t)size + 1);
	assert(text != NULL);
	got = FCGX_GetStr(text, (int)size, r->fcgi->in);
	s = got == size ? parse_body(r, text, (size_t)size) : request_refuse(r, S_INVALID, "The body ends too early.");
	if (r->route->flags & (R_CREDENTIALS | R_PASSWORD | R_SECRETS | R_INVENTORY | R_ARGUMENTS | R_BULK))
		sodium_memzero(text, (size_t)size);
	return s;
}

static enum status read_secrets(struct request *r)
{
	enum status s = S_OK;

	if (r->route->flags & R_CREDENTIALS)
		s = explain(r, sign_in_by_body(r));
	else if (r->route->flags & R_PASSWORD)
		s = explain(r, sign_in_new_password(r));
	else if (r->route->flags & R_SECRETS)
		s = explain(r, secrets_seal_body(r));
	else if (r->route->flags & R_ARGUMENTS)
		s = explain(r, secrets_seal_arguments(r));
	else if (r->route->flags & R_BULK)
		s = explain(r, secrets_seal_operations(r));
	if (r->route->flags & R_INVENTORY)
		ask_keep_text(r);
	if (r->route->flags & R_TOKEN)
		token_new(r->token);
	return s;
}

static enum status read_what_was_sent(struct request *r)
{
	enum status s = input_query(request_param(r, "QUERY_STRING"), &r->query, r->why);

	if (s == S_OK && has_body(r))
		s = read_body(r);
	return s == S_OK ? read_secrets(r) : s;
}

/* ---- the request as a whole ---- */

static void read_method(struct request *r)
{
	const char *name = request_param(r, "REQUEST_METHOD");

	r->method = method_of(name);
	if (r->family == POLEMARCH && strcmp(name, "HEAD") == 0)
		r->method = GET;       /* nginx keeps the body */
}

static bool is_options(const struct request *r)
{
	return r->family == POLEMARCH && strcmp(request_param(r, "REQUEST_METHOD"), "OPTIONS") == 0;
}

static enum status refuse_method(struct request *r)
{
	if (r->family == POLEMARCH)
		return request_refuse(r, S_METHOD, "Method \"%.20s\" not allowed.", request_param(r, "REQUEST_METHOD"));
	if (r->route != NULL)
		return request_refuse(r, S_METHOD, "Method not supported for this resource.");
	return S_METHOD;
}

/* From the address to the row, the actor and what was sent: everything but the row's own work. */
static enum status prepare(struct request *r)
{
	const char *uri = request_param(r, "REQUEST_URI");
	enum status found, s;

	r->family = strcmp(request_param(r, "MOIRAI_FAMILY"), "polemarch") == 0 ? POLEMARCH : HERMES;
	r->mount = request_param(r, "MOIRAI_MOUNT");
	read_method(r);
	s = read_address(r, uri);
	if (s != S_OK)
		return s;
	found = find_route(r, uri);
	if (found != S_OK && found != S_METHOD)
		return found;
	if (found != S_OK || !(r->route->flags & R_OPEN || (r->route->flags & R_WATCH && watch_may(r)))) {
		s = identify(r);
		if (s != S_OK)
			return s;
	}
	/* Hermes looks at this before it looks whether the method is one at all. */
	if (r->family == HERMES && has_body(r) && !input_type_is(request_param(r, "CONTENT_TYPE"), "application/json"))
		return request_refuse(r, S_INVALID, "Invalid Content-Type for POST/PUT request.");
	if (found != S_OK && is_options(r))
		return S_OK;
	if (found != S_OK || r->route->flags & R_UNSUPPORTED)
		return refuse_method(r);
	return read_what_was_sent(r);
}

/* Who comes back to a stream of events says which it heard last; or NULL. */
static const char *last_event_id(const struct request *r)
{
	const char *id = request_param(r, "HTTP_LAST_EVENT_ID");

	if (*id == '\0')
		return NULL;
	return id[strspn(id, "0123456789:abcdefghijklmnopqrstuvwxyz")] == '\0' ? id : "unknown";
}

/* What the SQL function is given (sql/api/read.sql). */
static char *call_text(const struct request *r)
{
	AUTO(json) json_t *req = json_pack("{s:I, s:I, s:I, s:s*, s:s, s:O, s:O, s:O?, s:O*, s:s*, s:s, s:s, s:s, s:s, s:O}",
	                                   "actor", (json_int_t)r->actor.id, "stamp", (json_int_t)r->actor.stamp,
	                                   "token", (json_int_t)r->actor.token, "via", actor_via(r),
	                                   "method", request_param(r, "REQUEST_METHOD"),
	                                   "path", r->path, "query", r->query, "body", r->body, "asked", r->asked,
	                                   "lastEventId", last_event_id(r), "address", request_param(r, "REMOTE_ADDR"),
	                                   "mount", r->mount, "base", r->base, "url", r->url, "settings", r->worker->told);
	char hash[TOKEN_HASH_SIZE];
	char *text;

	if (r->route->flags & R_TOKEN) {
		token_hash(r->token, hash);
		json_object_set_new(req, "secret", json_string(hash));
		json_object_set_new(req, "agent", json_string(request_param(r, "HTTP_USER_AGENT")));
	}
	text = json_dumps(req, JSON_COMPACT);
	assert(text != NULL);
	real_shorten(text);
	return text;
}

enum status request_call(struct request *r)
{
	AUTO(text) char *text = call_text(r);
	const char *values[] = { text };

	PQclear(r->result);
	return db_query(r->worker->db, &r->route->call, values, &r->result);
}

/* A sign-in that was remembered may have become untrue: then it is asked for anew, once. */
static enum status call_as_actor(struct request *r)
{
	enum status s = request_call(r);

	if (s != S_UNSIGNED || !r->actor.remembered)
		return s;
	actor_forget(r);
	s = identify(r);
	return s == S_OK ? request_call(r) : s;
}

/* What our functions say is meant for the client; what PostgreSQL says by itself is not. */
static const char *words_of(const struct request *r, enum status s)
{
	const char *state = PQresultErrorField(r->result, PG_DIAG_SQLSTATE);

	if (state != NULL && strncmp(state, "WE", 2) == 0)
		return db_message(r->result);
	switch ((int)s) {
	case S_CONFLICT: return "Somebody else did the same at the same moment.";
	case S_LATER:    return state == NULL ? "The database does not answer." : "The database is busy.";
	case S_INVALID:  return "A value can't be stored.";
	default:         return "Something went wrong on the server.";
	}
}

/* Sentry shall know of it, where there is one. */
static void report(const struct request *r)
{
	static const struct db_statement statement = { "report", "select courier_api.report($1, $2)", 2 };
	const char *values[] = { r->route->call.name, db_message(r->result) };
	PGresult *result;

	if (*r->worker->settings->sentry_dsn == '\0')
		return;
	if (db_query(r->worker->db, &statement, values, &result) != S_OK)
		log_line(LOG_LEVEL_WARNING, "report: %s", db_message(result));
	PQclear(result);
}

static void log_failure(const struct request *r, enum status s)
{
	const char *state = PQresultErrorField(r->result, PG_DIAG_SQLSTATE);

	if (s == S_INTERNAL || (state != NULL && strncmp(state, "WE", 2) != 0))
		log_line(s == S_INTERNAL ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "%s: %s", r->route->call.name,
		         db_message(r->result));
	if (s == S_INTERNAL)
		report(r);
}

/* Has nginx closed the connection, because its client did? Then nobody waits for what has not begun. */
static bool is_abandoned(const struct request *r)
{
	struct pollfd p = { .fd = r->fcgi->ipcFd, .events = POLLRDHUP };

	return poll(&p, 1, 0) > 0 && (p.revents & (POLLRDHUP | POLLHUP)) != 0;
}

/* The function's answer; while it wants to know something from outside, that is asked, and it is called again. */
static enum status call_until_answered(struct request *r)
{
	for (int round = 0; round < MAX_ROUNDS; round++) {
		enum status s = call_as_actor(r);

		if (s == S_OK && PQgetisnull(r->result, 0, 2))
			return S_INTERNAL;              /* an endpoint that forgot to answer */
		if (s != S_OK || strcmp(PQgetvalue(r->result, 0, 0), "100") != 0)
			return s;
		s = ask(r, PQgetvalue(r->result, 0, 2));
		if (s != S_OK)
			return s;
		if (is_abandoned(r))                    /* what was asked took long */
			return request_refuse(r, S_LATER, "Nobody waits any more.");
	}
	return S_INTERNAL;
}

static enum status work(struct request *r)
{
	enum status s;

	if (r->route == NULL) {
		respond_options(r);
		return S_OK;
	}
	s = r->route->call.name != NULL ? call_until_answered(r) : S_OK;

	if (s == S_OK && r->route->hook != NULL)
		return r->route->hook(r);
	if (s == S_OK) {
		respond_as_called(r);
	} else if (*r->why == '\0') {
		log_failure(r, s);
		if (r->family == HERMES || db_detail(r->result) == NULL)
			request_refuse(r, s, "%s", words_of(r, s));
	}
	return s;
}

/* Frees all of it, half-built too. After something large the memory goes back to the system: idle workers are small. */
static void request_done(struct request *r)
{
	size_t answer = r->result != NULL ? PQresultMemorySize(r->result) : 0;
	bool large = answer > LARGE || r->asked != NULL || strtoul(request_param(r, "CONTENT_LENGTH"), NULL, 10) > LARGE;

	ask_done(r);
	json_decref(r->texts);
	json_decref(r->path);
	json_decref(r->query);
	json_decref(r->body);
	json_decref(r->asked);
	sodium_memzero(r->session, sizeof r->session);
	sodium_memzero(r->token, sizeof r->token);
	sodium_memzero(r->cookie, sizeof r->cookie);
	PQclear(r->result);
	if (answer > HUGE_ANSWER)
		db_rest(r->worker->db);
	if (large)
		malloc_trim(0);
	*r = (struct request){ 0 };
}

void request_serve(struct worker *worker, FCGX_Request *fcgi)
{
	struct request r = { .worker = worker, .fcgi = fcgi };
	struct timespec began = metrics_clock();
	enum status s = prepare(&r);

	if (s == S_OK && !is_abandoned(&r))
		s = work(&r);
	if (s != S_OK)
		respond_error(&r, s);
	if (r.code != 0)
		metrics_count(worker->metrics, r.route, r.code, began);
	request_done(&r);
}
