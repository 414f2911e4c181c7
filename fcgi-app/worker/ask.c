#include "config.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include <sodium.h>

#include "lib/ansible.h"
#include "lib/auto.h"
#include "lib/hidden.h"
#include "lib/hostquery.h"
#include "lib/log.h"
#include "lib/regex.h"
#include "worker/ask.h"
#include "worker/gate.h"
#include "worker/request.h"
#include "worker/secrets.h"

#define WARY_SECONDS 10
#define MOST_READERS 2         /* of inventories: each is a processor's work, and may take 512 MiB */

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
	if (!r->takes_long && !enter(w)) {
		if (!json_is_true(json_object_get(question, "soon")))
			return request_refuse(r, S_LATER, "The query server is slow: try again.");
		*ret_answer = json_null();
		return S_OK;
	}
	s = query_ask(w->query, question, ret_answer, why, sizeof why);
	if (!r->takes_long)
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

/* A regular expression can take the database until its timeout, and Ansible has its own: those who want one go through the
 * gate, too, and stay in it until their request is done. */
static bool may_take_long(struct request *r)
{
	if (!r->takes_long)
		r->takes_long = enter(r->worker);
	return r->takes_long;
}

/* ---- inventories ---- */

static bool may_read(struct request *r)
{
	struct worker *w = r->worker;

	if (!gate_enter(w->reading, w->slot, MOST_READERS))
		return false;
	r->reads = may_take_long(r);
	if (!r->reads)
		gate_leave(w->reading, w->slot);
	return r->reads;
}

void ask_keep_text(struct request *r)
{
	json_t *text = json_object_get(r->body, "text");

	if (!json_is_string(text))
		return;
	r->inventory = json_incref(text);
	json_object_set_new(r->body, "text", json_pack("{s:I}", "length", (json_int_t)json_string_length(text)));
}

/* jansson gives its own memory to read. */
static void forget_text(struct request *r)
{
	if (r->inventory != NULL)
		sodium_memzero((void *)(uintptr_t)json_string_value(r->inventory), json_string_length(r->inventory));
	json_decref(r->inventory);
	r->inventory = NULL;
}

/* What Ansible tells of a value that is !vault or !unsafe: only it knows how to keep that. The database refuses those that it
 * can read. */
static const char *kept_by_ansible(json_t *vars)
{
	const char *name;
	json_t *value;

	json_object_foreach(vars, name, value) {
		if (hidden_is(name) && (json_object_get(value, "__ansible_vault") != NULL ||
		                                json_object_get(value, "__ansible_unsafe") != NULL))
			return name;
	}
	return NULL;
}

static enum status seal_some(struct request *r, json_t *vars)
{
	const char *name = kept_by_ansible(vars);

	if (name != NULL)
		return request_refuse(r, S_INVALID, "variable %.128s: !vault and !unsafe can't be kept.", name);
	return secrets_seal(r, vars);
}

/* Those of its hosts, and of its groups. */
static enum status seal_variables(struct request *r, json_t *inventory)
{
	json_t *hosts = json_object_get(json_object_get(inventory, "_meta"), "hostvars"), *vars, *group;
	enum status s = S_OK;
	const char *name;

	json_object_foreach(hosts, name, vars) {
		if (s == S_OK)
			s = seal_some(r, vars);
	}
	json_object_foreach(inventory, name, group) {
		if (s == S_OK)
			s = seal_some(r, json_object_get(group, "vars"));
	}
	return s;
}

static enum status read_inventory(struct request *r, bool yaml, json_t **ret_answer)
{
	AUTO(json) json_t *inventory = NULL;
	char why[ANSIBLE_WHY];
	enum status s;

	if (r->inventory == NULL)
		return request_refuse(r, S_INVALID, "text: must be a string.");
	if (!may_read(r))
		return request_refuse(r, S_LATER, "Too many inventories are being read just now: try again.");
	s = ansible_inventory(json_string_value(r->inventory), json_string_length(r->inventory), yaml, ANSIBLE_SECONDS,
	                      &inventory, why);
	if (s != S_OK && s != S_INVALID)
		log_line(LOG_LEVEL_WARNING, "%s", why);
	if (s != S_OK)
		return request_refuse(r, s, "%s", why);
	if (input_is_too_deep(inventory))
		return request_refuse(r, S_INVALID, "A variable is nested deeper than %d levels.", INPUT_MAX_DEPTH);
	s = seal_variables(r, inventory);
	if (s == S_OK)
		*ret_answer = json_incref(inventory);
	return s;
}

void ask_done(struct request *r)
{
	if (r->reads)
		gate_leave(r->worker->reading, r->worker->slot);
	if (r->takes_long)
		leave(r->worker, S_INVALID);
	forget_text(r);
}

/* ---- regular expressions ---- */

/* One that is none, or takes too long, is for the function to refuse in its own words. */
static enum status search(struct request *r, const char *pattern, const json_t *texts, json_t **ret_answer)
{
	char why[REGEX_WHY];

	if (!may_take_long(r))
		return request_refuse(r, S_LATER, "Too many searches by regular expression just now: try again.");
	if (regex_matching(pattern, texts, ret_answer, why) != S_OK)
		*ret_answer = json_pack("{s:s}", "error", why);
	return S_OK;
}

/* ---- each question, all questions ---- */

static enum status answer_one(struct request *r, const char *name, json_t *question, json_t **ret_answer)
{
	const char *query = json_string_value(json_object_get(question, "query"));
	const char *inventory = json_string_value(json_object_get(question, "inventory"));
	const char *pattern = json_string_value(json_object_get(question, "regex"));
	char why[INPUT_WHY];

	if (inventory != NULL)
		return read_inventory(r, strcmp(inventory, "yaml") == 0, ret_answer);
	if (pattern != NULL)
		return search(r, pattern, json_object_get(question, "texts"), ret_answer);
	put_what_came(r, question);
	if (query == NULL || *r->worker->settings->query_server != '\0')
		return ask_outside(r, question, ret_answer);
	if (strchr(query, '~') != NULL && !may_take_long(r))
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
