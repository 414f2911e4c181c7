#include "config.h"

#include <assert.h>
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "lib/hidden.h"
#include "lib/wipe.h"

static const char *const hidden[] = {
	"ansible_ssh_pass", "ansible_ssh_private_key_file", "ansible_become_pass",
	"ansible_password", "ansible_become_password", "ansible_sudo_pass", "ansible_su_pass",
	"ansible_ssh_password", "ansible_paramiko_pass", "ansible_paramiko_password", "ansible_winrm_pass", "ansible_winrm_password",
	"ansible_psrp_password", "ansible_httpapi_pass", "ansible_httpapi_password", "ansible_runas_pass",
	"repo_password", "repo_key",
	"key-file", "private-key", "vault-password-file", "new-vault-password-file", "vault-pass-file",
	"become-password-file", "become-pass-file", "connection-password-file", "conn-pass-file",
};
#define N_HIDDEN (sizeof hidden / sizeof hidden[0])

const char *hidden_key(size_t i)
{
	return i < N_HIDDEN ? hidden[i] : NULL;
}

bool hidden_is(const char *key)
{
	for (size_t i = 0; i < N_HIDDEN; i++)
		if (strcmp(hidden[i], key) == 0)
			return true;
	return false;
}

/* ---- among extra variables ---- */

static bool is_of_a_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* What comes behind the first word that is a hidden key; NULL: there is none. */
static const char *find_key(const char *text)
{
	size_t size;

	for (const char *at = text; *at != '\0'; at += size + (size == 0)) {
		for (size = 0; is_of_a_word(at[size]);)
			size++;
		for (size_t i = 0; size > 0 && i < N_HIDDEN; i++)
			if (strncmp(hidden[i], at, size) == 0 && hidden[i][size] == '\0')
				return at + size;
	}
	return NULL;
}

static bool is_within_text(const char *text)
{
	json_t *held = json_loads(text, 0, NULL);
	bool found = held != NULL ? hidden_within(held) : find_key(text) != NULL;

	wipe_json(held);
	json_decref(held);
	return found;
}

bool hidden_within(const json_t *variables)
{
	const char *key;
	json_t *value;
	bool found = json_is_string(variables) && is_within_text(json_string_value(variables));
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)variables, key, value) {
		found = found || hidden_is(key) || (!json_is_string(value) && hidden_within(value));
	}
	json_array_foreach((json_t *)(uintptr_t)variables, i, value) {
		found = found || hidden_within(value);
	}
	return found;
}

/* ---- their values ---- */

struct search {
	void (*found)(void *context, const json_t *value);
	void *context;
};

static void look_into(const struct search *s, const json_t *variables)
{
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)variables, key, value) {
		if (hidden_is(key))
			s->found(s->context, value);
		else
			look_into(s, value);
	}
	json_array_foreach((json_t *)(uintptr_t)variables, i, value) {
		look_into(s, value);
	}
}

static void tell(const struct search *s, const char *from, size_t size)
{
	json_t *value = json_stringn(from, size);

	if (value == NULL)
		return;
	s->found(s->context, value);
	wipe_json(value);
	json_decref(value);
}

/* Up to the quote that ends it, which is returned, or the end; of \" and '' the second counts. */
static const char *tell_quoted(const struct search *s, const char *from, char quote)
{
	char *value = malloc(strlen(from) + 1);
	const char *at = from;
	size_t size = 0;

	assert(value != NULL);
	while (*at != '\0' && (*at != quote || (quote == '\'' && at[1] == quote))) {
		at += at[1] != '\0' && (*at == '\\' || *at == quote);
		value[size++] = *at++;
	}
	tell(s, value, size);
	sodium_memzero(value, size);
	free(value);
	return at;
}

/* YAML's tags and anchors say nothing of the value. */
static const char *skip_to_value(const char *at)
{
	at += strspn(at, " \t\n");
	while (*at == '!' || *at == '&') {
		at += strcspn(at, " \t\n");
		at += strspn(at, " \t\n");
	}
	return at;
}

/* What stands behind a key: a quote that ends it, a sign, and the value, in quotes or up to what ends it. Returns its end. */
static const char *look_behind(const struct search *s, const char *behind)
{
	const char *sign = behind + (*behind == '\'' || *behind == '"'), *from;
	size_t size;

	sign += strspn(sign, " \t");
	if (*sign != '=' && *sign != ':')
		return behind;
	from = *sign == '=' ? sign + 1 : skip_to_value(sign + 1);
	if (*from == '\'' || *from == '"')
		return tell_quoted(s, from + 1, *from);
	size = strcspn(from, *sign == '=' ? " \t\n" : ",}\n");
	while (size > 0 && isspace((unsigned char)from[size - 1]))
		size--;
	tell(s, from, size);
	return from + size;
}

static void look_through(const struct search *s, const char *text)
{
	while ((text = find_key(text)) != NULL)
		text = look_behind(s, text);
}

void hidden_among(const json_t *variables, void (*found)(void *context, const json_t *value), void *context)
{
	const struct search s = { found, context };
	json_t *held = json_is_string(variables) ? json_loads(json_string_value(variables), 0, NULL) : NULL;

	if (held == NULL && json_is_string(variables))
		look_through(&s, json_string_value(variables));
	look_into(&s, held != NULL ? held : variables);
	wipe_json(held);
	json_decref(held);
}
