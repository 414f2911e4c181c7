#include "config.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "lib/auto.h"
#include "lib/regex.h"

#define MOST_PATTERN 1000
#define MOST_STEPS 1000000           /* of one text: some ten milliseconds */
#define MOST_DEPTH 100000
#define MOST_HEAP 8192               /* KiB */
#define MOST_PARENTHESES 100

struct regex {
	pcre2_compile_context *how;
	pcre2_code *code;
	pcre2_match_context *limits;
	pcre2_match_data *found;
};

static void done(struct regex *x)
{
	pcre2_match_data_free(x->found);
	pcre2_match_context_free(x->limits);
	pcre2_code_free(x->code);
	pcre2_compile_context_free(x->how);
}

static enum status compile(struct regex *x, const char *pattern, char why[REGEX_WHY])
{
	PCRE2_UCHAR words[REGEX_WHY - 40];
	PCRE2_SIZE at;
	int error;

	x->how = pcre2_compile_context_create(NULL);
	assert(x->how != NULL);
	pcre2_set_max_pattern_length(x->how, MOST_PATTERN);
	pcre2_set_parens_nest_limit(x->how, MOST_PARENTHESES);
	x->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
	                        PCRE2_CASELESS | PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, &error, &at, x->how);
	if (x->code == NULL) {
		pcre2_get_error_message(error, words, sizeof words);
		snprintf(why, REGEX_WHY, "%s at position %zu", (char *)words, (size_t)at);
		return S_INVALID;
	}
	x->limits = pcre2_match_context_create(NULL);
	x->found = pcre2_match_data_create(1, NULL);
	assert(x->limits != NULL && x->found != NULL);
	pcre2_set_match_limit(x->limits, MOST_STEPS);
	pcre2_set_depth_limit(x->limits, MOST_DEPTH);
	pcre2_set_heap_limit(x->limits, MOST_HEAP);
	return S_OK;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static enum status match_all(const struct regex *x, const json_t *texts, json_t *matching, char why[REGEX_WHY])
{
	double until = now() + REGEX_SECONDS;
	json_t *text;
	size_t i;

	json_array_foreach(texts, i, text) {
		int n = pcre2_match(x->code, (PCRE2_SPTR)json_string_value(text), json_string_length(text), 0, 0, x->found, x->limits);

		if ((n < 0 && n != PCRE2_ERROR_NOMATCH) || now() > until) {
			snprintf(why, REGEX_WHY, "The regular expression takes too long.");
			return S_INVALID;
		}
		if (n >= 0)
			json_array_append(matching, text);
	}
	return S_OK;
}

enum status regex_matching(const char *pattern, const json_t *texts, json_t **ret_matching, char why[REGEX_WHY])
{
	AUTO(json) json_t *matching = json_array();
	struct regex x = { 0 };
	enum status s = compile(&x, pattern, why);

	if (s == S_OK)
		s = match_all(&x, texts, matching, why);
	done(&x);
	if (s == S_OK)
		*ret_matching = json_incref(matching);
	return s;
}
