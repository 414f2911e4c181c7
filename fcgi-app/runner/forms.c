#include "config.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "runner/forms.h"

static size_t letter_size(const char *text, size_t size)
{
	unsigned char c = (unsigned char)*text;
	size_t n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;

	return n < size ? n : size;
}

static uint32_t letter(const char *text, size_t n)
{
	uint32_t code = (unsigned char)*text & (n == 1 ? 0x7fU : 0x7fU >> n);

	for (size_t i = 1; i < n; i++)
		code = code << 6 | ((unsigned char)text[i] & 0x3f);
	return code;
}

/* Each writes one letter; false: it stays as it is. */
typedef bool writer(uint32_t code, char ret_text[16]);

/* The escape that JSON and Python have alike. */
static bool write_short(uint32_t code, char ret_text[16])
{
	static const char from[] = "\n\r\t\\", to[] = "nrt\\";
	const char *at = code > 0 && code < 0x80 ? strchr(from, (int)code) : NULL;

	if (at == NULL)
		return false;
	snprintf(ret_text, 16, "\\%c", to[at - from]);
	return true;
}

static bool write_json(uint32_t code, char ret_text[16])
{
	if (write_short(code, ret_text))
		return true;
	if (code == '"' || code == '\b' || code == '\f')
		snprintf(ret_text, 16, "\\%c", code == '"' ? '"' : code == '\b' ? 'b' : 'f');
	else if (code < 0x20)
		snprintf(ret_text, 16, "\\u%04x", code);
	else
		return false;
	return true;
}

static bool write_json_in_ascii(uint32_t code, char ret_text[16])
{
	if (write_json(code, ret_text))
		return true;
	if (code < 0x7f)
		return false;
	if (code < 0x10000)
		snprintf(ret_text, 16, "\\u%04x", code);
	else
		snprintf(ret_text, 16, "\\u%04x\\u%04x", 0xd800 + ((code - 0x10000) >> 10 & 0x3ff), 0xdc00 + (code & 0x3ff));
	return true;
}

static bool write_repr(uint32_t code, char ret_text[16])
{
	if (write_short(code, ret_text))
		return true;
	if (code >= 0x20 && (code < 0x7f || code > 0xa0) && code != 0xad)
		return false;
	snprintf(ret_text, 16, "\\x%02x", code);
	return true;
}

/* Of one with both kinds of quotes. */
static bool write_repr_and_quote(uint32_t code, char ret_text[16])
{
	if (code != '\'')
		return write_repr(code, ret_text);
	strcpy(ret_text, "\\'");
	return true;
}

static bool write_shell(uint32_t code, char ret_text[16])
{
	if (code == '\'')
		strcpy(ret_text, "'\"'\"'");
	return code == '\'';
}

static bool write_shell_with_backslash(uint32_t code, char ret_text[16])
{
	if (code == '\'')
		strcpy(ret_text, "'\\''");
	return code == '\'';
}

/* As output.c leaves it. */
static bool write_clean(uint32_t code, char ret_text[16])
{
	*ret_text = '\0';
	return (code < 0x20 && code != '\t') || (code >= 0x7f && code < 0xa0);
}

/* The whole text, each letter as the writer has it. */
static void write_all(writer *write_one, const char *text, size_t size, struct wiped *to)
{
	char written[16];

	for (size_t i = 0, n; i < size; i += n) {
		n = letter_size(text + i, size - i);
		if (write_one(letter(text + i, n), written))
			wiped_add_text(to, written);
		else
			wiped_add(to, text + i, n);
	}
}

static writer *const writers[] = { write_clean, write_json, write_json_in_ascii, write_repr, write_repr_and_quote, write_shell,
                                   write_shell_with_backslash };

#define CHAIN_MOST 3

/* One within another: JSON within JSON, what Python shows or a shell is told within JSON; a line of an inventory of ours (files.h), and that within JSON. */
static writer *const chains[][CHAIN_MOST] = {
	{ write_json, write_json },
	{ write_repr, write_json },
	{ write_repr_and_quote, write_json },
	{ write_shell, write_json },
	{ write_shell_with_backslash, write_json },
	{ write_json, write_shell },
	{ write_json, write_shell, write_json },
};

static void write_chain(writer *const chain[CHAIN_MOST], const char *text, size_t size, struct wiped *to)
{
	struct wiped steps[CHAIN_MOST] = { { 0 } };
	size_t i;

	for (i = 0; i < CHAIN_MOST && chain[i] != NULL; i++)
		write_all(chain[i], i == 0 ? text : steps[i - 1].bytes, i == 0 ? size : steps[i - 1].size, &steps[i]);
	wiped_add(to, steps[i - 1].bytes, steps[i - 1].size);
	for (i = 0; i < CHAIN_MOST; i++)
		wiped_done(&steps[i]);
}

void forms_each(const char *text, size_t size, void (*take)(void *context, struct wiped *take_form), void *context)
{
	struct wiped form = { 0 };

	wiped_add(&form, text, size);
	take(context, &form);
	for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++) {
		write_all(writers[i], text, size, &form);
		take(context, &form);
	}
	for (size_t i = 0; i < sizeof chains / sizeof chains[0]; i++) {
		write_chain(chains[i], text, size, &form);
		take(context, &form);
	}
}
