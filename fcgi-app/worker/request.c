#include "config.h"

#include <assert.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/log.h"
#include "lib/text.h"
#include "worker/ask.h"
#include "worker/input.h"
#include "worker/metrics.h"
#include "worker/request.h"
#include "worker/respond.h"
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

enum status request_refuse(struct request *r, enum status s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->why, sizeof r->why, format, args);
	va_end(args);
	text_end_between_letters(r->why);
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

static enum status find_route(struct request *r, const char *uri)
{
	size_t mount = strlen(r->mount);
	AUTO(text) char *path = NULL;
	enum status s;

	if (strncmp(uri, r->mount, mount) != 0)
		return request_refuse(r, S_ABSENT, "Resource not found.");
	path = strndup(uri + mount, strcspn(uri + mount, "?"));
	s = route_find(HERMES, r->method, path, &r->route, &r->path);
	if (s == S_ABSENT)
		return request_refuse(r, s, "Resource not found.");
	if (s == S_INVALID)
		return request_refuse(r, s, "The path is not UTF-8 text.");
	return s;
}

static enum status read_body(struct request *r)
{
	const char *length = request_param(r, "CONTENT_LENGTH");
	long size = strtol(length, NULL, 10);
	AUTO(text) char *text = NULL;
	int got;

	if (length[strspn(length, "0123456789")] != '\0')
		return request_refuse(r, S_INVALID, "Content-Length: is not a number.");
	if ((size_t)size > INPUT_MAX_BODY)
		return request_refuse(r, S_TOO_LARGE, "The body is larger than %zu bytes.", INPUT_MAX_BODY);
	text = malloc((size_t)size + 1);
	assert(text != NULL);
	got = FCGX_GetStr(text, (int)size, r->fcgi->in);
	if (got != size)
		return request_refuse(r, S_INVALID, "The body ends too early.");
	return input_body(text, (size_t)size, &r->body, r->why);
}

/* From the address to the row, the actor and what was sent: everything but the row's own work. */
static enum status prepare(struct request *r)
{
	const char *uri = request_param(r, "REQUEST_URI");
	const char *query = request_param(r, "QUERY_STRING");
	enum status found, s;

	r->method = method_of(request_param(r, "REQUEST_METHOD"));
	r->mount = request_param(r, "MOIRAI_MOUNT");
	s = read_address(r, uri);
	if (s != S_OK)
		return s;
	found = find_route(r, uri);
	if (found != S_OK && found != S_METHOD)
		return found;
	if (found != S_OK || !(r->route->flags & R_OPEN || (r->route->flags & R_WATCH && watch_may(r)))) {
		s = actor_identify(r);
		if (s == S_UNSIGNED)
			return request_refuse(r, s, "Sign in to use this resource.");
		if (s != S_OK)
			return request_refuse(r, s, "The database does not answer.");
	}
	/* Hermes looks at this before it looks whether the method is one at all. */
	if ((r->method == POST || r->method == PUT) && !input_type_is_json(request_param(r, "CONTENT_TYPE")))
		return request_refuse(r, S_INVALID, "Invalid Content-Type for POST/PUT request.");
	if (found != S_OK)
		return found;
	if (r->route->flags & R_UNSUPPORTED)
		return request_refuse(r, S_METHOD, "Method not supported for this resource.");
	s = input_query(query, &r->query, r->why);
	if (s == S_OK && (r->method == POST || r->method == PUT))
		s = read_body(r);
	return s;
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
	AUTO(json) json_t *req = json_pack("{s:I, s:I, s:O, s:O, s:O?, s:O*, s:s*, s:s, s:s, s:s, s:O}",
	                                   "actor", (json_int_t)r->actor.id, "stamp", (json_int_t)r->actor.stamp,
	                                   "path", r->path, "query", r->query, "body", r->body, "asked", r->asked,
	                                   "lastEventId", last_event_id(r),
	                                   "mount", r->mount, "base", r->base, "url", r->url, "settings", r->worker->told);

	return json_dumps(req, JSON_COMPACT);
}

static enum status call(struct request *r)
{
	AUTO(text) char *text = call_text(r);
	const char *values[] = { text };

	assert(text != NULL);
	PQclear(r->result);
	return db_query(r->worker->db, &r->route->call, values, &r->result);
}

/* A sign-in that was remembered may have become untrue: then it is asked for anew, once. */
static enum status call_as_actor(struct request *r)
{
	enum status s = call(r);

	if (s != S_UNSIGNED || !r->actor.remembered)
		return s;
	actor_forget(r);
	s = actor_identify(r);
	if (s == S_UNSIGNED)
		return request_refuse(r, s, "Sign in to use this resource.");
	return s == S_OK ? call(r) : request_refuse(r, s, "The database does not answer.");
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
	}
	return S_INTERNAL;
}

static void respond_as_called(struct request *r)
{
	const char *location = PQgetisnull(r->result, 0, 1) ? NULL : PQgetvalue(r->result, 0, 1);

	respond(r, atoi(PQgetvalue(r->result, 0, 0)), location, PQgetvalue(r->result, 0, 2),
	        (size_t)PQgetlength(r->result, 0, 2));
}

static enum status work(struct request *r)
{
	enum status s = r->route->call.name != NULL ? call_until_answered(r) : S_OK;

	if (s == S_OK && r->route->hook != NULL)
		return r->route->hook(r);
	if (s == S_OK) {
		respond_as_called(r);
	} else if (*r->why == '\0') {
		log_failure(r, s);
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
	PQclear(r->result);
	if (answer > HUGE_ANSWER)
		db_rest(r->worker->db);
	if (large)
		malloc_trim(0);
	*r = (struct request){ 0 };
}

/* Has nginx closed the connection, because its client did? Then nobody waits for what has not begun. */
static bool is_abandoned(const struct request *r)
{
	struct pollfd p = { .fd = r->fcgi->ipcFd, .events = POLLRDHUP };

	return poll(&p, 1, 0) > 0 && (p.revents & (POLLRDHUP | POLLHUP)) != 0;
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
