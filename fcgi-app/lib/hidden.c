#include "config.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "lib/hidden.h"
#include "lib/wipe.h"

static const char *const hidden[] = {
	"ansible_ssh_pass", "ansible_ssh_private_key_file", "ansible_become_pass",
	"ansible_password", "ansible_become_password", "ansible_sudo_pass", "ansible_su_pass",
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

/* ---- among others ---- */

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

static const char *skip_quote(const char *at)
{
	return at + (*at == '\'' || *at == '"');
}

/* What stands behind a key: a quote that ends it, a sign, and the value, in quotes or up to what ends it. */
static void look_behind(const struct search *s, const char *at)
{
	const char *sign, *begin, *end;

	at = skip_quote(at);
	sign = at + strspn(at, " \t");
	if (*sign != '=' && *sign != ':')
		return;
	begin = sign + 1 + strspn(sign + 1, " \t\n");
	if (skip_quote(begin) != begin) {
		end = strchr(begin + 1, *begin);
		begin++;
	} else {
		end = begin + strcspn(begin, *sign == '=' ? " \t\n" : " \t\n,}");
	}
	tell(s, begin, end != NULL ? (size_t)(end - begin) : strlen(begin));
}

static bool is_of_a_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

static void look_through(const struct search *s, const char *text)
{
	for (size_t i = 0; i < N_HIDDEN; i++)
		for (const char *at = text; (at = strstr(at, hidden[i])) != NULL; at++) {
			const char *behind = at + strlen(hidden[i]);

			if ((at == text || !is_of_a_word(at[-1])) && !is_of_a_word(*behind))
				look_behind(s, behind);
		}
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
