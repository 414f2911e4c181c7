#include "lib/hostquery.c"

#include "house.h"

/* Trees as they are dumped, keys in their order. */
#define IS(column, key, value) "{\"column\":" #column ",\"key\":\"" key "\",\"op\":\"is\",\"value\":\"" value "\"}"
#define LIKE(column, key, value) "{\"column\":" #column ",\"key\":\"" key "\",\"op\":\"like\",\"value\":\"" value "\"}"
#define REGEX(column, key, value) "{\"column\":" #column ",\"key\":\"" key "\",\"op\":\"regex\",\"value\":\"" value "\"}"
#define NAME(column, value) IS(column, "name", value)
#define MATCHES(column, value) REGEX(column, "name", value)
#define AND(parts) "{\"of\":[" parts "],\"op\":\"and\"}"
#define OR(parts) "{\"of\":[" parts "],\"op\":\"or\"}"
#define NOT(tree) "{\"of\":" tree ",\"op\":\"not\"}"

#define NAMES "a host name with this character needs quotes"
#define TERM "expected a host, a condition, not or an opening parenthesis"
#define MORE "expected and, or, a comma or the end"
#define MORE_INSIDE "expected and, or, a comma or a closing parenthesis"
#define BRACKET "this bracket is not closed; a regular expression with blanks or quotes in it needs quotes"
#define KEY "a key begins with a letter or _ and goes on with letters, digits, _, . and -"
#define LONE "! means something before = and ~ only; the word is not"
#define SLIP "a value that begins with =, ~ or ! needs quotes"
#define KEYWORD "the value is missing; as a value this word needs quotes"

static void means(const char *text, const char *expected)
{
	AUTO(json) json_t *tree = NULL;
	AUTO(text) char *got = NULL;
	char why[200] = "";
	enum status s = hostquery_parse(text, &tree, why, sizeof why);

	assert_string_equal(why, "");
	assert_int_equal(s, S_OK);
	got = json_dumps(tree, JSON_COMPACT | JSON_SORT_KEYS);
	assert_string_equal(got, expected);
}

static void is_refused(const char *text, int column, const char *reason)
{
	char why[200] = "", expected[200];
	json_t *tree = NULL;

	snprintf(expected, sizeof expected, "column %d: %s", column, reason);
	assert_int_equal(hostquery_parse(text, &tree, why, sizeof why), S_INVALID);
	assert_string_equal(why, expected);
	assert_null(tree);
}

/* `unit` so many times, then `end`. The caller frees it. */
static char *repeated(const char *unit, size_t times, const char *end)
{
	size_t size = strlen(unit);
	char *text = malloc(times * size + strlen(end) + 1);

	assert_non_null(text);
	for (size_t i = 0; i < times; i++)
		memcpy(text + i * size, unit, size);
	strcpy(text + times * size, end);
	return text;
}

static void a_word_alone_is_a_host(void **state)
{
	(void)state;
	means("web1", NAME(1, "web1"));
	means(" \t\r\nweb1 \t\r\n", NAME(5, "web1"));
	means("a:b/c.d-e_f@g+h%i", NAME(1, "a:b/c.d-e_f@g+h%i"));
	means("10.0.0.1:22", NAME(1, "10.0.0.1:22"));
	means("\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80", NAME(1, "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80"));
}

static void a_character_that_no_bare_name_has_needs_quotes(void **state)
{
	(void)state;
	is_refused("not web1|db1", 9, NAMES);
	is_refused("web{1,2}", 4, NAMES);
	is_refused("a\\b", 2, NAMES);
	means("'a|b'", NAME(1, "a|b"));
	means("dc=a|b", IS(1, "dc", "a|b"));
}

static void a_star_or_question_mark_makes_a_word_a_glob(void **state)
{
	(void)state;
	means("web*", LIKE(1, "name", "web%"));
	means("?", LIKE(1, "name", "_"));
	means("*b?", LIKE(1, "name", "%b_"));
	means("web_1*", LIKE(1, "name", "web\\\\_1%"));
	means("5%*", LIKE(1, "name", "5\\\\%%"));
	means("a=5\\*", LIKE(1, "a", "5\\\\\\\\%"));
	means("\xc3\xbc*", LIKE(1, "name", "\xc3\xbc%"));
}

