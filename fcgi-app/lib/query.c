#include "config.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/auto.h"
#include "lib/http.h"
#include "lib/query.h"
#include "lib/text.h"

#define REMEMBERED 16
#define MAX_REMEMBERED ((size_t)4 << 20)         /* bytes of an answer; larger ones are forgotten at once */
#define MAX_QUESTION ((size_t)64 << 10)          /* ... and those to larger questions */
#define CONTACTS "/api/pocs/?expand=teams&expand=service_providers&expand=contact_types" \
	"&service_provider__name=hermes&contact_type__name=email"

struct query {
	const struct settings *settings;
	struct http *http;
	struct {
		json_t *question, *answer;
		time_t until;
	} remembered[REMEMBERED];
	size_t next;
};

struct query *query_new(const struct settings *settings)
{
	struct query *q = calloc(1, sizeof *q);

	assert(q != NULL);
	q->settings = settings;
	q->http = http_new();
	return q;
}

void query_free(struct query **query)
{
	struct query *q = *query;

	if (q == NULL)
		return;
	for (size_t i = 0; i < REMEMBERED; i++) {
		json_decref(q->remembered[i].question);
		json_decref(q->remembered[i].answer);
	}
	http_free(&q->http);
	free(q);
	*query = NULL;
}

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

bool query_remembered(struct query *q, const json_t *question, json_t **ret_answer)
{
	for (size_t i = 0; i < REMEMBERED; i++)
		if (q->remembered[i].until > now() && json_equal(q->remembered[i].question, question)) {
			*ret_answer = json_incref(q->remembered[i].answer);
			return true;
		}
	return false;
}

static void remember(struct query *q, const json_t *question, json_t *answer)
{
	size_t i = q->next++ % REMEMBERED;

	json_decref(q->remembered[i].question);
	json_decref(q->remembered[i].answer);
	q->remembered[i].question = json_deep_copy(question);
	q->remembered[i].answer = json_incref(answer);
	q->remembered[i].until = now() + QUERY_SECONDS;
}

static void put_encoded(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (strchr("-._~", c) != NULL || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z'))
			fputc(c, out);
		else
			fprintf(out, "%%%02X", c);
	}
}

/* The server's URL with {name: [value, ...]} as its query. */
static char *url_with(const char *server, const json_t *parameters)
{
	char *url = NULL, separator = strchr(server, '?') != NULL ? '&' : '?';
	size_t size, i;
	FILE *out = open_memstream(&url, &size);
	const char *name;
	json_t *values, *value;

	assert(out != NULL);
	fputs(server, out);
	json_object_foreach((json_t *)parameters, name, values) {
		json_array_foreach(values, i, value) {
			fputc(separator, out);
			separator = '&';
			put_encoded(out, name);
			fputc('=', out);
			put_encoded(out, json_string_value(value));
		}
	}
	fclose(out);
	return url;
}

static char *url_of(const struct query *q, const json_t *question)
{
	AUTO(json) json_t *parameters = NULL;
	char *url;

	if (json_object_get(question, "contacts") != NULL)
		return asprintf(&url, "%s" CONTACTS, q->settings->strongpoc_server) < 0 ? NULL : url;
	if (json_object_get(question, "get") != NULL)
		return url_with(q->settings->query_server, json_object_get(question, "get"));
	if (json_object_get(question, "query") != NULL)
		parameters = json_pack("{s:[O]}", "query", json_object_get(question, "query"));
	else if (json_object_get(question, "user") != NULL)
		parameters = json_pack("{s:[O]}", "user", json_object_get(question, "user"));
	return url_with(q->settings->query_server, parameters);
}

/* What is posted, or NULL for a question that is asked by GET. */
static char *body_of(const json_t *question)
{
	AUTO(json) json_t *post = NULL;

	if (json_object_get(question, "operation") != NULL)
		post = json_pack("{s:O, s:O}", "operation", json_object_get(question, "operation"),
		                 "hostnames", json_object_get(question, "hostnames"));
	else
		post = json_incref(json_object_get(question, "post"));
	return post != NULL ? json_dumps(post, JSON_COMPACT) : NULL;
}

