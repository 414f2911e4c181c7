#include "config.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "worker/input.h"
#include "worker/request.h"
#include "worker/token.h"

#define TOKEN_BYTES (TOKEN_SIZE / 2)

void token_new(char token[TOKEN_SIZE])
{
	unsigned char bytes[TOKEN_BYTES];

	randombytes_buf(bytes, sizeof bytes);
	sodium_bin2hex(token, TOKEN_SIZE, bytes, sizeof bytes);
	sodium_memzero(bytes, sizeof bytes);
}

bool token_is_one(const char *text)
{
	return strlen(text) == TOKEN_SIZE - 1 && text[strspn(text, "0123456789abcdef")] == '\0';
}

void token_hash(const char *token, char hash[TOKEN_HASH_SIZE])
{
	unsigned char bytes[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(bytes, (const unsigned char *)token, strlen(token));
	sodium_bin2hex(hash, TOKEN_HASH_SIZE, bytes, sizeof bytes);
}

static bool is_secure(const struct request *r)
{
	return strcmp(request_param(r, "REQUEST_SCHEME"), "https") == 0;
}

/* Browsers take a cookie of the first name from this very host only, and over TLS. */
static const char *cookie_name(const struct request *r)
{
	return is_secure(r) ? "__Host-moirai" : "moirai";
}

bool token_of_cookie(const struct request *r, char token[TOKEN_SIZE])
{
	return input_cookie(request_param(r, "HTTP_COOKIE"), cookie_name(r), token, TOKEN_SIZE) && token_is_one(token);
}

void token_cookie(const struct request *r, const char *token, char header[TOKEN_COOKIE_SIZE])
{
	snprintf(header, TOKEN_COOKIE_SIZE, "Set-Cookie: %s=%s; Path=/; HttpOnly; SameSite=Lax%s%s\r\n", cookie_name(r),
	         token != NULL ? token : "", is_secure(r) ? "; Secure" : "", token != NULL ? "" : "; Max-Age=0");
}

void token_xsrf(const char *token, char xsrf[TOKEN_SIZE])
{
	static const unsigned char purpose[] = "xsrf";
	unsigned char bytes[TOKEN_BYTES];

	crypto_generichash(bytes, sizeof bytes, purpose, sizeof purpose - 1, (const unsigned char *)token, strlen(token));
	sodium_bin2hex(xsrf, TOKEN_SIZE, bytes, sizeof bytes);
}

bool token_xsrf_is_shown(const struct request *r, const char *token)
{
	const char *shown = request_param(r, "HTTP_X_XSRFTOKEN");      /* as Hermes's pages say it, or Django's */
	char xsrf[TOKEN_SIZE];

	if (*shown == '\0')
		shown = request_param(r, "HTTP_X_CSRFTOKEN");
	token_xsrf(token, xsrf);
	return strlen(shown) == TOKEN_SIZE - 1 && sodium_memcmp(shown, xsrf, TOKEN_SIZE - 1) == 0;
}