static void conditions_have_a_key_a_sign_and_a_value(void **state)
{
	(void)state;
	means("group=web", IS(1, "group", "web"));
	means("group!=web", NOT(IS(1, "group", "web")));
	means("group~web", REGEX(1, "group", "web"));
	means("group!~web", NOT(REGEX(1, "group", "web")));
	means(" _a.B-2 \t=\r\n x ", IS(2, "_a.B-2", "x"));
	means("group != web", NOT(IS(1, "group", "web")));
	means("group !~ web", NOT(REGEX(1, "group", "web")));
}

static void name_has_three_spellings(void **state)
{
	(void)state;
	means("name=a", NAME(1, "a"));
	means("host=a", NAME(1, "a"));
	means("hostname~a", MATCHES(1, "a"));
	means("names=a", IS(1, "names", "a"));
	means("nam=a", IS(1, "nam", "a"));
}

static void more_than_a_hundred_patterns_are_too_many(void **state)
{
	AUTO(text) char *enough = repeated("a*,", 99, "b~c");
	AUTO(text) char *too_many = repeated("a*,", 100, "b!~c");
	AUTO(json) json_t *tree = NULL;
	char why[200];

	(void)state;
	assert_int_equal(hostquery_parse(enough, &tree, why, sizeof why), S_OK);
	is_refused(too_many, 301, "more than 100 shapes and regular expressions");
}

static void our_own_keys_have_any_letter_case(void **state)
{
	(void)state;
	means("Host=a", NAME(1, "a"));
	means("OWNER=a and Tag=b", AND(IS(1, "owner", "a") "," IS(13, "tag", "b")));
	means("Group=a or LABOR=b or qUEST=1", OR(IS(1, "group", "a") "," IS(12, "labor", "b") "," IS(23, "quest", "1")));
	means("DC=ams", IS(1, "DC", "ams"));
}

static void a_value_may_hold_signs_within(void **state)
{
	(void)state;
	means("a=b=c!d~e", IS(1, "a", "b=c!d~e"));
	means("a~b=c!d~e", REGEX(1, "a", "b=c!d~e"));
	means("a=b=c or d", OR(IS(1, "a", "b=c") "," NAME(10, "d")));
}

static void a_value_is_a_glob_after_equals_only(void **state)
{
	(void)state;
	means("dc=am*", LIKE(1, "dc", "am%"));
	means("dc!=?_", NOT(LIKE(1, "dc", "_\\\\_")));
	means("dc~am*", REGEX(1, "dc", "am*"));
}

static void quotes_make_plain_text(void **state)
{
	(void)state;
	means("\"and\"", NAME(1, "and"));
	means("'not'", NAME(1, "not"));
	means("'web*'", NAME(1, "web*"));
	means("dc=\"a?\"", IS(1, "dc", "a?"));
	means("dc!=\"a (b, c)\"", NOT(IS(1, "dc", "a (b, c)")));
	means("name~'a b'", MATCHES(1, "a b"));
	means("dc= '=x'", IS(1, "dc", "=x"));
	means("dc = 'or' or'b'", OR(IS(1, "dc", "or") "," NAME(13, "b")));
}

static void a_backslash_escapes_the_quote_and_itself_only(void **state)
{
	(void)state;
	means("\"a\\\"b\"", NAME(1, "a\\\"b"));
	means("'a\\'b'", NAME(1, "a'b"));
	means("'a\\\"b'", NAME(1, "a\\\\\\\"b"));
	means("\"a\\'b\"", NAME(1, "a\\\\'b"));
	means("'a\\\\'", NAME(1, "a\\\\"));
	means("name~'\\d\\.\\\\'", MATCHES(1, "\\\\d\\\\.\\\\"));
}

