#include "config.h"

#include <string.h>

#include "lib/auto.h"
#include "worker/hooks.h"
#include "worker/metrics.h"
#include "worker/request.h"
#include "worker/respond.h"

enum status hook_server_config(struct request *r)
{
	const struct settings *s = r->worker->settings;
	AUTO(json) json_t *answer = json_pack("{s:s, s:s, s:s, s:o}", "status", "ok", "href", r->url,
	                                      "domain", s->domain, "fullstoryId",
	                                      *s->fullstory_id == '\0' ? json_null() : json_string(s->fullstory_id));
	AUTO(text) char *body = json_dumps(answer, JSON_COMPACT);

	if (body == NULL)
		return S_INTERNAL;
	respond(r, 200, NULL, body, strlen(body));
	return S_OK;
}

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
