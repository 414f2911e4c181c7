#include "config.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/auto.h"
#include "lib/hostquery.h"

#define BLANKS " \t\r\n"
#define QUOTES "\"'"
#define SIGNS "=~!"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
#define TEXT(number) TEXT_OF(number)
#define TEXT_OF(number) #number

/* Each parse_x reads an x from `at` on and the blanks behind it. NULL: refused, and `why` is filled. */
struct cursor {
	const char *text, *at;
	const char *counted;    /* the character at `column` */
	int column;
	int depth, terms, patterns;
	char *why;
	size_t why_size;
};

struct term {
	const char *key;
	size_t key_size;
	int column;
};

static json_t *parse_or(struct cursor *c);

/* Counts on from the last one asked for, so that all terms together cost one walk over the text. */
static int column_of(struct cursor *c, const char *at)
{
	if (at < c->counted) {
		c->counted = c->text;
		c->column = 1;
	}
	while (c->counted < at)
		c->column += (*++c->counted & 0xc0) != 0x80;
	return c->column;
}

static json_t *refuse(struct cursor *c, const char *at, const char *reason)
{
	snprintf(c->why, c->why_size, "column %d: %s", column_of(c, at), reason);
	return NULL;
}

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static void skip_blanks(struct cursor *c)
{
	c->at += strspn(c->at, BLANKS);
}

/* How long the word is that stands where a name, a key or a keyword may. */
static size_t word_size(const char *at)
{
	return strcspn(at, BLANKS QUOTES SIGNS "(),");
}

/* 0: it is not what stands there. */
static size_t keyword_size(const char *at, const char *keyword)
{
	size_t size = strlen(keyword);

	return strncasecmp(at, keyword, size) == 0 && word_size(at) == size ? size : 0;
}

static bool is_keyword(const char *at)
{
	return keyword_size(at, "and") + keyword_size(at, "or") + keyword_size(at, "not") > 0;
}

/* Goes over what has this size, if it has any, and over the blanks behind it. */
static bool take(struct cursor *c, size_t size)
{
	if (size > 0) {
		c->at += size;
		skip_blanks(c);
	}
	return size > 0;
}

/* ---- the leaves of the tree ---- */
static json_t *text_of(const char *at, size_t size)
{
	json_t *text = json_stringn(at, size);

	assert(text != NULL);
	return text;
}

static json_t *leaf(const struct term *t, const char *op, json_t *take_value)
{
	json_t *tree = json_pack("{s:s, s:s%, s:o, s:i}", "op", op, "key", t->key, t->key_size, "value", take_value,
	                         "column", t->column);

	assert(tree != NULL);
	return tree;
}

static json_t *like_of_glob(const char *at, size_t size)
{
	AUTO(text) char *like = malloc(2 * size);
	size_t n = 0;

	assert(like != NULL);
	for (size_t i = 0; i < size; i++) {
		if (is_one_of(at[i], "%_\\"))
			like[n++] = '\\';
		like[n++] = at[i] == '*' ? '%' : at[i] == '?' ? '_' : at[i];
	}
	return text_of(like, n);
}

static json_t *leaf_of_word(const struct term *t, const char *at, size_t size)
{
	if (memchr(at, '*', size) != NULL || memchr(at, '?', size) != NULL)
		return leaf(t, "like", like_of_glob(at, size));
	return leaf(t, "is", text_of(at, size));
}

/* ---- what is between quotes ---- */
static bool is_escape(const char *at, char quote)
{
	return *at == '\\' && (at[1] == quote || at[1] == '\\');
}

static const char *closing_quote(const char *open)
{
	const char *at = open + 1;

	while (*at != '\0' && *at != *open)
		at += is_escape(at, *open) ? 2 : 1;
	return *at == '\0' ? NULL : at;
}

