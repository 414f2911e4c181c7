#include "config.h"

#include <assert.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/hostquery.h"
#include "lib/log.h"
#include "worker/ask.h"
#include "worker/gate.h"
#include "worker/request.h"

#define WARY_SECONDS 10

/* A quarter of the workers is always free of those who ask. */
static bool enter(struct worker *w)
{
	size_t workers = (size_t)w->settings->num_processes;

	return gate_enter(w->asking, w->slot, workers - (workers + 3) / 4);
}

static void leave(struct worker *w, enum status s)
{
	gate_leave(w->asking, w->slot);
	if (s == S_SLOW_GATEWAY)
		gate_narrow(w->asking, 1, WARY_SECONDS);
	else if (s == S_OK)
		gate_narrow(w->asking, 1, 0);
}

static enum status ask_outside(struct request *r, const json_t *question, json_t **ret_answer)
{
	struct worker *w = r->worker;
	enum status s;
	char why[INPUT_WHY];

	if (query_remembered(w->query, question, ret_answer))
		return S_OK;
	if (!r->searches && !enter(w))
		return request_refuse(r, S_LATER, "The query server is slow: try again.");
	s = query_ask(w->query, question, ret_answer, why, sizeof why);
	if (!r->searches)
		leave(w, s);
	if (s == S_OK)
		return S_OK;
	if (s != S_INVALID)
		log_line(LOG_LEVEL_WARNING, "%s", why);
	if (json_is_true(json_object_get(question, "else"))) {
		*ret_answer = json_null();
		return S_OK;
	}
	return request_refuse(r, s, "%s", why);
}

/* What is passed on goes as it came: the database writes some numbers so that they are none of ours any more. */
static void put_what_came(const struct request *r, json_t *question)
{
	if (json_is_true(json_object_get(question, "get")))
		json_object_set(question, "get", r->query);
	if (json_is_true(json_object_get(question, "post")))
		json_object_set(question, "post", r->body);
}

/* A regular expression can take the database until its timeout: those who search by one go through the gate, too, and stay
 * in it until their request is done. */
static bool may_search(struct request *r)
{
	if (!r->searches)
		r->searches = enter(r->worker);
	return r->searches;
}

void ask_done(struct request *r)
{
	if (r->searches)
		leave(r->worker, S_INVALID);
}

static enum status answer_one(struct request *r, const char *name, json_t *question, json_t **ret_answer)
{
	const char *query = json_string_value(json_object_get(question, "query"));
	char why[INPUT_WHY];

	put_what_came(r, question);
	if (query == NULL || *r->worker->settings->query_server != '\0')
		return ask_outside(r, question, ret_answer);
	if (strchr(query, '~') != NULL && !may_search(r))
		return request_refuse(r, S_LATER, "Too many searches by regular expression just now: try again.");
	if (hostquery_parse(query, ret_answer, why, sizeof why) == S_OK)
		return S_OK;
	return request_refuse(r, S_INVALID, "%s: %s", name, why);
}

enum status ask(struct request *r, const char *questions)
{
	AUTO(json) json_t *wanted = json_loads(questions, 0, NULL);
	const char *name;
	json_t *question, *answer;

	assert(json_is_object(wanted));
	if (r->asked == NULL)
		r->asked = json_object();
	json_object_foreach(wanted, name, question) {
		enum status s = answer_one(r, name, question, &answer);

		if (s != S_OK)
			return s;
		json_object_set_new(r->asked, name, answer);
	}
	return S_OK;
}