static void a_regular_expression_keeps_its_brackets(void **state)
{
	(void)state;
	means("name~^db(1|2)$", MATCHES(1, "^db(1|2)$"));
	means("name!~(a(b,c),d)", NOT(MATCHES(1, "(a(b,c),d)")));
	means("name~a{1,2}", MATCHES(1, "a{1,2}"));
	means("name~[a,b]", MATCHES(1, "[a,b]"));
	means("name~[)(]", MATCHES(1, "[)(]"));
	means("name~([)])", MATCHES(1, "([)])"));
	means("name~[],]", MATCHES(1, "[],]"));
	means("name~[^],]", MATCHES(1, "[^],]"));
	means("name~[[:alpha:],.]", MATCHES(1, "[[:alpha:],.]"));
	means("name~[[.].],]", MATCHES(1, "[[.].],]"));
	means("name~[[=].=],]", MATCHES(1, "[[=].=],]"));
	means("name~[[:a=]:],]", MATCHES(1, "[[:a=]:],]"));
	means("name~[[,]", MATCHES(1, "[[,]"));
	means("name~]}", MATCHES(1, "]}"));
}

static void a_backslash_keeps_the_next_character_in_a_regular_expression(void **state)
{
	(void)state;
	means("name~a\\,b", MATCHES(1, "a\\\\,b"));
	means("(name~a\\))", MATCHES(2, "a\\\\)"));
	means("name~\\(\\[\\{", MATCHES(1, "\\\\(\\\\[\\\\{"));
	means("name~[\\],]", MATCHES(1, "[\\\\],]"));
	means("name~\\\\,b", OR(MATCHES(1, "\\\\\\\\") "," NAME(9, "b")));
	means("name~a\\ or b", OR(MATCHES(1, "a\\\\") "," NAME(12, "b")));
	means("name~a\\", MATCHES(1, "a\\\\"));
}

static void a_regular_expression_ends_where_its_surroundings_go_on(void **state)
{
	(void)state;
	means("(name~a)", MATCHES(2, "a"));
	means("(name~(a),b)", OR(MATCHES(2, "(a)") "," NAME(11, "b")));
	means("name~(a)b,c", OR(MATCHES(1, "(a)b") "," NAME(11, "c")));
	means("name~a and(b)", AND(MATCHES(1, "a") "," NAME(12, "b")));
}

static void not_binds_before_and_before_or(void **state)
{
	(void)state;
	means("a or b and not c", OR(NAME(1, "a") "," AND(NAME(6, "b") "," NOT(NAME(16, "c")))));
	means("not a and b or c", OR(AND(NOT(NAME(5, "a")) "," NAME(11, "b")) "," NAME(16, "c")));
	means("not a, b", OR(NOT(NAME(5, "a")) "," NAME(8, "b")));
	means("a, b and c", OR(NAME(1, "a") "," AND(NAME(4, "b") "," NAME(10, "c"))));
}

static void parentheses_bind_first(void **state)
{
	(void)state;
	means("((a))", NAME(3, "a"));
	means("(a or b) and c", AND(OR(NAME(2, "a") "," NAME(7, "b")) "," NAME(14, "c")));
	means("not(a,b)", NOT(OR(NAME(5, "a") "," NAME(7, "b"))));
	means("a and(b or c)or(d)", OR(AND(NAME(1, "a") "," OR(NAME(7, "b") "," NAME(12, "c"))) "," NAME(17, "d")));
}

static void keywords_have_any_letter_case(void **state)
{
	(void)state;
	means("NOT a AND b Or c", OR(AND(NOT(NAME(5, "a")) "," NAME(11, "b")) "," NAME(16, "c")));
	means("android, orca, nothing", OR(NAME(1, "android") "," NAME(10, "orca") "," NAME(16, "nothing")));
	means("an, o, no", OR(NAME(1, "an") "," NAME(5, "o") "," NAME(8, "no")));
}

static void a_comma_is_or(void **state)
{
	(void)state;
	means("a,b , c or d", OR(NAME(1, "a") "," NAME(3, "b") "," NAME(7, "c") "," NAME(12, "d")));
}

static void the_same_op_within_itself_is_flat(void **state)
{
	(void)state;
	means("(a or b) or (c or (d, e))",
	      OR(NAME(2, "a") "," NAME(7, "b") "," NAME(14, "c") "," NAME(20, "d") "," NAME(23, "e")));
	means("(a and b) and (c and d)", AND(NAME(2, "a") "," NAME(8, "b") "," NAME(16, "c") "," NAME(22, "d")));
	means("a or (b and c) or d", OR(NAME(1, "a") "," AND(NAME(7, "b") "," NAME(13, "c")) "," NAME(19, "d")));
}

