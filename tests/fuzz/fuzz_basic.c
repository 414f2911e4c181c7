/* The Authorization header: Basic, Token and Bearer. */
#include "../actor_alone.h"

#include "fuzz.h"

#define SECRET "0123456789abcdef0123456789abcdef01234567"

static int digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)(at - digits);
}

/* Base64 by RFC 4648, padded; the number of bytes, or -1. */
static int decode(const char *text, char *out)
{
	size_t size = strlen(text), digits = strcspn(text, "=");
	unsigned bits = 0;
	int n = 0;

	if (size % 4 != 0 || size - digits > 2 || strspn(text + digits, "=") != size - digits)
		return -1;
	for (size_t i = 0; i < digits; i++) {
		if (digit(text[i]) < 0)
			return -1;
		bits = bits << 6 | (unsigned)digit(text[i]);
		if (i % 4 > 0)
			out[n++] = (char)(bits >> (6 - i % 4 * 2));
	}
	return n;
}

/* libsodium 1.0.18 takes some bytes beyond ASCII for digits: one more way to spell the same proof, and no harm. */
static bool is_ascii(const char *text)
{
	while (*text > 0)
		text++;
	return *text == '\0';
}

/* What was asked and tried is what the header holds. */
static void check_password(const char *header)
{
	char *proof = calloc(strlen(header) + 1, 1);
	const char *encoded = header + 6 + strspn(header + 6, " ");
	int n;
	size_t name;

	assert(proof != NULL && strncasecmp(header, "Basic ", 6) == 0);
	n = decode(encoded, proof);
	assert(n >= 0 && n < PROOF_SIZE && (size_t)n <= strlen(encoded) / 4 * 3);
	assert(fuzz_is_text(proof, (size_t)n));
	name = strcspn(proof, ":");
	assert(proof[name] == ':');
	assert(strlen(people.told[0]) == name && memcmp(people.told[0], proof, name) == 0);
	assert(strcmp(people.tried, proof + name + 1) == 0);
	free(proof);
}

/* The hash of forty hex digits at the end of the header was asked for, and no session's. */
static void check_token(const char *header)
{
	const char *token = strchr(header, ' ');
	char hash[TOKEN_HASH_SIZE];

	assert(strncasecmp(header, "Token ", 6) == 0 || strncasecmp(header, "Bearer ", 7) == 0);
	token += strspn(token, " ");
	assert(strlen(token) == 40 && strspn(token, "0123456789abcdef") == 40);
	token_hash(token, hash);
	assert(strcmp(people.told[0], hash) == 0 && strcmp(people.told[1], "false") == 0);
}

/* Is it one of the two proofs of the one user there is? */
static bool is_clio(void)
{
	char hash[TOKEN_HASH_SIZE];

	token_hash(SECRET, hash);
	if (people.compared > 0)
		return strcmp(people.told[0], "clio") == 0 && strcmp(people.tried, "secret") == 0;
	return strcmp(people.told[0], hash) == 0;
}

static void start(struct worker *worker, struct settings *settings)
{
	static char no_header[] = "";

	if (worker->actors != NULL)
		return;
	settings->user_auth_header = settings->user_groups_header = no_header;
	worker->settings = settings;
	worker->actors = actor_cache_new();
	people.name = "clio";
	people.password = "secret";
	people.secret = SECRET;
	people.is_cookie = "false";
	people.read_only = "f";
	people.seconds = "60";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct settings settings;
	static struct worker worker;
	struct request request = { .worker = &worker };
	char *header = fuzz_text(data, size);
	enum status s;

	start(&worker, &settings);
	people.asked = people.compared = 0;
	*people.told[0] = *people.tried = '\0';
	params_clear();
	params_set("HTTP_AUTHORIZATION", header);
	s = actor_identify(&request);
	assert(s == S_OK || s == S_UNSIGNED);
	assert((s == S_OK) == (request.actor.id == 7) && (s == S_OK || request.actor.id == 0));
	assert(people.asked <= 1);
	assert(s == S_UNSIGNED || request.actor.via == (people.compared > 0 ? VIA_PASSWORD : VIA_TOKEN));
	if (people.compared > 0 && is_ascii(header))
		check_password(header);
	else if (people.compared == 0 && people.asked == 1)
		check_token(header);
	assert(people.asked == 0 || (s == S_OK) == is_clio());
	actor_forget(&request);
	free(header);
	return 0;
}
