/* token.h - what signs somebody in without a password: the secret of a session's cookie, or of a token.
 *
 * It is random, and known to who holds it alone: the database knows token_hash() of it (sql/people/tokens.sql).
 */
#ifndef WORKER_TOKEN_H
#define WORKER_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

struct request;

#define TOKEN_SIZE 41              /* 40 hex digits and the end, as Polemarch's clients know it */
#define TOKEN_HASH_SIZE 65
#define TOKEN_COOKIE_SIZE 200

void token_new(char token[TOKEN_SIZE]);

/* Does it look like one? */
bool token_is_one(const char *text);

void token_hash(const char *token, char hash[TOKEN_HASH_SIZE]);

/* The secret in the request's session cookie. False: there is no such cookie. */
bool token_of_cookie(const struct request *request, char token[TOKEN_SIZE]);

/* The header that makes the browser keep the session's secret in a cookie, or, without one, forget it. */
void token_cookie(const struct request *request, const char *token, char header[TOKEN_COOKIE_SIZE]);

/* What writes of who is signed in by that cookie must show: made of the secret, which no other site's page can read. */
void token_xsrf(const char *token, char xsrf[TOKEN_SIZE]);

/* Does the request show it? */
bool token_xsrf_is_shown(const struct request *request, const char *token);

#endif
