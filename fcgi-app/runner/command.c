#include "config.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/hidden.h"
#include "runner/command.h"

/* What it is made of. */
struct making {
	const json_t *arguments, *sealed;
	const struct seal_keys *keys;
	struct files *files;
	struct masks *masks;
	struct command *command;
	char *why;
};

/* ---- words ---- */

static void add_word(struct command *c, const char *word)
{
	c->words = realloc(c->words, (c->n + 2) * sizeof *c->words);
	assert(c->words != NULL);
	c->words[c->n] = strdup(word);
	assert(c->words[c->n] != NULL);
	c->words[++c->n] = NULL;
}

/* The word before is not shown. */
static void hide_word(struct command *c)
{
	c->hidden = c->n;
}

/* A value that begins like an option would be taken for one if it were a word of its own. */
static void add_option(struct command *c, const char *name, const char *value)
{
	AUTO(text) char *word = NULL;

	if (asprintf(&word, *value == '-' ? "--%s=%s" : "--%s", name, value) < 0)
		abort();
	add_word(c, word);
	if (*value != '\0' && *value != '-')
		add_word(c, value);
}

static char *join(const struct command *c, const struct masks *masks)
{
	AUTO(wiped) struct wiped text = { 0 };
	size_t size;

	for (size_t i = 0; i < c->n; i++) {
		wiped_add_text(&text, i == 0 ? "" : " ");
		wiped_add_text(&text, i + 1 == c->hidden ? MASK : c->words[i]);
	}
	return masks_apply(masks, text.bytes, text.size, &size);
}

/* ---- kinds of options: each adds its words ---- */

struct option {
	const char *name;
	enum status (*add)(struct making *, const struct option *, const char *value);
	const char *method;        /* of becoming another */
};

static enum status add_plain(struct making *m, const struct option *option, const char *value)
{
	add_option(m->command, option->name, value);
	return S_OK;
}

static enum status add_nothing(struct making *m, const struct option *option, const char *value)
{
	(void)m, (void)option, (void)value;
	return S_OK;
}

static enum status add_unless_empty(struct making *m, const struct option *option, const char *value)
{
	return *value == '\0' ? S_OK : add_plain(m, option, value);
}

static enum status add_become(struct making *m, const struct option *option, const char *value)
{
	(void)value;
	add_option(m->command, "become", "");
	add_option(m->command, "become-method", option->method);
	return S_OK;
}

static enum status add_become_user(struct making *m, const struct option *option, const char *value)
{
	add_option(m->command, "become-method", option->method);
	add_option(m->command, "become-user", value);
	return S_OK;
}

static void mask_hidden(void *context, const json_t *value)
{
	opened_mask(value, context);
}

/* Those that are secrets where they stand in an inventory are so here, too: then all of them came sealed. */
static enum status add_variables(struct making *m, const struct option *option, const char *value)
{
	AUTO(opened) json_t *variables = json_string(value);

	assert(variables != NULL);
	hidden_among(variables, mask_hidden, m->masks);
	return add_plain(m, option, value);
}

static enum status add_secret_file(struct making *m, const struct option *option, const char *value)
{
	if (*value == '\0')
		return add_plain(m, option, value);
	masks_add(m->masks, value, strlen(value));
	return add_plain(m, option, files_add(m->files, option->name, value, strlen(value)));
}

/* Does the path stay below the folder it starts from, by its letters? Ansible puts in home folders and variables. */
static bool stays_below(const char *path)
{
	if (*path == '/' || *path == '~' || strchr(path, '$') != NULL)
		return false;
	while (*path != '\0') {
		size_t size = strcspn(path, "/");

		if (size == 2 && strncmp(path, "..", 2) == 0)
			return false;
		path += size + (path[size] == '/');
	}
	return true;
}

static enum status add_key(struct making *m, const struct option *option, const char *value)
{
	if (files_is_key(value)) {
		masks_add(m->masks, value, strlen(value));
		return add_plain(m, option, files_add_key(m->files, value));
	}
	if (stays_below(value))
		return add_plain(m, option, value);
	snprintf(m->why, OPENED_WHY, "%s: it is neither the text of a key nor a path below the project.", option->name);
	return S_INVALID;
}

static const struct option options[] = {
	{ "args", add_unless_empty, NULL },
	{ "become-pass-file", add_secret_file, NULL },
	{ "become-password-file", add_secret_file, NULL },
	{ "conn-pass-file", add_secret_file, NULL },
	{ "connection-password-file", add_secret_file, NULL },
	{ "extra-vars", add_variables, NULL },
	{ "key-file", add_key, NULL },
	{ "new-vault-id", add_nothing, NULL },               /* gone since Ansible 2.4 */
	{ "new-vault-password-file", add_nothing, NULL },
	{ "private-key", add_key, NULL },
	{ "su", add_become, "su" },                          /* as are these */
	{ "su-user", add_become_user, "su" },
	{ "sudo", add_become, "sudo" },
	{ "sudo-user", add_become_user, "sudo" },
	{ "vault-pass-file", add_secret_file, NULL },
	{ "vault-password-file", add_secret_file, NULL },
};