static void double_negation_stays(void **state)
{
	(void)state;
	means("not not a", NAME(9, "a"));
	means("not a!=b", IS(5, "a", "b"));
}

static void a_keyword_is_a_value_where_it_touches_its_sign(void **state)
{
	(void)state;
	means("dc=or", IS(1, "dc", "or"));
	means("dc =OR or dc~not", OR(IS(1, "dc", "OR") "," REGEX(11, "dc", "not")));
	means("dc= orca", IS(1, "dc", "orca"));
	is_refused("dc= or", 5, KEYWORD);
	is_refused("dc= and group=web", 5, KEYWORD);
	is_refused("dc!~ Not x", 6, KEYWORD);
}

static void columns_count_characters(void **state)
{
	(void)state;
	means("\xc3\xbc,\xf0\x9f\x98\x80, b", OR(NAME(1, "\xc3\xbc") "," NAME(3, "\xf0\x9f\x98\x80") "," NAME(6, "b")));
	is_refused("\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80 b", 5, MORE);
	is_refused("\xc3\xbc, '\xc3\xbc", 4, "this quote is not closed");
}

static void an_empty_query_is_refused(void **state)
{
	(void)state;
	is_refused("", 1, "the query is empty");
	is_refused(" \t\r\n", 1, "the query is empty");
}

static void words_side_by_side_are_refused(void **state)
{
	(void)state;
	is_refused("web1 web2", 6, MORE);
	is_refused("a not b", 3, MORE);
	is_refused("a (b)", 3, MORE);
	is_refused("(a)b", 4, MORE);
	is_refused("a'b'", 2, MORE);
	is_refused("'a''b'", 4, MORE);
	is_refused("a=b c", 5, MORE);
	is_refused("a=b(c)", 4, MORE);
	is_refused("a=b'c'", 4, MORE);
	is_refused("a~it's", 5, MORE);
	is_refused("a = b = c", 7, MORE);
	is_refused("'name'=a", 7, MORE);
	is_refused("(web1 web2)", 7, MORE_INSIDE);
}

static void a_missing_term_is_refused(void **state)
{
	(void)state;
	is_refused("and", 1, TERM);
	is_refused("OR a", 1, TERM);
	is_refused("a and", 6, TERM);
	is_refused("a or or b", 6, TERM);
	is_refused("a,", 3, TERM);
	is_refused("a,,b", 3, TERM);
	is_refused(", a", 1, TERM);
	is_refused("not", 4, TERM);
	is_refused("not and", 5, TERM);
	is_refused("(a or)", 6, TERM);
	is_refused("(", 2, TERM);
}

static void unbalanced_parentheses_are_refused(void **state)
{
	(void)state;
	is_refused("a and (b or (c)", 7, "this parenthesis is not closed");
	is_refused("((a)", 1, "this parenthesis is not closed");
	is_refused("a)", 2, "this parenthesis was not opened");
	is_refused("a or )", 6, "this parenthesis was not opened");
	is_refused("name~a)", 7, "this parenthesis was not opened");
	is_refused("name~(a))", 9, "this parenthesis was not opened");
}

static void empty_parentheses_are_refused(void **state)
{
	(void)state;
	is_refused("()", 1, "there is nothing between these parentheses");
	is_refused("a or ( \t )", 6, "there is nothing between these parentheses");
}

static void a_missing_value_is_refused(void **state)
{
	(void)state;
	is_refused("name=", 6, "the value is missing");
	is_refused("name~ ", 7, "the value is missing");
	is_refused("(name!=)", 8, "the value is missing");
	is_refused("name!~,b", 7, "the value is missing");
	is_refused("name=(a)", 6, "the value is missing; one with parentheses in it needs quotes");
}

static void an_empty_text_between_quotes_is_refused(void **state)
{
	(void)state;
	is_refused("name=\"\"", 6, "there is nothing between these quotes");
	is_refused("name~''", 6, "there is nothing between these quotes");
	is_refused("a, ''", 4, "there is nothing between these quotes");
}

static void an_unfinished_quote_is_refused(void **state)
{
	(void)state;
	is_refused("\"a", 1, "this quote is not closed");
	is_refused("name='a\\'", 6, "this quote is not closed");
	is_refused("name~\"a'", 6, "this quote is not closed");
	is_refused("a, '", 4, "this quote is not closed");
	is_refused("'\\", 1, "this quote is not closed");
}

