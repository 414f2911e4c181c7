#include "config.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/auto.h"
#include "worker/input.h"

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

json_t *input_decode(const char *text, size_t size, bool plus)
{
	AUTO(text) char *out = malloc(size + 1);
	size_t n = 0;

	assert(out != NULL);
	for (size_t i = 0; i < size; i++) {
		char c = text[i];

		if (c == '%' && i + 2 < size && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
			c = (char)(hex(text[i + 1]) << 4 | hex(text[i + 2]));
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		if (c == '\0')
			return NULL;
		out[n++] = c;
	}
	return json_stringn(out, n);
}

/* One name=value of the query string, added to the lists of `query`. */
static bool take_parameter(json_t *query, const char *text, size_t size)
{
	const char *equals = memchr(text, '=', size);
	size_t name_size = equals == NULL ? size : (size_t)(equals - text);
	AUTO(json) json_t *name = input_decode(text, name_size, true);
	AUTO(json) json_t *value = equals == NULL ? json_string("") :
	                           input_decode(equals + 1, size - name_size - 1, true);
	json_t *list;

	if (name == NULL || value == NULL)
		return false;
	list = json_object_get(query, json_string_value(name));
	if (list == NULL) {
		list = json_array();
		json_object_set_new(query, json_string_value(name), list);
	}
	json_array_append(list, value);
	return true;
}

enum status input_query(const char *text, json_t **ret_query, char why[INPUT_WHY])
{
	AUTO(json) json_t *query = json_object();
	int n = 0;

	while (*text != '\0') {
		size_t size = strcspn(text, "&");

		if (size > 0 && ++n > INPUT_MAX_PARAMS) {
			snprintf(why, INPUT_WHY, "More than %d parameters in the query.", INPUT_MAX_PARAMS);
			return S_INVALID;
		}
		if (size > 0 && !take_parameter(query, text, size)) {
			snprintf(why, INPUT_WHY, "The query is not UTF-8 text.");
			return S_INVALID;
		}
		text += size + (text[size] == '&');
	}
	*ret_query = json_incref(query);
	return S_OK;
}

/* jansson itself refuses more than 2048 levels, so this recursion ends. */
static bool deeper_than(json_t *value, int levels)
{
	const char *key;
	json_t *child;
	size_t i;

	if (!json_is_object(value) && !json_is_array(value))
		return false;
	if (levels == 0)
		return true;
	json_object_foreach(value, key, child)
		if (deeper_than(child, levels - 1))
			return true;
	json_array_foreach(value, i, child)
		if (deeper_than(child, levels - 1))
			return true;
	return false;
}

/* jansson quotes the body where it stopped: that may be a secret. */
static void forget_quotation(char *text)
{
	char *quotation = strstr(text, " near '");

	if (quotation != NULL)
		*quotation = '\0';
}

/* At least as many as the values in the text, whose memory is many times their size there. */
static size_t count_values(const char *text, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++)
		n += text[i] == ',' || text[i] == '[' || text[i] == '{';
	return n;
}

bool input_is_too_deep(json_t *value)
{
	return deeper_than(value, INPUT_MAX_DEPTH);
}

enum status input_json(const char *text, size_t size, json_t **ret_body, char why[INPUT_WHY])
{
	AUTO(json) json_t *body = NULL;
	json_error_t error;

	if (size == 0) {
		*ret_body = json_object();
		return S_OK;
	}
	if (count_values(text, size) > INPUT_MAX_VALUES) {
		snprintf(why, INPUT_WHY, "The body holds more than %d values.", INPUT_MAX_VALUES);
		return S_INVALID;
	}
	body = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (body == NULL) {
		forget_quotation(error.text);
		snprintf(why, INPUT_WHY, "The body is not JSON that can be taken: %.100s (line %d, column %d)",
		         error.text, error.line, error.column);
		return S_INVALID;
	}
	if (input_is_too_deep(body)) {
		snprintf(why, INPUT_WHY, "The body is nested deeper than %d levels.", INPUT_MAX_DEPTH);
		return S_INVALID;
	}
	*ret_body = json_incref(body);
	return S_OK;
}

enum status input_body(const char *text, size_t size, json_t **ret_body, char why[INPUT_WHY])
{
	AUTO(json) json_t *body = NULL;
	enum status s = input_json(text, size, &body, why);

	if (s != S_OK)
		return s;
	if (!json_is_object(body)) {
		snprintf(why, INPUT_WHY, "The body must be a JSON object.");
		return S_INVALID;
	}
	*ret_body = json_incref(body);
	return S_OK;
}

enum status input_form(const char *text, size_t size, json_t **ret_body, char why[INPUT_WHY])
{
	AUTO(text) char *copy = strndup(text, size);
	AUTO(json) json_t *lists = NULL;
	enum status s;
	const char *name;
	json_t *values;

	assert(copy != NULL);
	if (strlen(copy) < size) {
		snprintf(why, INPUT_WHY, "The body is not UTF-8 text.");
		return S_INVALID;
	}
	s = input_query(copy, &lists, why);
	if (s != S_OK) {
		snprintf(why, INPUT_WHY, "The form is not UTF-8 text, or has more than %d fields.", INPUT_MAX_PARAMS);
		return s;
	}
	*ret_body = json_object();
	json_object_foreach(lists, name, values) {
		json_object_set(*ret_body, name, json_array_get(values, json_array_size(values) - 1));
	}
	return S_OK;
}

bool input_cookie(const char *header, const char *name, char *ret_value, size_t size)
{
	size_t n = strlen(name);

	while (*header != '\0') {
		header += strspn(header, " \t;");
		if (strncmp(header, name, n) == 0 && header[n] == '=') {
			const char *value = header + n + 1;
			size_t length = strcspn(value, "; \t");

			if (length >= size)
				return false;
			memcpy(ret_value, value, length);
			ret_value[length] = '\0';
			return true;
		}
		header += strcspn(header, ";");
	}
	return false;
}

bool input_type_is(const char *type, const char *wanted)
{
	size_t n = strlen(wanted);

	type += strspn(type, " \t");
	return strncasecmp(type, wanted, n) == 0 && (type[n] == '\0' || strchr("; \t", type[n]) != NULL);
}

bool input_host_is_good(const char *host)
{
	size_t n = strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:[]");

	return n > 0 && n < 300 && host[n] == '\0';
}
