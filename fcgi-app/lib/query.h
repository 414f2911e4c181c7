/* query.h - what must be known from outside: the query server (hermes-behaviour.md section 6) and StrongPOC (section 9).
 *
 * A question is one of those that sql/hermes_api/ask.sql names. Asked outside of any transaction, within query_timeout
 * seconds, for at most QUERY_MAX_ANSWER bytes; what was answered is remembered for QUERY_SECONDS.
 */
#ifndef LIB_QUERY_H
#define LIB_QUERY_H

#include <stdbool.h>

#include <jansson.h>

#include "lib/settings.h"
#include "lib/status.h"

#define QUERY_MAX_ANSWER ((size_t)64 << 20)
#define QUERY_SECONDS 10

struct query;

/* The settings are borrowed. http_start() comes before. */
struct query *query_new(const struct settings *settings);
void query_free(struct query **query);

/* Is the answer still remembered? Then it is put into *ret_answer, which the caller owns. */
bool query_remembered(struct query *query, const json_t *question, json_t **ret_answer);

/* Asks. S_OK: the caller owns *ret_answer. Else `why` is for whoever wanted to know: S_INVALID: the question was refused;
 * S_GATEWAY: no answer, or none that makes sense; S_SLOW_GATEWAY: none in time. */
enum status query_ask(struct query *query, const json_t *question, json_t **ret_answer, char *why, size_t size) CHECKED;

/* Asks {name: question, ...} one after the other. S_OK: the caller owns *ret_answers, {name: answer, ...}; a question with
 * "else" that got no answer has null there, and `why` says why. Else as query_ask. */
enum status query_ask_all(struct query *query, const json_t *questions, json_t **ret_answers, char *why, size_t size) CHECKED;

#endif
