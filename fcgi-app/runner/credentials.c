#include "config.h"

#include "lib/log.h"
#include "runner/credentials.h"

struct seal_keys *credentials_keys(const struct settings *s)
{
	struct seal_keys *keys;
	char why[SEAL_WHY];

	if (seal_keys_read(s->seal_key, &keys, why))
		return keys;
	log_line(LOG_LEVEL_WARNING, "secrets can't be opened: %s", why);
	return seal_keys_new();
}

static enum status open_one(const struct seal_keys *keys, const json_t *sealed, const char *name, json_t **ret_value, char why[OPENED_WHY])
{
	const char *box = json_string_value(json_object_get(sealed, name));

	return box == NULL ? S_OK : opened_value(keys, name, box, ret_value, why);
}

/* One that is empty is none. */
static const char *text_of(const json_t *value)
{
	return json_string_length(value) > 0 ? json_string_value(value) : NULL;
}

enum status credentials_open(struct credentials *c, const struct seal_keys *keys, const json_t *about, char why[OPENED_WHY])
{
	const json_t *sealed = json_object_get(about, "sealed");
	enum status s;

	*c = (struct credentials){ 0 };
	s = open_one(keys, sealed, "repo_password", &c->password, why);
	if (s == S_OK)
		s = open_one(keys, sealed, "repo_key", &c->key, why);
	c->project = (struct project){
		.id = json_integer_value(json_object_get(about, "id")),
		.type = json_string_value(json_object_get(about, "type")),
		.repository = json_string_value(json_object_get(about, "repository")),
		.branch = text_of(json_object_get(about, "branch")),
		.password = text_of(c->password),
		.key = text_of(c->key),
	};
	return s;
}

void credentials_done(struct credentials *c)
{
	opened_free(&c->password);
	opened_free(&c->key);
}
