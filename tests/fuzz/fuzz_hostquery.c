/* Host queries. */
#include "config.h"

#include "lib/hostquery.h"

#include "fuzz.h"

#define WHY 200

/* Of the longest way down: or and and for each level and for none, then a condition with !=. */
#define MAX_HEIGHT (2 * (HOSTQUERY_MAX_DEPTH + 1) + 2)

struct seen {
	int terms;
	json_int_t column;    /* of the term before */
};

/* Never an empty one. */
static const char *text_in(const json_t *tree, const char *key)
{
	const json_t *value = json_object_get(tree, key);

	assert(json_is_string(value) && json_string_length(value) > 0);
	assert(fuzz_is_text(json_string_value(value), json_string_length(value)));
	return json_string_value(value);
}

static void check_key(const char *key)
{
	static const char first[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

	assert(strchr(first, *key) != NULL);
	assert(strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz0123456789.-") == strlen(key));
	assert(strcmp(key, "host") != 0 && strcmp(key, "hostname") != 0);
}

/* It has a sign of its own that no backslash takes, and no backslash that takes nothing. */
static void check_like(const char *value)
{
	int signs = 0;

	for (; *value != '\0'; value++) {
		signs += *value == '%' || *value == '_';
		if (*value == '\\')
			assert(*++value == '%' || *value == '_' || *value == '\\');
	}
	assert(signs > 0);
}

static void check_leaf(const json_t *leaf, const char *op, struct seen *seen)
{
	json_int_t column = json_integer_value(json_object_get(leaf, "column"));

	assert(json_object_size(leaf) == 4);
	check_key(text_in(leaf, "key"));
	if (strcmp(op, "like") == 0)
		check_like(text_in(leaf, "value"));
	else
		assert(strcmp(op, "is") == 0 || strcmp(op, "regex") == 0);
	text_in(leaf, "value");
	assert(column > seen->column);
	seen->column = column;
	seen->terms++;
}

static void check_tree(const json_t *tree, const char *above, int height, struct seen *seen)
{
	const char *op = text_in(tree, "op");
	const json_t *of = json_object_get(tree, "of"), *part;
	size_t i;

	assert(height > 0);
	if (strcmp(op, "and") == 0 || strcmp(op, "or") == 0) {
		assert(json_object_size(tree) == 2 && json_array_size(of) > 1 && strcmp(op, above) != 0);
		json_array_foreach(of, i, part)
			check_tree(part, op, height - 1, seen);
	} else if (strcmp(op, "not") == 0) {
		assert(json_object_size(tree) == 2 && strcmp(op, above) != 0);
		check_tree(of, op, height - 1, seen);
	} else {
		check_leaf(tree, op, seen);
	}
}

static json_int_t characters_in(const char *text)
{
	size_t size = strlen(text), n = 0;

	for (size_t i = 0; i < size; n++)
		i += fuzz_character((const unsigned char *)text + i, size - i);
	return (json_int_t)n;
}

static void check_refusal(const char *text, const char *why)
{
	char *end;
	long column;

	assert(strncmp(why, "column ", 7) == 0 && fuzz_is_text(why, strlen(why)));
	column = strtol(why + 7, &end, 10);
	assert(column >= 1 && column <= characters_in(text) + 1);
	assert(strncmp(end, ": ", 2) == 0 && end[2] != '\0' && strlen(why) < WHY - 1);
}

/* The tree it becomes, NULL for none; the same at each try. */
static json_t *parse(const char *text, char why[WHY])
{
	char again[WHY] = "";
	json_t *tree = NULL, *other = NULL;
	enum status s = hostquery_parse(text, &tree, why, WHY);

	assert(hostquery_parse(text, &other, again, sizeof again) == s);
	assert(strcmp(why, again) == 0);
	assert(s == S_OK ? json_equal(tree, other) : tree == NULL && other == NULL);
	json_decref(other);
	if (s == S_OK)
		return tree;
	assert(s == S_INVALID);
	check_refusal(text, why);
	return NULL;
}

/* So many characters to the right. */
static void shift(json_t *tree, int by)
{
	json_t *of = json_object_get(tree, "of"), *part;
	size_t i;

	json_array_foreach(of, i, part)
		shift(part, by);
	if (json_is_object(of))
		shift(of, by);
	else if (of == NULL)
		json_object_set_new(tree, "column",
		                    json_integer(json_integer_value(json_object_get(tree, "column")) + by));
}

/* not ( ) around a query negates it and changes nothing else, unless that goes over a limit. */
static void check_negated(const char *text, json_t *take_tree)
{
	char *negated = malloc(strlen(text) + sizeof "not ( )"), why[WHY] = "";
	json_t *tree;

	assert(negated != NULL);
	strcat(strcat(strcpy(negated, "not ("), text), " )");
	tree = parse(negated, why);
	shift(take_tree, 5);
	if (tree == NULL)
		assert(strstr(why, ": more than 64 levels") != NULL || strstr(why, ": the query is longer than") != NULL);
	else if (strcmp(text_in(take_tree, "op"), "not") == 0)
		assert(json_equal(tree, json_object_get(take_tree, "of")));
	else
		assert(json_object_size(tree) == 2 && json_equal(json_object_get(tree, "of"), take_tree));
	json_decref(tree);
	json_decref(take_tree);
	free(negated);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), why[WHY] = "";
	struct seen seen = { 0, 0 };
	json_t *tree = fuzz_is_text(text, strlen(text)) ? parse(text, why) : NULL;

	if (tree != NULL) {
		check_tree(tree, "", MAX_HEIGHT, &seen);
		assert(seen.terms <= HOSTQUERY_MAX_TERMS && seen.column <= characters_in(text));
		check_negated(text, tree);
	}
	free(text);
	return 0;
}
