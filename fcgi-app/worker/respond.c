#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <sodium.h>

#include "lib/auto.h"
#include "worker/respond.h"

#define TAG_BYTES 16

static void etag_of(const char *body, size_t size, char tag[TAG_BYTES * 2 + 3])
{
	unsigned char hash[TAG_BYTES];

	crypto_generichash(hash, sizeof hash, (const unsigned char *)body, size, NULL, 0);
	tag[0] = '"';
	sodium_bin2hex(tag + 1, TAG_BYTES * 2 + 1, hash, sizeof hash);
	strcat(tag, "\"");
}

/* If-None-Match compares weakly, and nginx weakens the tag when it compresses: the quoted part is what counts. */
static bool client_has(const struct request *r, const char *tag)
{
	const char *header = request_param(r, "HTTP_IF_NONE_MATCH");

	return strstr(header, tag) != NULL || strcmp(header, "*") == 0;
}

/* A reason phrase is one line of printable ASCII. Hermes sends the error's message there, and its client shows it. */
static void put_status(struct request *r, int code, const char *reason)
{
	char line[160];
	size_t n = (size_t)snprintf(line, sizeof line, "%.150s", reason);

	for (size_t i = 0; i < n; i++)
		if (line[i] < ' ' || line[i] > '~')
			line[i] = '?';
	FCGX_FPrintF(r->fcgi->out, "Status: %d %s\r\n%s", code, line, r->cookie);
	if (r->family == POLEMARCH && r->below != NULL) {
		char methods[METHODS_SIZE];

		route_methods(r->family, r->below, methods);
		FCGX_FPrintF(r->fcgi->out, "Vary: Accept, Cookie\r\nAllow: %s\r\n", methods);
	}
	r->code = code;
}

void respond(struct request *r, int code, const char *location, const char *body, size_t size)
{
	FCGX_Stream *out = r->fcgi->out;
	char tag[TAG_BYTES * 2 + 3] = "";

	if (code == 200 && r->method == GET)
		etag_of(body, size, tag);
	if (*tag != '\0' && client_has(r, tag)) {
		put_status(r, 304, status_reason(304));
		FCGX_FPrintF(out, "ETag: %s\r\n\r\n", tag);
		return;
	}
	put_status(r, code, status_reason(code));
	if (code == 204) {
		FCGX_PutS("\r\n", out);
		return;
	}
	FCGX_PutS("Content-Type: application/json; charset=UTF-8\r\nCache-Control: private, no-cache\r\n", out);
	if (location != NULL)
		FCGX_FPrintF(out, "Location: %s\r\n", location);
	if (*tag != '\0')
		FCGX_FPrintF(out, "ETag: %s\r\n", tag);
	FCGX_FPrintF(out, "Content-Length: %d\r\n\r\n", (int)size);
	FCGX_PutStr(body, (int)size, out);
}

void respond_text(struct request *r, const char *type, const char *body, size_t size)
{
	put_status(r, 200, status_reason(200));
	FCGX_FPrintF(r->fcgi->out, "Content-Type: %s\r\nCache-Control: no-store\r\nContent-Length: %d\r\n\r\n", type, (int)size);
	FCGX_PutStr(body, (int)size, r->fcgi->out);
}

void respond_begin(struct request *r, const char *type)
{
	put_status(r, 200, status_reason(200));
	FCGX_FPrintF(r->fcgi->out, "Content-Type: %s\r\nCache-Control: no-store\r\n\r\n", type);
}

bool respond_more(struct request *r, const char *piece, size_t size)
{
	return FCGX_PutStr(piece, (int)size, r->fcgi->out) == (int)size && FCGX_FFlush(r->fcgi->out) == 0;
}

/* A record of version 0, which there is not. A connection that only ends is, for nginx, an answer's end. */
void respond_break(struct request *r)
{
	static const char no_record[8];

	send(r->fcgi->ipcFd, no_record, sizeof no_record, MSG_NOSIGNAL);
	shutdown(r->fcgi->ipcFd, SHUT_RDWR);
}

void respond_elsewhere(struct request *r, const char *location)
{
	put_status(r, 200, status_reason(200));
	FCGX_FPrintF(r->fcgi->out, "X-Accel-Redirect: %s\r\n\r\n", location);
}

void respond_as_called(struct request *r)
{
	const char *location = PQgetisnull(r->result, 0, 1) ? NULL : PQgetvalue(r->result, 0, 1);

	respond(r, atoi(PQgetvalue(r->result, 0, 0)), location, PQgetvalue(r->result, 0, 2),
	        (size_t)PQgetlength(r->result, 0, 2));
}

void respond_options(struct request *r)
{
	static const char body[] = "{\"renders\":[\"application/json\"],"
	                           "\"parses\":[\"application/json\",\"application/x-www-form-urlencoded\"]}";

	respond(r, 200, NULL, body, sizeof body - 1);
}

/* Which way to sign in a 401 names. Browsers open a window of their own where that is Basic: not for what a page's scripts
 * ask. */
static const char *challenge(const struct request *r)
{
	if (r->family == POLEMARCH || strcmp(request_param(r, "HTTP_SEC_FETCH_DEST"), "empty") == 0)
		return "Token";
	return "Basic realm=\"Moirai\", charset=\"UTF-8\"";
}

static void put_error_headers(struct request *r, int code)
{
	FCGX_Stream *out = r->fcgi->out;

	put_status(r, code, *r->why != '\0' && r->family == HERMES ? r->why : status_reason(code));
	FCGX_PutS("Content-Type: application/json; charset=UTF-8\r\n", out);
	if (code == 401)
		FCGX_FPrintF(out, "WWW-Authenticate: %s\r\n", challenge(r));
	if (code == 401 && r->family == POLEMARCH && r->anonymous)
		FCGX_PutS("X-Anonymous: true\r\n", out);
	if (code == 503 || code == 429)
		FCGX_FPrintF(out, "Retry-After: %d\r\n", code == 429 ? r->retry_after : 2);
}

/* What a function of the Polemarch family has said, or what there is to say in the family's shape. */
static json_t *error_body(const struct request *r, int code)
{
	json_t *why;

	if (r->family == POLEMARCH && *r->why == '\0')
		return json_loads(db_detail(r->result), 0, NULL);
	why = *r->why != '\0' ? json_string(r->why) : json_null();
	if (r->family == POLEMARCH)
		return json_pack("{s:o}", "detail", why);
	return json_pack("{s:s, s:{s:i, s:o}}", "status", "error", "error", "code", code, "message", why);
}

void respond_error(struct request *r, enum status status)
{
	int code = status_http(status);
	AUTO(json) json_t *answer = error_body(r, code);
	AUTO(text) char *body = json_dumps(answer, JSON_COMPACT);

	put_error_headers(r, code);
	FCGX_FPrintF(r->fcgi->out, "\r\n%s", body != NULL ? body : "{}");
}