static json_t *read_quoted(struct cursor *c)
{
	const char *open = c->at, *close = closing_quote(open);
	AUTO(text) char *out = NULL;
	size_t n = 0;

	if (close == NULL)
		return refuse(c, open, "this quote is not closed");
	if (close == open + 1)
		return refuse(c, open, "there is nothing between these quotes");
	out = malloc((size_t)(close - open));
	assert(out != NULL);
	for (const char *at = open + 1; at < close; at++) {
		at += is_escape(at, *open);
		out[n++] = *at;
	}
	c->at = close + 1;
	return text_of(out, n);
}

/* ---- a regular expression without quotes ---- */
static bool ends_regex(char c)
{
	return c == '\0' || is_one_of(c, BLANKS QUOTES);
}

static const char *past_character(const char *at)
{
	return at + (*at == '\\' && !ends_regex(at[1]) ? 2 : 1);
}

/* NULL: no end. A ] that comes first is a member, and so is one behind a backslash, as PostgreSQL has it. */
static const char *past_brackets(const char *at)
{
	char class = '\0';    /* the sign of [:alpha:], [.hyphen.] or [=e=], while within one */

	at += at[1] == '^' ? 2 : 1;
	at += *at == ']';
	while (!ends_regex(*at)) {
		if (class == '\0' && *at == ']')
			return at + 1;
		if (class == '\0' && *at == '[' && is_one_of(at[1], ":.=")) {
			class = at[1];
			at += 2;
		} else if (class != '\0' && *at == class && at[1] == ']') {
			class = '\0';
			at += 2;
		} else {
			at = past_character(at);
		}
	}
	return NULL;
}

static const char *past_braces(const char *at)
{
	at += strcspn(at, "}" BLANKS QUOTES);
	return *at == '}' ? at + 1 : NULL;
}

static const char *past_piece(const char *at)
{
	return *at == '[' ? past_brackets(at) : *at == '{' ? past_braces(at) : past_character(at);
}

/* Where it ends; *ret_open: a bracket that is still open there, or NULL. */
static const char *regex_end(const char *at, const char **ret_open)
{
	const char *next, *open = NULL;
	int depth = 0;

	for (; !ends_regex(*at) && (depth > 0 || !is_one_of(*at, "),")); at = next) {
		next = past_piece(at);
		if (next == NULL) {
			*ret_open = at;
			return at;
		}
		if (*at == '(' && depth++ == 0)
			open = at;
		depth -= *at == ')';
	}
	*ret_open = depth > 0 ? open : NULL;
	return at;
}

static json_t *read_regex(struct cursor *c)
{
	const char *begin = c->at, *open;

	c->at = regex_end(begin, &open);
	if (open != NULL)
		return refuse(c, open, "this bracket is not closed; a regular expression with blanks or quotes in it needs quotes");
	return text_of(begin, (size_t)(c->at - begin));
}

/* ---- terms ---- */
static json_t *refuse_no_term(struct cursor *c)
{
	if (is_one_of(*c->at, SIGNS))
		return refuse(c, c->at, "there is no key before this sign");
	if (*c->at == ')' && c->depth == 0)
		return refuse(c, c->at, "this parenthesis was not opened");
	return refuse(c, c->at, "expected a host, a condition, not or an opening parenthesis");
}

static const char *past_key(const char *at)
{
	return at + (is_one_of(*at, LETTERS) ? strspn(at, LETTERS "0123456789.-") : 0);
}

/* The keys that mean something to us do so in any letter case; those of tags are the users' own. */
static struct term term_of(struct cursor *c, const char *key, size_t size)
{
	static const struct { const char *said, *meant; } keys[] = {
		{ "name", "name" }, { "host", "name" }, { "hostname", "name" }, { "owner", "owner" }, { "tag", "tag" },
		{ "group", "group" }, { "labor", "labor" }, { "quest", "quest" },
	};
	struct term t = { key, size, column_of(c, key) };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (strlen(keys[i].said) == size && strncasecmp(key, keys[i].said, size) == 0)
			t = (struct term){ keys[i].meant, strlen(keys[i].meant), t.column };
	return t;
}

