#include "config.h"

#include <string.h>
#include <strings.h>

#include <sodium.h>

#include "worker/request.h"
#include "worker/watch.h"

static bool is_this_machine(const struct request *r)
{
	const char *address = request_param(r, "REMOTE_ADDR");

	return (strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0) &&
	       *request_param(r, "HTTP_X_FORWARDED_FOR") == '\0' && *request_param(r, "HTTP_FORWARDED") == '\0';
}

/* Compares hashes, which takes as long wherever the two differ. */
static bool is_token(const char *given, const char *token)
{
	unsigned char a[32], b[32];

	crypto_generichash(a, sizeof a, (const unsigned char *)given, strlen(given), NULL, 0);
	crypto_generichash(b, sizeof b, (const unsigned char *)token, strlen(token), NULL, 0);
	return sodium_memcmp(a, b, sizeof a) == 0;
}

bool watch_may(const struct request *r)
{
	const char *given = request_param(r, "HTTP_AUTHORIZATION");
	const char *token = r->worker->settings->metrics_token;

	if (*token != '\0' && strncasecmp(given, "Bearer ", 7) == 0)
		return is_token(given + 7, token);
	return is_this_machine(r);
}