static struct option option_of(const char *name)
{
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		if (strcmp(options[i].name, name) == 0)
			return options[i];
	return (struct option){ name, add_plain, NULL };
}

/* ---- arguments ---- */

static enum status add_value(struct making *m, const struct option *option, const json_t *value)
{
	AUTO(wiped) struct wiped text = { 0 };

	opened_text(value, &text);
	return option->add(m, option, text.bytes);
}

static enum status add_argument(struct making *m, const char *name)
{
	const struct option option = option_of(name);
	const char *box = json_string_value(json_object_get(m->sealed, name));
	const json_t *value = json_object_get(m->arguments, name);
	AUTO(opened) json_t *opened = NULL;
	enum status s;

	if (option.add == add_nothing)
		return S_OK;
	if (box == NULL && (value == NULL || (json_is_string(value) && strcmp(json_string_value(value), MASK) == 0))) {
		snprintf(m->why, OPENED_WHY, "The secret %.100s is gone.", name);
		return S_INTERNAL;
	}
	if (box == NULL)
		return add_value(m, &option, value);
	if (option.add != add_key && option.add != add_secret_file && option.add != add_variables) {
		snprintf(m->why, OPENED_WHY, "The secret %.100s would be shown.", name);
		return S_INTERNAL;
	}
	s = opened_value(m->keys, name, box, &opened, m->why);
	if (s == S_OK)
		s = add_value(m, &option, opened);
	if (s == S_OK && option.add == add_variables)
		hide_word(m->command);
	return s;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t names_of(const json_t *object, const char **ret_names)
{
	const char *name;
	json_t *value;
	size_t n = 0;

	json_object_foreach((json_t *)(uintptr_t)object, name, value) {
		ret_names[n++] = name;
	}
	return n;
}

/* A secret is among both, or only among the sealed ones. */
static enum status add_arguments(struct making *m)
{
	size_t n = json_object_size(m->arguments) + json_object_size(m->sealed);
	const char **names = calloc(n + 1, sizeof *names);
	enum status s = S_OK;

	assert(names != NULL);
	n = names_of(m->arguments, names);
	n += names_of(m->sealed, names + n);
	qsort(names, n, sizeof *names, by_name);
	for (size_t i = 0; i < n && s == S_OK; i++)
		if (i == 0 || strcmp(names[i], names[i - 1]) != 0)
			s = add_argument(m, names[i]);
	free(names);
	return s;
}

/* ---- all of it ---- */

static enum status add_all(struct making *m, const json_t *run, const char *inventory)
{
	bool is_module = strcmp(json_string_value(json_object_get(run, "kind")), "MODULE") == 0;
	const char *mode = json_string_value(json_object_get(run, "mode"));
	const char *pattern = json_string_value(json_object_get(run, "pattern"));
	const char *first = is_module ? pattern : mode;
	enum status s;

	if (mode == NULL || *mode == '-' || *mode == '\0' || first == NULL || *first == '-' || *first == '\0') {
		snprintf(m->why, OPENED_WHY, "There is no playbook, module or group of that name.");
		return S_INVALID;
	}
	add_word(m->command, is_module ? "ansible" : "ansible-playbook");
	add_word(m->command, first);
	add_word(m->command, "-i");
	add_word(m->command, inventory);
	add_word(m->command, "-v");
	s = add_arguments(m);
	if (s == S_OK && is_module)
		add_option(m->command, "module-name", mode);
	return s;
}

enum status command_new(const json_t *run, const char *inventory, const struct seal_keys *keys, struct files *files,
                        struct masks *masks, struct command **ret_command, char why[OPENED_WHY])
{
	struct command *c = calloc(1, sizeof *c);
	struct making m = { json_object_get(run, "arguments"), json_object_get(run, "sealed"), keys, files, masks, c, why };
	enum status s;

	assert(c != NULL && json_is_string(json_object_get(run, "kind")));
	s = add_all(&m, run, inventory);
	if (s != S_OK) {
		command_free(&c);
		return s;
	}
	c->raw_args = join(c, masks);
	*ret_command = c;
	return S_OK;
}

void command_free(struct command **command)
{
	struct command *c = *command;

	*command = NULL;
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n; i++)
		seal_wipe(&c->words[i], strlen(c->words[i]));
	free(c->words);
	free(c->raw_args);
	free(c);
}
