#include "config.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "lib/auto.h"
#include "lib/hidden.h"
#include "lib/real.h"
#include "lib/seal.h"
#include "lib/wipe.h"
#include "worker/input.h"
#include "worker/request.h"
#include "worker/secrets.h"

#define SHOWN_INSTEAD "[~~ENCRYPTED~~]"

static const struct db_statement seal_key = { "seal_key", "select id, public_key from people_api.seal_key()", 0 };

/* ---- one secret ---- */

static enum status learn_key(struct request *r)
{
	AUTO(pgresult) PGresult *found = NULL;
	enum status s;

	if (r->seal_key != 0)
		return S_OK;
	s = db_query(r->worker->db, &seal_key, NULL, &found);
	if (s != S_OK)
		return request_refuse(r, s, "The database does not answer.");
	if (PQntuples(found) == 0)
		return request_refuse(r, S_LATER, "No key to seal secrets to: run moirai-db install.");
	r->seal_key = atoi(PQgetvalue(found, 0, 0));
	snprintf(r->seal_public, sizeof r->seal_public, "%s", PQgetvalue(found, 0, 1));
	return S_OK;
}

/* Measured first, so that no buffer grows and leaves copies behind. */
static char *close_box(const char *public_key, json_t *value)
{
	const size_t flags = JSON_COMPACT | JSON_ENCODE_ANY;
	size_t size = json_dumpb(value, NULL, 0, flags);
	char *text = malloc(size + 1);
	char *box;

	assert(text != NULL);
	json_dumpb(value, text, size, flags);
	text[size] = '\0';
	real_shorten(text);
	box = seal_close(public_key, text, strlen(text));
	seal_wipe(&text, size);
	return box;
}

static bool is_shown_instead(const json_t *value)
{
	return json_is_string(value) && strcmp(json_string_value(value), SHOWN_INSTEAD) == 0;
}

static enum status seal(struct request *r, json_t *vars, const char *key, json_t *value)
{
	AUTO(text) char *box = NULL;
	enum status s = learn_key(r);

	if (s != S_OK)
		return s;
	box = close_box(r->seal_public, value);
	if (box == NULL)
		return request_refuse(r, S_LATER, "The key to seal secrets to is none.");
	wipe_json(value);
	json_object_set_new(vars, key, json_pack("{s:s, s:i}", "sealed", box, "key", r->seal_key));
	return S_OK;
}

/* ---- those of a body ---- */

/* What looks like a box is sealed, too: they may be one or not. */
static bool is_secret_besides(const json_t *value)
{
	return json_object_get(value, "sealed") != NULL || hidden_within(value);
}

static enum status seal_extra_variables(struct request *r, json_t *vars)
{
	json_t *value = json_object_get(vars, HIDDEN_BESIDES);

	return is_secret_besides(value) ? seal(r, vars, HIDDEN_BESIDES, value) : S_OK;
}

enum status secrets_seal(struct request *r, json_t *vars)
{
	for (size_t i = 0; hidden_key(i) != NULL; i++) {
		json_t *value = json_object_get(vars, hidden_key(i));
		enum status s = value == NULL || is_shown_instead(value) ? S_OK : seal(r, vars, hidden_key(i), value);

		if (s != S_OK)
			return s;
	}
	return seal_extra_variables(r, vars);
}

/* What should be an object and is none will be refused: what it holds, which may be a secret, goes no further. */
static json_t *object_or_empty(json_t *value)
{
	if (json_is_object(value))
		return value;
	wipe_json(value);
	json_string_set(value, "");
	json_array_clear(value);
	return value;
}

/* The member, as the object that its text holds, if it is one. */
static json_t *unfold(json_t *object, const char *name)
{
	json_t *value = json_object_get(object, name);
	AUTO(json) json_t *held = NULL;
	char why[INPUT_WHY];

	if (json_string_length(value) == 0 ||
	    input_body(json_string_value(value), json_string_length(value), &held, why) != S_OK)
		return object_or_empty(value);
	wipe_json(value);
	json_object_set(object, name, held);
	return held;
}

static enum status seal_thing(struct request *r, json_t *thing)
{
	enum status s = secrets_seal(r, unfold(thing, "vars"));

	return s == S_OK ? secrets_seal(r, unfold(unfold(thing, "data"), "vars")) : s;
}

enum status secrets_seal_body(struct request *r)
{
	return seal_thing(r, object_or_empty(r->body));
}

/* ---- many things at once ---- */

static bool is_of_operation(const char *name)
{
	static const char *const names[] = { "type", "item", "pk", "data", "data_type", "method" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* What is of no operation goes no further. */
static void keep_operation(json_t *operation)
{
	const char *name;
	json_t *value;
	void *next;

	json_object_foreach_safe(operation, next, name, value) {
		if (is_of_operation(name))
			continue;
		wipe_json(value);
		json_object_del(operation, name);
	}
}

/* What is put into a list, or taken out of it, are ids, and permissions. */
static bool is_list_of_ids(const json_t *operation)
{
	const char *type = json_string_value(json_object_get(operation, "type"));

	return type != NULL && strcmp(type, "mod") == 0 && json_is_array(json_object_get(operation, "data"));
}

static enum status seal_list(struct request *r, json_t *list)
{
	enum status s = S_OK;
	json_t *element, *value;
	const char *name;
	size_t i;

	json_array_foreach(list, i, element) {
		json_object_foreach(element, name, value) {
			if (json_is_object(value) || json_is_array(value))
				json_object_clear(object_or_empty(value));
		}
		if (s == S_OK)
			s = secrets_seal(r, element);
	}
	return s;
}

enum status secrets_seal_operations(struct request *r)
{
	enum status s = S_OK;
	json_t *operation;
	size_t i;

	if (!json_is_array(r->body))
		object_or_empty(r->body);
	json_array_foreach(r->body, i, operation) {
		keep_operation(object_or_empty(operation));
		if (s == S_OK)
			s = is_list_of_ids(operation) ? seal_list(r, json_object_get(operation, "data"))
			                              : seal_thing(r, unfold(operation, "data"));
	}
	return s;
}

enum status secrets_seal_arguments(struct request *r)
{
	return secrets_seal(r, object_or_empty(r->body));
}
