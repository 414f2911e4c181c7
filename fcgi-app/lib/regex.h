/* regex.h - which texts a regular expression of somebody's matches. It is as Perl has them (PCRE2) and is searched anywhere in
 * a text, letter case not counting.
 *
 * No expression takes long: PCRE2 counts its steps, and all texts together get REGEX_SECONDS.
 */
#ifndef LIB_REGEX_H
#define LIB_REGEX_H

#include <jansson.h>

#include "lib/status.h"

#define REGEX_WHY 256
#define REGEX_SECONDS 1

/* S_OK: *ret_matching, which the caller owns, is an array of those of `texts`, in their order. S_INVALID: it is no regular
 * expression, or takes too long; `why` says so, and where. */
enum status regex_matching(const char *pattern, const json_t *texts, json_t **ret_matching, char why[REGEX_WHY]) CHECKED;

#endif