/* The first character that no bare name has, or its end: a slip such as web1|db1 would else be a name nobody bears, and
 * not of it every host. */
static const char *past_name(const char *at, size_t size)
{
	const char *end = at + size;

	while (at < end && ((unsigned char)*at >= 0x80 || is_one_of(*at, LETTERS "0123456789.-:/@+%*?")))
		at++;
	return at;
}

/* Goes to the value behind an operator. */
static bool find_value(struct cursor *c)
{
	bool apart = is_one_of(*c->at, BLANKS);

	skip_blanks(c);
	if (*c->at == '\0' || is_one_of(*c->at, "),"))
		refuse(c, c->at, "the value is missing");
	else if (apart && is_keyword(c->at))
		refuse(c, c->at, "the value is missing; as a value this word needs quotes");
	else if (is_one_of(*c->at, SIGNS))
		refuse(c, c->at, "a value that begins with =, ~ or ! needs quotes");
	else
		return true;
	return false;
}

static json_t *parse_value(struct cursor *c, const struct term *t, bool regex)
{
	bool quoted = is_one_of(*c->at, QUOTES);
	const char *begin = c->at;
	size_t size = strcspn(begin, BLANKS QUOTES "(),");
	json_t *value;

	if (quoted || regex) {
		value = quoted ? read_quoted(c) : read_regex(c);
		skip_blanks(c);
		return value == NULL ? NULL : leaf(t, regex ? "regex" : "is", value);
	}
	if (!take(c, size))
		return refuse(c, begin, "the value is missing; one with parentheses in it needs quotes");
	return leaf_of_word(t, begin, size);
}

/* Of not, what it denies. */
static json_t *not_of(json_t *take_tree)
{
	AUTO(json) json_t *tree = take_tree;

	if (tree == NULL)
		return NULL;
	if (strcmp(json_string_value(json_object_get(tree, "op")), "not") == 0)
		return json_incref(json_object_get(tree, "of"));
	return json_pack("{s:s, s:O}", "op", "not", "of", tree);
}

/* The cursor is at the operator. */
static json_t *parse_condition(struct cursor *c, const char *key, size_t size)
{
	struct term t = term_of(c, key, size);
	bool negated = *c->at == '!', regex;
	json_t *tree;

	if (past_key(key) < key + size)
		return refuse(c, past_key(key), "a key begins with a letter or _ and goes on with letters, digits, _, . and -");
	c->at += negated;
	regex = *c->at == '~';
	if (!regex && *c->at != '=')
		return refuse(c, c->at - 1, "! means something before = and ~ only; the word is not");
	c->at++;
	if (!find_value(c))
		return NULL;
	tree = parse_value(c, &t, regex);
	return negated ? not_of(tree) : tree;
}

/* The term's tree, if there are not too many patterns already. */
static json_t *counted(struct cursor *c, const char *begin, json_t *take_tree)
{
	AUTO(json) json_t *tree = take_tree;
	const json_t *inner = json_object_get(tree, "of");
	const json_t *op = json_object_get(inner != NULL ? inner : tree, "op");

	if (tree == NULL)
		return NULL;
	if (strcmp(json_string_value(op), "is") != 0 && ++c->patterns > HOSTQUERY_MAX_PATTERNS)
		return refuse(c, begin, "more than " TEXT(HOSTQUERY_MAX_PATTERNS) " shapes and regular expressions");
	return json_incref(tree);
}

static json_t *parse_term(struct cursor *c)
{
	const char *begin = c->at;
	bool quoted = is_one_of(*begin, QUOTES);
	size_t size = word_size(begin);
	struct term name;

	if (!quoted && (size == 0 || is_keyword(begin)))
		return refuse_no_term(c);
	if (++c->terms > HOSTQUERY_MAX_TERMS)
		return refuse(c, begin, "more than " TEXT(HOSTQUERY_MAX_TERMS) " hosts and conditions");
	name = (struct term){ "name", 4, column_of(c, begin) };
	if (quoted)
		return parse_value(c, &name, false);
	if (take(c, size) && is_one_of(*c->at, SIGNS))
		return counted(c, begin, parse_condition(c, begin, size));
	if (past_name(begin, size) < begin + size)
		return refuse(c, past_name(begin, size), "a host name with this character needs quotes");
	return counted(c, begin, leaf_of_word(&name, begin, size));
}