static void an_open_bracket_in_a_regular_expression_is_refused(void **state)
{
	(void)state;
	is_refused("name~^(a b)", 7, BRACKET);
	is_refused("name~(a", 6, BRACKET);
	is_refused("name~a(b(c)", 7, BRACKET);
	is_refused("name~(a)(b", 9, BRACKET);
	is_refused("name~[a or b]", 6, BRACKET);
	is_refused("name~([a)", 7, BRACKET);
	is_refused("name~[[:alpha]", 6, BRACKET);
	is_refused("name~[^]", 6, BRACKET);
	is_refused("name~['a']", 6, BRACKET);
	is_refused("name~a{1", 7, BRACKET);
	is_refused("name~a{1'}'", 7, BRACKET);
}

static void a_key_that_is_none_is_refused(void **state)
{
	(void)state;
	is_refused("1a=b", 1, KEY);
	is_refused("a:b=c", 2, KEY);
	is_refused("web*~c", 4, KEY);
	is_refused("-a=b", 1, KEY);
	is_refused("a\xc3\xbc=b", 2, KEY);
	is_refused("=b", 1, "there is no key before this sign");
	is_refused("a or ~b", 6, "there is no key before this sign");
	is_refused("!a", 1, "there is no key before this sign");
	is_refused("not=b", 4, "there is no key before this sign");
	is_refused("or=b", 1, TERM);
}

static void a_sign_that_means_nothing_is_refused(void **state)
{
	(void)state;
	is_refused("a!b", 2, LONE);
	is_refused("a!", 2, LONE);
	is_refused("a and b !c", 9, LONE);
	is_refused("a! =b", 2, LONE);
	is_refused("a==b", 3, SLIP);
	is_refused("a=~b", 3, SLIP);
	is_refused("a~=b", 3, SLIP);
	is_refused("a!==b", 4, SLIP);
	is_refused("a= !b", 4, SLIP);
}

/* The expected column 0: it is taken. */
static void repeated_is(const char *unit, size_t times, const char *end, int column, const char *reason)
{
	AUTO(text) char *text = repeated(unit, times, end);
	AUTO(json) json_t *tree = NULL;
	char why[200] = "";

	if (column > 0) {
		is_refused(text, column, reason);
		return;
	}
	assert_int_equal(hostquery_parse(text, &tree, why, sizeof why), S_OK);
	assert_non_null(tree);
}

static void sixty_four_levels_are_the_deepest(void **state)
{
	static const char reason[] = "more than 64 levels of parentheses and not";
	char end[66] = "a";

	(void)state;
	memset(end + 1, ')', 64);
	repeated_is("(", 64, end, 0, NULL);
	repeated_is("(b, c and ", 64, end, 0, NULL);
	repeated_is("(a, ", 64, "a", 253, "this parenthesis is not closed");
	repeated_is("(a and a, ", 65, "a", 641, reason);
	repeated_is("not ", 64, "a", 0, NULL);
	repeated_is("not ", 65, "a", 257, reason);
	repeated_is("not(", 32, "not a", 129, reason);
	repeated_is("(", HOSTQUERY_MAX_SIZE, "", 65, reason);
	repeated_is("not(a),", 100, "b", 0, NULL);
}

static void five_thousand_terms_are_the_most(void **state)
{
	(void)state;
	repeated_is("a,", HOSTQUERY_MAX_TERMS - 1, "a", 0, NULL);
	repeated_is("a,", HOSTQUERY_MAX_TERMS - 1, "'a'", 0, NULL);
	repeated_is("a,", HOSTQUERY_MAX_TERMS, "a", 10001, "more than 5000 hosts and conditions");
	repeated_is("a=b,", HOSTQUERY_MAX_TERMS, "'a'", 20001, "more than 5000 hosts and conditions");
}