/* In characters: those bytes of UTF-8 that begin one. */
static bool is_host_name(const json_t *name)
{
	const char *text = json_string_value(name);
	size_t n = 0;

	for (; text != NULL && *text != '\0'; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n >= 1 && n <= 128;
}

static bool is_host_list(const json_t *list)
{
	size_t i;
	const json_t *name;

	if (!json_is_array(list))
		return false;
	json_array_foreach(list, i, name) {
		if (!is_host_name(name))
			return false;
	}
	return true;
}

static bool is_owner_map(const json_t *map)
{
	const char *host;
	const json_t *owner;

	if (!json_is_object(map))
		return false;
	json_object_foreach((json_t *)map, host, owner) {
		if (!json_is_string(owner) && !json_is_null(owner))
			return false;
	}
	return true;
}

/* [{team: {name}, value}, ...] -> {name: value}, or NULL. */
static json_t *contacts_of(const json_t *list)
{
	AUTO(json) json_t *contacts = json_object();
	size_t i;
	json_t *entry;

	if (!json_is_array(list))
		return NULL;
	json_array_foreach(list, i, entry) {
		const char *team, *address;

		if (json_unpack(entry, "{s:{s:s}, s:s}", "team", "name", &team, "value", &address) == 0)
			json_object_set_new(contacts, team, json_string(address));
	}
	return json_incref(contacts);
}

/* The part of an answer that was asked for, or NULL where it makes no sense. The caller owns it. */
static json_t *results_of(const json_t *question, const json_t *answer)
{
	json_t *results = json_object_get(answer, "results");
	const char *operation = json_string_value(json_object_get(question, "operation"));
	bool good = results != NULL;

	if (json_object_get(question, "contacts") != NULL)
		return contacts_of(answer);
	if (json_object_get(question, "query") != NULL || json_object_get(question, "user") != NULL)
		good = is_host_list(results);
	else if (operation != NULL)
		good = strcmp(operation, "owners") == 0 ? is_owner_map(results) : json_is_object(results);
	return good ? json_incref(results) : NULL;
}

static enum status refuse(enum status s, char *why, size_t size, const json_t *question)
{
	const char *user = json_string_value(json_object_get(question, "user"));
	const json_t *text = json_object_get(question, "query");

	if (text == NULL)
		text = json_array_get(json_object_get(json_object_get(question, "get"), "query"), 0);
	if (text == NULL)
		text = json_object_get(question, "operation");
	if (user != NULL)
		snprintf(why, size, "Bad user query: %s", user);
	else
		snprintf(why, size, "Bad host query: %s", text != NULL ? json_string_value(text) : "as it was sent");
	text_end_between_letters(why);
	return s;
}

/* The server says itself that the question is bad: by its status or by another word than ok. */
static bool is_refusal(const struct http_answer *answer, const json_t *json, bool contacts)
{
	const char *status = json_string_value(json_object_get(json, "status"));

	return (answer->code >= 300 && answer->code < 500) ||
	       (answer->code < 300 && !contacts && json_is_object(json) && (status == NULL || strcmp(status, "ok") != 0));
}

static enum status judge(struct query *q, const json_t *question, const struct http_answer *answer,
                         json_t **ret_answer, char *why, size_t size)
{
	AUTO(json) json_t *json = NULL;
	json_t *results;

	if (answer->timed_out) {
		snprintf(why, size, "The query server did not answer within %ld s.", q->settings->query_timeout);
		return S_SLOW_GATEWAY;
	}
	if (answer->code == 0 || answer->code >= 500 || answer->too_large) {
		snprintf(why, size, "The query server %s.", answer->too_large ? "answers more than can be read"
		         : answer->code == 0 ? "does not answer" : "is in trouble");
		return S_GATEWAY;
	}
	json = json_loadb(answer->body, answer->size, JSON_REJECT_DUPLICATES, NULL);
	if (is_refusal(answer, json, json_object_get(question, "contacts") != NULL))
		return refuse(S_INVALID, why, size, question);
	results = results_of(question, json);
	if (results == NULL) {
		snprintf(why, size, "The query server's answer makes no sense.");
		return S_GATEWAY;
	}
	*ret_answer = results;
	return S_OK;
}

enum status query_ask(struct query *q, const json_t *question, json_t **ret_answer, char *why, size_t size)
{
	static const char *const headers[] = { "Accept: application/json", NULL };
	AUTO(text) char *url = url_of(q, question);
	AUTO(text) char *body = body_of(question);
	const struct http_request request = {
		.url = url, .body = body, .size = body != NULL ? strlen(body) : 0, .type = "application/json",
		.headers = headers, .ca_file = q->settings->tls_ca_file, .timeout = q->settings->query_timeout,
		.max_answer = QUERY_MAX_ANSWER,
	};
	struct http_answer answer;
	enum status s;

	assert(url != NULL);
	http_perform(q->http, &request, &answer, 1);
	s = judge(q, question, &answer, ret_answer, why, size);
	if (s == S_OK && answer.size <= MAX_REMEMBERED && strlen(url) + request.size <= MAX_QUESTION)
		remember(q, question, *ret_answer);
	http_answer_done(&answer);
	return s;
}

enum status query_ask_all(struct query *q, const json_t *questions, json_t **ret_answers, char *why, size_t size)
{
	AUTO(json) json_t *answers = json_object();
	const char *name;
	json_t *question;

	json_object_foreach((json_t *)questions, name, question) {
		json_t *answer = NULL;
		enum status s = query_ask(q, question, &answer, why, size);

		if (s != S_OK && !json_is_true(json_object_get(question, "else")))
			return s;
		json_object_set_new(answers, name, s == S_OK ? answer : json_null());
	}
	*ret_answers = json_incref(answers);
	return S_OK;
}