/* ---- what joins them ---- */
static json_t *parse_group(struct cursor *c)
{
	const char *open = c->at;
	json_t *tree;

	take(c, 1);
	if (*c->at == ')')
		return refuse(c, open, "there is nothing between these parentheses");
	tree = parse_or(c);
	if (tree == NULL || take(c, *c->at == ')'))
		return tree;
	json_decref(tree);
	return *c->at == '\0' ? refuse(c, open, "this parenthesis is not closed")
	                      : refuse(c, c->at, "expected and, or, a comma or a closing parenthesis");
}

static json_t *parse_not(struct cursor *c)
{
	json_t *tree;

	if (keyword_size(c->at, "not") == 0 && *c->at != '(')
		return parse_term(c);
	if (++c->depth > HOSTQUERY_MAX_DEPTH)
		return refuse(c, c->at, "more than " TEXT(HOSTQUERY_MAX_DEPTH) " levels of parentheses and not");
	tree = take(c, keyword_size(c->at, "not")) ? not_of(parse_not(c)) : parse_group(c);
	c->depth--;
	return tree;
}

/* What this op joins, if the tree is one of it. */
static json_t *parts_of(const json_t *tree, const char *op)
{
	bool same = strcmp(json_string_value(json_object_get(tree, "op")), op) == 0;

	return same ? json_object_get(tree, "of") : NULL;
}

/* NULL: the right side was refused. */
static json_t *join(const char *op, json_t *take_left, json_t *take_right)
{
	AUTO(json) json_t *left = take_left, *right = take_right;

	if (right == NULL)
		return NULL;
	if (parts_of(left, op) == NULL)
		left = json_pack("{s:s, s:[o]}", "op", op, "of", left);
	if (parts_of(right, op) != NULL)
		json_array_extend(parts_of(left, op), parts_of(right, op));
	else
		json_array_append(parts_of(left, op), right);
	return json_incref(left);
}

static json_t *parse_and(struct cursor *c)
{
	json_t *tree = parse_not(c);

	while (tree != NULL && take(c, keyword_size(c->at, "and")))
		tree = join("and", tree, parse_not(c));
	return tree;
}

static json_t *parse_or(struct cursor *c)
{
	json_t *tree = parse_and(c);

	while (tree != NULL && (take(c, *c->at == ',') || take(c, keyword_size(c->at, "or"))))
		tree = join("or", tree, parse_and(c));
	return tree;
}

static json_t *parse_query(struct cursor *c)
{
	json_t *tree;

	if (strnlen(c->text, HOSTQUERY_MAX_SIZE + 1) > HOSTQUERY_MAX_SIZE)
		return refuse(c, c->text + HOSTQUERY_MAX_SIZE, "the query is longer than " TEXT(HOSTQUERY_MAX_SIZE) " bytes");
	skip_blanks(c);
	if (*c->at == '\0')
		return refuse(c, c->text, "the query is empty");
	tree = parse_or(c);
	if (tree == NULL || *c->at == '\0')
		return tree;
	json_decref(tree);
	return refuse(c, c->at, *c->at == ')' ? "this parenthesis was not opened"
	                                      : "expected and, or, a comma or the end");
}

enum status hostquery_parse(const char *text, json_t **ret_tree, char *why, size_t size)
{
	struct cursor c = { .text = text, .at = text, .counted = text, .column = 1, .why = why, .why_size = size };
	json_t *tree = parse_query(&c);

	if (tree == NULL)
		return S_INVALID;
	*ret_tree = tree;
	return S_OK;
}