static void five_thousand_names_are_one_list(void **state)
{
	AUTO(text) char *text = repeated("web,", HOSTQUERY_MAX_TERMS - 1, "last");
	AUTO(json) json_t *tree = NULL;
	char why[200];
	json_t *last;

	(void)state;
	assert_int_equal(hostquery_parse(text, &tree, why, sizeof why), S_OK);
	assert_int_equal(json_array_size(json_object_get(tree, "of")), HOSTQUERY_MAX_TERMS);
	last = json_array_get(json_object_get(tree, "of"), HOSTQUERY_MAX_TERMS - 1);
	assert_string_equal(json_string_value(json_object_get(last, "value")), "last");
	assert_int_equal(json_integer_value(json_object_get(last, "column")), 4 * (HOSTQUERY_MAX_TERMS - 1) + 1);
}

static void sixty_four_kibibytes_are_the_longest(void **state)
{
	static const char reason[] = "the query is longer than 65536 bytes";

	(void)state;
	repeated_is("a", HOSTQUERY_MAX_SIZE, "", 0, NULL);
	repeated_is("a", HOSTQUERY_MAX_SIZE, "a", 65537, reason);
	repeated_is(" ", 100000, "", 65537, reason);
	repeated_is("\xc3\xbc", HOSTQUERY_MAX_SIZE / 2, "a", 32769, reason);
	repeated_is("\xe2\x82\xac", HOSTQUERY_MAX_SIZE / 3 + 1, "", 21846, reason);
}

static void a_reason_is_cut_to_its_room(void **state)
{
	char why[16];
	json_t *tree = NULL;

	(void)state;
	assert_int_equal(hostquery_parse("web1 web2", &tree, why, sizeof why), S_INVALID);
	assert_string_equal(why, "column 6: expec");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_alone_is_a_host),
		cmocka_unit_test(a_character_that_no_bare_name_has_needs_quotes),
		cmocka_unit_test(more_than_a_hundred_patterns_are_too_many),
		cmocka_unit_test(our_own_keys_have_any_letter_case),
		cmocka_unit_test(a_star_or_question_mark_makes_a_word_a_glob),
		cmocka_unit_test(conditions_have_a_key_a_sign_and_a_value),
		cmocka_unit_test(name_has_three_spellings),
		cmocka_unit_test(a_value_may_hold_signs_within),
		cmocka_unit_test(a_value_is_a_glob_after_equals_only),
		cmocka_unit_test(quotes_make_plain_text),
		cmocka_unit_test(a_backslash_escapes_the_quote_and_itself_only),
		cmocka_unit_test(a_regular_expression_keeps_its_brackets),
		cmocka_unit_test(a_backslash_keeps_the_next_character_in_a_regular_expression),
		cmocka_unit_test(a_regular_expression_ends_where_its_surroundings_go_on),
		cmocka_unit_test(not_binds_before_and_before_or),
		cmocka_unit_test(parentheses_bind_first),
		cmocka_unit_test(keywords_have_any_letter_case),
		cmocka_unit_test(a_comma_is_or),
		cmocka_unit_test(the_same_op_within_itself_is_flat),
		cmocka_unit_test(double_negation_stays),
		cmocka_unit_test(a_keyword_is_a_value_where_it_touches_its_sign),
		cmocka_unit_test(columns_count_characters),
		cmocka_unit_test(an_empty_query_is_refused),
		cmocka_unit_test(words_side_by_side_are_refused),
		cmocka_unit_test(a_missing_term_is_refused),
		cmocka_unit_test(unbalanced_parentheses_are_refused),
		cmocka_unit_test(empty_parentheses_are_refused),
		cmocka_unit_test(a_missing_value_is_refused),
		cmocka_unit_test(an_empty_text_between_quotes_is_refused),
		cmocka_unit_test(an_unfinished_quote_is_refused),
		cmocka_unit_test(an_open_bracket_in_a_regular_expression_is_refused),
		cmocka_unit_test(a_key_that_is_none_is_refused),
		cmocka_unit_test(a_sign_that_means_nothing_is_refused),
		cmocka_unit_test(sixty_four_levels_are_the_deepest),
		cmocka_unit_test(five_thousand_terms_are_the_most),
		cmocka_unit_test(five_thousand_names_are_one_list),
		cmocka_unit_test(sixty_four_kibibytes_are_the_longest),
		cmocka_unit_test(a_reason_is_cut_to_its_room),
	};

	return cmocka_run_group_tests_name("hostquery", tests, NULL, NULL);
}
