#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/log.h"
#include "lib/text.h"
#include "worker/hooks.h"
#include "worker/metrics.h"
#include "worker/request.h"
#include "worker/respond.h"
#include "worker/token.h"

enum status hook_ping(struct request *r)
{
	static const char body[] = "{\"status\":\"ok\"}";

	respond(r, 200, NULL, body, sizeof body - 1);
	return S_OK;
}

enum status hook_live(struct request *r)
{
	const char *missed = PQgetvalue(r->result, 0, 2);

	if (*r->worker->settings->live_socket == '\0')
		return request_refuse(r, S_ABSENT, "This server has no live notices: ask again instead.");
	if (strstr(request_param(r, "HTTP_ACCEPT"), "text/event-stream") == NULL)         /* nchan would say 403, bare */
		return request_refuse(r, S_INVALID, "Accept: must take text/event-stream");
	if (PQgetisnull(r->result, 0, 1))
		respond_text(r, "text/event-stream; charset=utf-8", missed, strlen(missed));
	else
		respond_elsewhere(r, PQgetvalue(r->result, 0, 1));
	return S_OK;
}

enum status hook_metrics(struct request *r)
{
	AUTO(text) char *ours = metrics_text(r->worker->metrics);
	AUTO(text) char *all = NULL;
	int size = asprintf(&all, "%s%s", ours, PQgetvalue(r->result, 0, 2));

	if (size < 0)
		return S_INTERNAL;
	respond_text(r, "text/plain; version=0.0.4; charset=utf-8", all, (size_t)size);
	return S_OK;
}

enum status hook_text(struct request *r)
{
	respond_text(r, "text/plain; charset=utf-8", PQgetvalue(r->result, 0, 2), (size_t)PQgetlength(r->result, 0, 2));
	return S_OK;
}

/* The function is asked as before, but for where to go on. */
static enum status call_for_more(struct request *r)
{
	json_object_set_new(r->query, "after", json_pack("[s]", PQgetvalue(r->result, 0, 1)));
	return request_call(r);
}

/* The text, without colours unless they are asked for. The caller owns it. */
static char *piece_of(struct request *r, size_t *ret_size)
{
	const json_t *asked = json_object_get(r->query, "color");
	const char *color = json_string_value(json_array_get(asked, json_array_size(asked) - 1));
	const char *text = PQgetvalue(r->result, 0, 2);
	size_t size = (size_t)PQgetlength(r->result, 0, 2);
	char *piece = malloc(size + 1);

	assert(piece != NULL);
	if (color != NULL && strcmp(color, "yes") == 0)
		memcpy(piece, text, *ret_size = size);
	else
		*ret_size = text_plain(text, size, piece);
	return piece;
}

static bool send_piece(struct request *r)
{
	size_t size;
	AUTO(text) char *piece = piece_of(r, &size);

	return respond_more(r, piece, size);
}

static enum status send_all(struct request *r)
{
	size_t size;
	AUTO(text) char *piece = piece_of(r, &size);

	respond_text(r, "text/plain; charset=utf-8", piece, size);
	return S_OK;
}

enum status hook_raw(struct request *r)
{
	if (PQgetisnull(r->result, 0, 1))
		return send_all(r);
	respond_begin(r, "text/plain; charset=utf-8");
	if (strcmp(request_param(r, "REQUEST_METHOD"), "HEAD") == 0)
		return S_OK;
	while (send_piece(r) && !PQgetisnull(r->result, 0, 1)) {
		if (call_for_more(r) == S_OK)
			continue;
		log_line(LOG_LEVEL_WARNING, "%s: cut off: %s", r->route->call.name, db_message(r->result));
		respond_break(r);
		break;
	}
	return S_OK;
}

/* Responds as the function says, with one more member, whose value needs no escaping. */
static enum status respond_with(struct request *r, const char *name, const char *value)
{
	const char *body = PQgetvalue(r->result, 0, 2);
	size_t n = strlen(body);
	AUTO(text) char *all = NULL;
	int size;

	if (n < 2 || body[n - 1] != '}')
		return S_INTERNAL;
	size = asprintf(&all, "%.*s%s\"%s\":\"%s\"}", (int)n - 1, body, n > 2 ? "," : "", name, value);
	if (size < 0)
		return S_INTERNAL;
	respond(r, atoi(PQgetvalue(r->result, 0, 0)), PQgetisnull(r->result, 0, 1) ? NULL : PQgetvalue(r->result, 0, 1), all,
	        (size_t)size);
	return S_OK;
}

enum status hook_session(struct request *r)
{
	const char *secret = r->method == POST ? r->token : r->session;
	char xsrf[TOKEN_SIZE];

	if (r->method == POST)
		token_cookie(r, secret, r->cookie);
	else if (r->method == DELETE)
		token_cookie(r, NULL, r->cookie);
	if (r->method == DELETE || (r->method == GET && r->actor.via != VIA_SESSION)) {
		respond_as_called(r);
		return S_OK;
	}
	token_xsrf(secret, xsrf);
	return respond_with(r, "xsrfToken", xsrf);
}

enum status hook_token(struct request *r)
{
	return respond_with(r, "token", r->token);
}
